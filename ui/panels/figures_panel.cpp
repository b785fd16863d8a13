// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/figures_panel.h"

#include "ui/panels/format.h"
#include "ui/panels/look.h"
#include "ui/timeline/time_text.h"

#include <QGridLayout>
#include <QLabel>
#include <QLocale>

namespace poolscope::ui {

namespace {

constexpr double kNoticeable = 0.05;
QString dash() {
  return QStringLiteral("\u2013");
}

/// Numbers change while they are read: spaces that do not break keep each with its name.
QString figure(const QString& name, const QString& value) {
  QString text = name + u' ' + value;
  return text.replace(u' ', QChar(0x00a0));
}

}  // namespace

FiguresPanel::FiguresPanel(QWidget* parent)
    : QWidget(parent),
      rate_(new QLabel(dash(), this)),
      unit_(new QLabel(tr("tasks/s"), this)),
      effect_(new QLabel(this)),
      details_(new QLabel(this)) {
  setObjectName(QStringLiteral("figuresPanel"));
  rate_->setObjectName(QStringLiteral("throughputFigure"));
  rate_->setAccessibleName(tr("Throughput"));
  rate_->setProperty("look", "figure");
  unit_->setObjectName(QStringLiteral("throughputUnit"));
  unit_->setProperty("look", "dim");
  effect_->setObjectName(QStringLiteral("resizeEffect"));
  effect_->setProperty("look", "dim");
  details_->setObjectName(QStringLiteral("figureDetails"));
  details_->setProperty("look", "dim");
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(12);
  grid->setVerticalSpacing(2);
  grid->addWidget(rate_, 0, 0, Qt::AlignLeft | Qt::AlignVCenter);
  grid->addWidget(unit_, 0, 1, Qt::AlignLeft | Qt::AlignVCenter);
  grid->addWidget(effect_, 1, 0, 1, 3);
  grid->addWidget(details_, 2, 0, 1, 3);
  grid->setColumnStretch(1, 1);
  grid->setRowStretch(0, 1);
}

void FiguresPanel::setCorner(QLayout* corner) {
  static_cast<QGridLayout*>(layout())->addLayout(corner, 0, 2, Qt::AlignRight | Qt::AlignTop);
}

void FiguresPanel::showFigures(const LiveFigures& figures) {
  rate_->setText(figures.throughput ? rateText(*figures.throughput) : dash());
  unit_->setText(figures.throughput
                     ? tr("tasks/s\nlast %1 s").arg(QLocale().toString(figures.windowS, 'f', 1))
                     : tr("tasks/s"));
  showEffect(figures);
  const QString utilization = figures.utilization ? formatShare(*figures.utilization) : dash();
  const QString wait = figures.queueWaitP99S ? formatSeconds(*figures.queueWaitP99S) : dash();
  details_->setText(figure(tr("utilization"), utilization) + QStringLiteral("   ") +
                    figure(tr("queue wait p99"), wait) + QStringLiteral("   ") +
                    figure(tr("queue"), countText(figures.queueDepth)));
}

void FiguresPanel::showEffect(const LiveFigures& figures) {
  if (!figures.effect) {
    setLook(effect_, "dim");
    effect_->setText(figures.maxWorkers == 0   ? QString()
                     : figures.measuringEffect ? tr("comparing ...")
                                               : tr("change max_workers to compare"));
    return;
  }
  const ResizeEffect& effect = *figures.effect;
  const bool better = effect.ratio > 1 + kNoticeable;
  const bool worse = effect.ratio < 1 - kNoticeable;
  setLook(effect_, better ? "ok" : worse ? "warn" : "dim");
  const QString change = QStringLiteral("%1 \u2192 %2").arg(effect.before).arg(effect.now);
  effect_->setText(better || worse
                       ? tr("%1 x since max_workers %2").arg(formatRatio(effect.ratio), change)
                       : tr("no faster since max_workers %1").arg(change));
}

void FiguresPanel::setTheme(const Theme& theme) {
  // Wide enough for most rates, so that little moves while the figure changes.
  rate_->setMinimumWidth(
      qRound(QFontMetricsF(theme.fonts.figure).horizontalAdvance(QStringLiteral("00.0"))));
}

}  // namespace poolscope::ui
