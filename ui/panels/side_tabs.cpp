// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/side_tabs.h"

#include "ui/panels/code_view.h"
#include "ui/panels/lesson_panel.h"
#include "ui/panels/python_highlighter.h"
#include "ui/panels/statistics_panel.h"

#include <QScrollArea>
#include <QTabBar>
#include <QTabWidget>
#include <QVBoxLayout>

namespace poolscope::ui {

SideTabs::SideTabs(QWidget* parent)
    : QFrame(parent),
      tabs_(new QTabWidget(this)),
      code_(new CodeView(tabs_)),
      highlighter_(new PythonHighlighter(code_->document())),
      statistics_(new StatisticsPanel(tabs_)),
      lesson_(new LessonPanel(tabs_)) {
  setObjectName(QStringLiteral("sideTabs"));
  setProperty("look", "card");
  tabs_->setObjectName(QStringLiteral("tabs"));
  tabs_->setAccessibleName(tr("Code, statistics, lesson"));
  tabs_->tabBar()->setAccessibleName(tr("Code, statistics, lesson"));
  tabs_->tabBar()->setDrawBase(false);
  code_->setObjectName(QStringLiteral("code"));
  code_->setAccessibleName(tr("Python code"));
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
  connect(tabs_, &QTabWidget::currentChanged, this, &SideTabs::tabChanged);
}

void SideTabs::showCode(const QString& code) {
  code_->setCode(code.trimmed().isEmpty() ? tr("# This session brings no code with it.")
                                          : code.trimmed());
}

void SideTabs::showLessonTab() {
  tabs_->setCurrentWidget(lesson_);
}

bool SideTabs::statisticsShown() const {
  return statistics_->isVisibleTo(tabs_);
}

void SideTabs::setTheme(const Theme& theme) {
  code_->setFonts(theme.fonts.mono, theme.fonts.monoSmall);
  highlighter_->setTheme(theme);
  statistics_->setTheme(theme);
  lesson_->setTheme(theme);
}

}  // namespace poolscope::ui
