// SPDX-License-Identifier: Apache-2.0
#include "ui/window/welcome_page.h"

#include "ui/window/actions.h"

#include <QAction>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

namespace poolscope::ui {

WelcomePage::WelcomePage(const Actions& actions, QWidget* parent)
    : QWidget(parent),
      title_(new QLabel(this)),
      text_(new QLabel(this)),
      start_(new QPushButton(this)),
      tour_(new QPushButton(tr("Guided tour"), this)),
      open_(new QPushButton(tr("Open recording\u2026"), this)),
      progress_(new QProgressBar(this)) {
  setObjectName(QStringLiteral("welcomePage"));
  title_->setObjectName(QStringLiteral("welcomeTitle"));
  title_->setProperty("look", "title");
  title_->setAlignment(Qt::AlignCenter);
  text_->setObjectName(QStringLiteral("welcomeText"));
  text_->setAlignment(Qt::AlignCenter);
  text_->setWordWrap(true);
  for (QLabel* label : {title_, text_}) {
    label->setTextFormat(Qt::PlainText);  // they name files
  }
  start_->setObjectName(QStringLiteral("welcomeStart"));
  start_->setProperty("look", "primary");
  tour_->setObjectName(QStringLiteral("welcomeTour"));
  open_->setObjectName(QStringLiteral("welcomeOpen"));
  progress_->setObjectName(QStringLiteral("openProgress"));
  progress_->setAccessibleName(tr("Share of the file that has been read"));
  progress_->setTextVisible(false);
  progress_->setMaximumWidth(360);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(12);
  buttons->addStretch();
  buttons->addWidget(start_);
  buttons->addWidget(tour_);
  buttons->addWidget(open_);
  buttons->addStretch();
  auto* column = new QVBoxLayout(this);
  column->setSpacing(14);
  column->setContentsMargins(40, 20, 40, 20);
  column->addStretch();
  column->addWidget(title_);
  column->addWidget(text_);
  column->addWidget(progress_, 0, Qt::AlignHCenter);
  column->addLayout(buttons);
  column->addStretch();
  connect(start_, &QPushButton::clicked, this, [this] { Q_EMIT startWanted(first_); });
  connect(tour_, &QPushButton::clicked, actions[Command::guided_tour], &QAction::trigger);
  connect(open_, &QPushButton::clicked, actions[Command::open_recording], &QAction::trigger);
}

void WelcomePage::showState(const EngineState& state, const ScenarioInfo& first) {
  const bool opening = state.activity == EngineState::Activity::opening;
  const bool starting = state.activity == EngineState::Activity::starting;
  first_ = first.name;
  progress_->setVisible(opening);
  progress_->setValue(qRound(state.openProgress * 100));
  start_->setVisible(!opening && !starting && !first_.isEmpty());
  start_->setText(tr("Start \u201c%1\u201d").arg(first.title));
  tour_->setVisible(!opening && !starting && !first_.isEmpty());
  open_->setVisible(!opening && !starting);
  if (opening) {
    title_->setText(tr("Opening %1").arg(QFileInfo(state.opening).fileName()));
    text_->setText(tr("Its first tasks appear as soon as they are read."));
  } else if (starting) {
    title_->setText(tr("Starting %1\u2026").arg(state.scenario.title));
    text_->setText(tr("No task yet: the pool appears with its first event."));
  } else {
    title_->setText(tr("See a thread pool at work"));
    text_->setText(
        tr("Choose a scenario at the top left, or open a session that was recorded before. "
           "Workers, queue and results appear here while they happen."));
  }
}

}  // namespace poolscope::ui
