// SPDX-License-Identifier: Apache-2.0
#include "ui/window/coach_strip.h"

#include "ui/theme/icons.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

namespace poolscope::ui {

CoachStrip::CoachStrip(QWidget* parent)
    : QFrame(parent),
      text_(new QLabel(this)),
      tour_(new QPushButton(tr("Guided tour"), this)),
      close_(new QPushButton(this)) {
  setObjectName(QStringLiteral("coachStrip"));
  setAccessibleName(tr("Hint"));
  text_->setObjectName(QStringLiteral("coachText"));
  text_->setTextFormat(Qt::PlainText);
  text_->setWordWrap(true);
  close_->setObjectName(QStringLiteral("dismissCoach"));
  close_->setAccessibleName(tr("Dismiss hint"));
  close_->setToolTip(tr("Dismiss this hint"));
  close_->setProperty("look", "quiet");
  tour_->setObjectName(QStringLiteral("coachTour"));
  tour_->setToolTip(tr("See five scenarios in as many minutes, step by step"));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(20, 4, 12, 4);
  row->addWidget(text_, 1);
  row->addWidget(tour_, 0, Qt::AlignVCenter);
  row->addWidget(close_, 0, Qt::AlignVCenter);
  connect(close_, &QPushButton::clicked, this, [this] {
    dismissed_ = topic_;
    hide();
    Q_EMIT dismissed(topic_);
  });
  connect(tour_, &QPushButton::clicked, this, &CoachStrip::tourWanted);
  hide();
}

void CoachStrip::showHint(const CoachHint& hint) {
  if (hint.topic != topic_) {
    dismissed_ = CoachTopic::none;
  }
  topic_ = hint.topic;
  text_->setText(hint.text);
  tour_->setVisible(isIntroduction(topic_));
  setVisible(topic_ != CoachTopic::none && topic_ != dismissed_);
}

void CoachStrip::setTheme(const Theme& theme) {
  setStyleSheet(
      QStringLiteral("#coachStrip { background: %1; border: none; border-bottom: 1px solid %2; }"
                     "#dismissCoach { padding: 2px; min-height: 0; }"
                     "#coachTour { padding: 1px 10px; min-height: %3px; }")
          .arg(mixed(theme.accent, theme.surface, 0.12).name(), theme.line.name())
          .arg(QFontMetrics(theme.fonts.body).height() + 4));
  close_->setIcon(themeIcon(IconId::close, theme));
}

}  // namespace poolscope::ui
