// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/sweep_strip.h"

#include "ui/panels/eliding_label.h"
#include "ui/plot/scaling.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace poolscope::ui {

SweepStrip::SweepStrip(QAction* open, QWidget* parent)
    : QWidget(parent),
      title_(new QLabel(tr("How many workers?"), this)),
      line_(new ElidingLabel(this)),
      button_(new QPushButton(this)) {
  setObjectName(QStringLiteral("sweepStrip"));
  title_->setProperty("look", "strong");
  line_->setObjectName(QStringLiteral("sweepLine"));
  line_->setProperty("look", "dim");
  button_->setObjectName(QStringLiteral("sweepOpen"));
  auto* texts = new QVBoxLayout;
  texts->setSpacing(0);
  texts->addWidget(title_);
  texts->addWidget(line_);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 8, 0, 0);
  row->setSpacing(10);
  row->addLayout(texts, 1);
  row->addWidget(button_);
  connect(button_, &QPushButton::clicked, open, &QAction::trigger);
  showState({});
}

void SweepStrip::showState(const SweepState& state, bool canMeasure) {
  const bool ended = state.activity == SweepState::Activity::ended;
  button_->setText(state.isRunning() || ended ? tr("Show") : tr("Find out"));
  button_->setAccessibleName(state.isRunning() || ended ? tr("Show what was measured")
                                                        : tr("Find out how many workers"));
  if (state.isRunning()) {
    line_->setText(sweepProgressText(state), sweepProgressText(state, true));
    return;
  }
  const QString verdict = ended ? scalingVerdict(scalingData(state.result)) : QString();
  line_->setText(ended        ? tr("%1: %2").arg(state.scenario, verdict)
                 : canMeasure ? tr("Measured instead of guessed")
                              : tr("Predicted from what was seen"),
                 verdict);
}

}  // namespace poolscope::ui
