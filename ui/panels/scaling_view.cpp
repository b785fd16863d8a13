// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/scaling_view.h"

#include "ui/panels/format.h"
#include "ui/timeline/time_text.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

namespace poolscope::ui {

namespace {

QString waitText(double seconds, bool atLeast) {
  return atLeast ? QObject::tr("at least %1").arg(formatSeconds(seconds)) : formatSeconds(seconds);
}

}  // namespace

QString scalingPointText(const ScalingPoint& point) {
  const auto& measured = point.throughput;
  const ScalingWait& wait = point.wait;
  const auto rate = [](double value) { return QObject::tr("%1 tasks/s").arg(rateText(value)); };
  QString text = point.workers == 1
                     ? QObject::tr("1 worker: ")
                     : QObject::tr("%1 workers: ").arg(static_cast<qulonglong>(point.workers));
  if (!point.isMeasured) {
    text += QObject::tr("predicted %1").arg(rate(point.predicted.value_or(0)));
    return wait.predicted ? text + QObject::tr(", queue wait p99 %1")
                                       .arg(waitText(*wait.predicted, wait.predictedAtLeast))
                          : text;
  }
  text += rate(measured.mean);
  if (measured.half_width) {
    text +=
        QObject::tr(" (%1 to %2)").arg(rateText(measured.low_rate()), rateText(measured.high()));
  }
  if (point.predicted) {
    text += QObject::tr(", predicted %1").arg(rateText(*point.predicted));
  }
  if (wait.measured) {
    text += QObject::tr("; queue wait p99 %1").arg(waitText(*wait.measured, wait.atLeast));
  }
  if (wait.measured && wait.predicted) {
    text += QObject::tr(", predicted %1").arg(waitText(*wait.predicted, wait.predictedAtLeast));
  }
  return text;
}

ScalingView::ScalingView(QWidget* parent) : QWidget(parent), theme_(Theme::dark()) {
  announceParts();
  setObjectName(QStringLiteral("scalingView"));
  setAccessibleName(tr("Throughput and queue wait by number of workers"));
}

void ScalingView::showData(const ScalingData& shown) {
  data_ = shown;
  setAccessibleDescription(shown.reason);
  layOut();
}

void ScalingView::setTheme(const Theme& theme) {
  theme_ = theme;
  updateGeometry();
  layOut();
}

QSize ScalingView::sizeHint() const {
  return {qRound(theme_.px(640)), qRound(theme_.px(340))};
}

QSize ScalingView::minimumSizeHint() const {
  return {qRound(theme_.px(260)), qRound(theme_.px(190))};
}

void ScalingView::layOut() {
  scene_ = layOutScaling(data_, QSizeF(size()), theme_, {.withTitle = false});
  update();
}

QList<PaintedPart> ScalingView::paintedParts() {
  QList<PaintedPart> parts;
  const int half = qRound(theme_.px(6));
  for (const ScalingMark& mark : scene_.marks) {
    const QPoint at = mark.at.toPoint();
    parts.append({.name = scalingPointText(mark.point),
                  .rect = QRect(at - QPoint(half, half), at + QPoint(half, half))});
  }
  for (const ScalingReference& reference : scene_.references) {
    parts.append({.name = reference.label, .rect = reference.labelRect.toAlignedRect()});
  }
  return parts;
}

void ScalingView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  paintScaling(painter, scene_, theme_);
}

void ScalingView::resizeEvent(QResizeEvent* event) {
  layOut();
  QWidget::resizeEvent(event);
}

bool ScalingView::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) {
    return QWidget::event(event);
  }
  const auto* help = static_cast<QHelpEvent*>(event);
  if (const auto point = scalingPointAt(scene_, help->pos(), theme_)) {
    QToolTip::showText(help->globalPos(), scalingPointText(*point), this);
  } else {
    QToolTip::hideText();
  }
  return true;
}

}  // namespace poolscope::ui
