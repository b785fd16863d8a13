// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/side_tabs.h"

#include "ui/panels/code_view.h"
#include "ui/panels/python_highlighter.h"
#include "ui/panels/statistics_panel.h"

#include <QScrollArea>
#include <QTabBar>
#include <QTabWidget>
#include <QTextBlock>
#include <QTextBrowser>
#include <QTextCursor>
#include <QTextList>
#include <QVBoxLayout>

namespace poolscope::ui {

SideTabs::SideTabs(QWidget* parent)
    : QFrame(parent),
      tabs_(new QTabWidget(this)),
      code_(new CodeView(tabs_)),
      highlighter_(new PythonHighlighter(code_->document())),
      statistics_(new StatisticsPanel(tabs_)),
      lesson_(new QTextBrowser(tabs_)) {
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
  lesson_->setOpenExternalLinks(true);
  lesson_->setTabChangesFocus(true);
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

void SideTabs::showScenario(const QString& code, const QString& lesson) {
  code_->setCode(code.trimmed().isEmpty() ? tr("# This session brings no code with it.")
                                          : code.trimmed());
  if (lesson != markdown_ || lesson_->document()->isEmpty()) {
    markdown_ = lesson;
    setLesson();
  }
}

bool SideTabs::statisticsShown() const {
  return statistics_->isVisibleTo(tabs_);
}

void SideTabs::setFooter(QWidget* footer) {
  layout()->addWidget(footer);
}

void SideTabs::setTheme(const Theme& theme) {
  code_->setFonts(theme.fonts.mono, theme.fonts.monoSmall);
  highlighter_->setTheme(theme);
  statistics_->setTheme(theme);
  setLesson();  // Markdown takes its colours when it is read
}

void SideTabs::setLesson() {
  lesson_->setMarkdown(markdown_.trimmed().isEmpty() ? tr("This session brings no lesson with it.")
                                                     : markdown_);
  // Markdown brings no room between paragraphs, and lists that stand far in.
  lesson_->document()->setIndentWidth(lesson_->fontMetrics().averageCharWidth() * 3);
  for (QTextBlock block = lesson_->document()->begin(); block.isValid(); block = block.next()) {
    const bool item = block.textList() != nullptr;
    const bool lastItem = item && (!block.next().isValid() || block.next().textList() == nullptr);
    QTextCursor cursor(block);
    QTextBlockFormat format = block.blockFormat();
    format.setBottomMargin(item && !lastItem ? lesson_->fontMetrics().height() / 4.0
                                             : lesson_->fontMetrics().height() / 2.0);
    cursor.setBlockFormat(format);
  }
}

}  // namespace poolscope::ui
