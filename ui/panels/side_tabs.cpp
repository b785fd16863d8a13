// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/side_tabs.h"

#include "ui/panels/code_panel.h"
#include "ui/panels/lesson_panel.h"
#include "ui/panels/statistics_panel.h"

#include <QScrollArea>
#include <QTabBar>
#include <QTabWidget>
#include <QVBoxLayout>

namespace poolscope::ui {

SideTabs::SideTabs(QWidget* parent)
    : QFrame(parent),
      tabs_(new QTabWidget(this)),
      code_(new CodePanel(tabs_)),
      statistics_(new StatisticsPanel(tabs_)),
      lesson_(new LessonPanel(tabs_)) {
  setObjectName(QStringLiteral("sideTabs"));
  setProperty("look", "card");
  tabs_->setObjectName(QStringLiteral("tabs"));
  tabs_->setAccessibleName(tr("Code, statistics, lesson"));
  tabs_->tabBar()->setAccessibleName(tr("Code, statistics, lesson"));
  tabs_->tabBar()->setDrawBase(false);
  lesson_->setObjectName(QStringLiteral("lesson"));
  lesson_->setAccessibleName(tr("Lesson"));
  tabs_->addTab(code_, tr("Code"));
  auto* scroll = new QScrollArea(tabs_);
  scroll->setObjectName(QStringLiteral("statisticsScroll"));
  scroll->setWidgetResizable(true);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setFocusPolicy(Qt::NoFocus);
  scroll->setWidget(statistics_);
  tabs_->addTab(scroll, tr("Statistics"));
  tabs_->addTab(lesson_, tr("Lesson"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(12, 8, 12, 12);
  column->addWidget(tabs_);
  connect(tabs_, &QTabWidget::currentChanged, this, [this] { isUsersChoice_ = true; });
  connect(tabs_, &QTabWidget::currentChanged, this, &SideTabs::tabChanged);
}

void SideTabs::showLessonTab() {
  tabs_->setCurrentWidget(lesson_);
  isUsersChoice_ = false;
}

void SideTabs::introduceLesson() {
  if (!isUsersChoice_) {
    showLessonTab();
  }
}

bool SideTabs::statisticsShown() const {
  return statistics_->isVisibleTo(tabs_);
}

void SideTabs::setFooter(QWidget* footer) {
  layout()->addWidget(footer);
}

void SideTabs::setTheme(const Theme& theme) {
  code_->setTheme(theme);
  statistics_->setTheme(theme);
  lesson_->setTheme(theme);
}

}  // namespace poolscope::ui
