// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/histogram_view.h"

#include "ui/panels/format.h"
#include "ui/timeline/time_text.h"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

namespace poolscope::ui {

HistogramView::HistogramView(const QString& name, QWidget* parent)
    : QWidget(parent),
      theme_(Theme::dark()) {
  announceParts();
  setAccessibleName(name);
}

void HistogramView::showDistribution(const std::optional<session::Distribution>& distribution) {
  distribution_ = distribution;
  setAccessibleDescription(
      distribution ? tr("%1 tasks; half of them took no more than %2, 99 % no more than %3")
                         .arg(countText(distribution->count), formatSeconds(distribution->p50),
                              formatSeconds(distribution->p99))
                   : tr("no tasks"));
  layOut();
}

void HistogramView::setTheme(const Theme& theme) {
  theme_ = theme;
  updateGeometry();
  layOut();
}

QSize HistogramView::sizeHint() const {
  return {qRound(theme_.px(160)), qRound(theme_.px(82))};
}

qreal HistogramView::nameHeight() const {
  return QFontMetricsF(theme_.fonts.small).height();
}

void HistogramView::layOut() {
  scene_ = layOutHistogram(distribution_, QSizeF(width(), height() - nameHeight()), theme_);
  update();
}

void HistogramView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setFont(theme_.fonts.small);
  painter.setPen(theme_.dim);
  const QRectF name(0, 0, width(), nameHeight());
  painter.drawText(name, Qt::AlignLeft | Qt::AlignVCenter, accessibleName());
  if (scene_.bars.isEmpty()) {
    painter.drawText(name, Qt::AlignRight | Qt::AlignVCenter, tr("no tasks"));
    return;
  }
  painter.translate(0, nameHeight());
  paintHistogram(painter, scene_, theme_);
}

void HistogramView::resizeEvent(QResizeEvent* event) {
  layOut();
  QWidget::resizeEvent(event);
}

bool HistogramView::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) {
    return QWidget::event(event);
  }
  const auto* help = static_cast<QHelpEvent*>(event);
  if (const auto bar = histogramBarAt(scene_, help->pos().x())) {
    QToolTip::showText(
        help->globalPos(),
        tr("%1 to %2: %3 tasks")
            .arg(durationText(bar->begin), durationText(bar->end), countText(bar->count)),
        this);
  } else {
    QToolTip::hideText();
  }
  return true;
}

}  // namespace poolscope::ui
