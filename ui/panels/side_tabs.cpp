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

namespace {

/// Lower, and lesson and code would both have to be scrolled.
constexpr qreal kRoomForBothPx = 560;

QVBoxLayout* pageLayout(QWidget* page) {
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 0, 0, 0);
  return column;
}

}  // namespace

SideTabs::SideTabs(QWidget* parent)
    : QFrame(parent),
      theme_(Theme::dark()),
      tabs_(new QTabWidget(this)),
      codePage_(new QWidget(tabs_)),
      lessonPage_(new QWidget(tabs_)),
      belowLesson_(new QWidget(lessonPage_)),
      code_(new CodePanel(codePage_)),
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
  pageLayout(codePage_)->addWidget(code_);
  tabs_->addTab(codePage_, tr("Code"));
  auto* scroll = new QScrollArea(tabs_);
  scroll->setObjectName(QStringLiteral("statisticsScroll"));
  scroll->setWidgetResizable(true);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setFocusPolicy(Qt::NoFocus);
  scroll->setWidget(statistics_);
  tabs_->addTab(scroll, tr("Statistics"));
  pageLayout(belowLesson_);
  belowLesson_->setObjectName(QStringLiteral("belowLesson"));
  belowLesson_->setAttribute(Qt::WA_StyledBackground);
  belowLesson_->hide();
  QVBoxLayout* const lessonColumn = pageLayout(lessonPage_);
  lessonColumn->addWidget(lesson_);
  lessonColumn->addWidget(belowLesson_, 1);
  tabs_->addTab(lessonPage_, tr("Lesson"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(12, 8, 12, 12);
  column->addWidget(tabs_);
  connect(tabs_, &QTabWidget::currentChanged, this, [this] {
    isUsersChoice_ = true;
    placeCode();
  });
  connect(tabs_, &QTabWidget::currentChanged, this, &SideTabs::tabChanged);
}

void SideTabs::showLessonTab() {
  tabs_->setCurrentWidget(lessonPage_);
  isUsersChoice_ = false;
}

void SideTabs::introduceLesson() {
  if (!isUsersChoice_) {
    showLessonTab();
  }
}

bool SideTabs::lessonShown() const {
  return tabs_->currentWidget() == lessonPage_;
}

bool SideTabs::codeShown() const {
  return code_->isVisibleTo(tabs_);
}

void SideTabs::placeCode() {
  const bool both = lessonShown() && tabs_->height() >= theme_.px(kRoomForBothPx);
  QWidget* const page = both ? belowLesson_ : codePage_;
  if (code_->parentWidget() != page) {
    page->layout()->addWidget(code_);
    code_->show();
  }
  belowLesson_->setVisible(both);
}

void SideTabs::resizeEvent(QResizeEvent* event) {
  QFrame::resizeEvent(event);
  layout()->activate();  // the tabs have their height
  placeCode();
}

bool SideTabs::statisticsShown() const {
  return statistics_->isVisibleTo(tabs_);
}

void SideTabs::setFooter(QWidget* footer) {
  layout()->addWidget(footer);
}

void SideTabs::setTheme(const Theme& theme) {
  theme_ = theme;
  belowLesson_->setStyleSheet(
      QStringLiteral("#belowLesson { border-top: 1px solid %1; }").arg(theme.line.name()));
  code_->setTheme(theme);
  statistics_->setTheme(theme);
  lesson_->setTheme(theme);
  placeCode();
}

}  // namespace poolscope::ui
