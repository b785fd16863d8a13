// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/side_tabs.h"

#include "ui/panels/python_highlighter.h"
#include "ui/panels/statistics_panel.h"

#include <QPlainTextEdit>
#include <QScrollArea>
#include <QTabBar>
#include <QTabWidget>
#include <QTextBrowser>
#include <QVBoxLayout>

namespace poolscope::ui {

SideTabs::SideTabs(QWidget* parent)
    : QFrame(parent),
      tabs_(new QTabWidget(this)),
      code_(new QPlainTextEdit(tabs_)),
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
  code_->setReadOnly(true);
  code_->setLineWrapMode(QPlainTextEdit::WidgetWidth);
  code_->setTabChangesFocus(true);
  code_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
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
  const QString shownCode =
      code.trimmed().isEmpty() ? tr("# This session brings no code with it.") : code.trimmed();
  if (code_->toPlainText() != shownCode) {
    code_->setPlainText(shownCode);
  }
  if (lesson != markdown_ || lesson_->document()->isEmpty()) {
    markdown_ = lesson;
    setLesson();
  }
}

bool SideTabs::statisticsShown() const {
  return statistics_->isVisibleTo(tabs_);
}

void SideTabs::setTheme(const Theme& theme) {
  code_->setStyleSheet(QStringLiteral("QPlainTextEdit { font-family: \"%1\"; }")
                           .arg(theme.fonts.mono.families().join(QStringLiteral("\", \""))));
  highlighter_->setTheme(theme);
  statistics_->setTheme(theme);
  setLesson();  // Markdown takes its colours when it is read
}

void SideTabs::setLesson() {
  lesson_->setMarkdown(markdown_.trimmed().isEmpty() ? tr("This session brings no lesson with it.")
                                                     : markdown_);
}

}  // namespace poolscope::ui
