// SPDX-License-Identifier: Apache-2.0
#include "ui/window/tour_strip.h"

#include "ui/theme/icons.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace poolscope::ui {

using Stage = TrialInfo::Stage;

TourStrip::TourStrip(QWidget* parent)
    : QFrame(parent),
      place_(new QLabel(this)),
      text_(new QLabel(this)),
      seen_(new QLabel(this)),
      try_(new QPushButton(tr("Try it"), this)),
      back_(new QPushButton(tr("&Back"), this)),
      next_(new QPushButton(tr("&Next"), this)),
      leave_(new QPushButton(this)) {
  setObjectName(QStringLiteral("tourStrip"));
  setAccessibleName(tr("Guided tour"));
  place_->setObjectName(QStringLiteral("tourPlace"));
  place_->setProperty("look", "dim");
  text_->setObjectName(QStringLiteral("tourText"));
  seen_->setObjectName(QStringLiteral("tourSeen"));
  for (QLabel* label : {text_, seen_}) {
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
  }
  try_->setObjectName(QStringLiteral("tourTry"));
  back_->setObjectName(QStringLiteral("tourBack"));
  next_->setObjectName(QStringLiteral("tourNext"));
  next_->setProperty("look", "primary");
  leave_->setObjectName(QStringLiteral("leaveTour"));
  leave_->setAccessibleName(tr("Leave the tour"));
  leave_->setToolTip(tr("Leave the tour; the scenario goes on"));
  leave_->setProperty("look", "quiet");
  auto* words = new QVBoxLayout;
  words->setSpacing(2);
  words->addWidget(text_);
  words->addWidget(seen_);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(20, 8, 12, 8);
  row->setSpacing(12);
  row->addWidget(place_, 0, Qt::AlignVCenter);
  row->addLayout(words, 1);
  for (QPushButton* button : {try_, back_, next_, leave_}) {
    row->addWidget(button, 0, Qt::AlignVCenter);
  }
  connect(try_, &QPushButton::clicked, this, &TourStrip::tryChosen);
  connect(back_, &QPushButton::clicked, this, &TourStrip::backWanted);
  connect(next_, &QPushButton::clicked, this, &TourStrip::nextWanted);
  connect(leave_, &QPushButton::clicked, this, &TourStrip::left);
  hide();
}

void TourStrip::showStep(int index, int count, const QString& text, const QString& tryLabel) {
  place_->setText(tr("%1 of %2").arg(index + 1).arg(count));
  text_->setText(text);
  setAccessibleDescription(text);
  seen_->clear();
  seen_->hide();
  try_->setText(tryLabel);
  try_->setVisible(!tryLabel.isEmpty());
  back_->setEnabled(index > 0);
  next_->setText(index + 1 < count ? tr("&Next") : tr("Do&ne"));
  show();
  next_->setFocus(Qt::OtherFocusReason);
}

void TourStrip::showTrial(const TrialInfo& trial, bool usable) {
  if (!usable && try_->hasFocus()) {
    next_->setFocus(Qt::OtherFocusReason);  // it starts the scenario again: not on to "Back"
  }
  try_->setEnabled(usable);
  const bool over = trial.stage != Stage::none && trial.stage != Stage::looking;
  seen_->setText(trial.stage == Stage::looking ? tr("Looking\u2026")
                 : over ? (trial.stage == Stage::kept ? QStringLiteral("\u2713 ") : QString()) +
                              tr("Seen: %1").arg(trial.text)
                        : QString());
  seen_->setVisible(!seen_->text().isEmpty());
}

void TourStrip::setTheme(const Theme& theme) {
  setStyleSheet(
      QStringLiteral("#tourStrip { background: %1; border: none; border-bottom: 1px solid %2; }"
                     "#leaveTour { padding: 2px; min-height: 0; } #tourSeen { color: %3; }")
          .arg(mixed(theme.accent, theme.surface, 0.12).name(), theme.line.name(),
               theme.text.name()));
  leave_->setIcon(themeIcon(IconId::close, theme));
}

}  // namespace poolscope::ui
