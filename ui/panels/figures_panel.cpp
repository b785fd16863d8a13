// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/figures_panel.h"

#include "ui/panels/eliding_label.h"
#include "ui/panels/format.h"
#include "ui/panels/look.h"
#include "ui/panels/shrinking_label.h"

#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <QVBoxLayout>

#include <algorithm>

namespace poolscope::ui {

namespace {

constexpr double kNoticeable = 0.05;
QString dash() {
  return QStringLiteral("\u2013");
}

}  // namespace

FiguresPanel::FiguresPanel(QWidget* parent)
    : QWidget(parent),
      rate_(new ShrinkingLabel(this)),
      unit_(new QLabel(tr("tasks/s"), this)),
      window_(new ElidingLabel(this)),
      effect_(new ElidingLabel(this)),
      theme_(Theme::dark()) {
  setObjectName(QStringLiteral("figuresPanel"));
  rate_->setObjectName(QStringLiteral("throughputFigure"));
  rate_->setAccessibleName(tr("Throughput"));
  rate_->setProperty("look", "figure");
  rate_->setText(dash());
  unit_->setObjectName(QStringLiteral("throughputUnit"));
  unit_->setProperty("look", "dim");
  window_->setObjectName(QStringLiteral("throughputWindow"));
  window_->setProperty("look", "dim");
  effect_->setObjectName(QStringLiteral("resizeEffect"));
  effect_->setProperty("look", "dim");
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(12);
  grid->setVerticalSpacing(2);
  auto* unitColumn = new QVBoxLayout;
  unitColumn->setSpacing(0);
  unitColumn->addStretch();
  unitColumn->addWidget(unit_);
  unitColumn->addWidget(window_);
  unitColumn->addStretch();
  auto* figure = new QHBoxLayout;
  figure->setSpacing(10);
  figure->addWidget(rate_);
  figure->addLayout(unitColumn);
  figure->addStretch(1);
  grid->addLayout(figure, 0, 0);
  grid->addWidget(effect_, 1, 0, 1, 2);
  grid->setColumnStretch(0, 1);
  grid->setRowStretch(0, 1);
}

void FiguresPanel::setCorner(QLayout* corner) {
  static_cast<QGridLayout*>(layout())->addLayout(corner, 0, 1, Qt::AlignRight | Qt::AlignTop);
}

void FiguresPanel::showFigures(const LiveFigures& figures) {
  rate_->setText(figures.throughput ? formatLargeRate(*figures.throughput) : dash());
  const QString exact =
      figures.throughput ? tr("%1 tasks/s").arg(*figures.throughput, 0, 'f', 1) : QString();
  rate_->setToolTip(exact);
  rate_->setAccessibleName(exact.isEmpty() ? tr("Throughput") : tr("Throughput: %1").arg(exact));
  window_->setText(!figures.throughput ? QString()
                   : figures.isWhole
                       ? tr("over %1").arg(formatSeconds(figures.windowS))
                       : tr("last %1 s").arg(QLocale().toString(figures.windowS, 'f', 1)));
  figures_ = figures;
  showEffect(figures);
}

void FiguresPanel::showPrediction(const QString& text) {
  prediction_ = text;
  showEffect(figures_);
}

void FiguresPanel::showEffect(const LiveFigures& figures) {
  if (!prediction_.isEmpty()) {
    setLook(effect_, "warn");  // as all that is only predicted
    effect_->setText(prediction_);
    return;
  }
  if (!figures.effect) {
    setLook(effect_, "dim");
    effect_->setText(figures.maxWorkers == 0 || figures.shutDown ? QString()
                     : figures.paused                            ? tr("paused: nothing to compare")
                     : figures.measuringEffect                   ? tr("comparing ...")
                     : figures.isReplay                          ? QString()
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

void FiguresPanel::setTight(bool tight) {
  tight_ = tight;
  reserve();
}

void FiguresPanel::setTheme(const Theme& theme) {
  theme_ = theme;
  reserve();
}

/// Room for the longest figure, so that the rest of the header stands while it changes.
void FiguresPanel::reserve() {
  const QFontMetricsF large(theme_.fonts.figure);
  qreal longest = 0;
  for (const double rate : {9'999.0, 99'900.0, 999e3, 9.99e6}) {
    longest = std::max(longest, large.horizontalAdvance(formatLargeRate(rate)));
  }
  const qreal unit = QFontMetricsF(theme_.fonts.small)
                         .horizontalAdvance(tr("last %1 s").arg(QStringLiteral("2.0")));
  window_->setMinimumWidth(qRound(unit) + 2);
  static_cast<QGridLayout*>(layout())->setColumnMinimumWidth(
      0, qRound(longest * (tight_ ? ShrinkingLabel::kLeastShare : 1) + unit) + 16);
}

}  // namespace poolscope::ui
