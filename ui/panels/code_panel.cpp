// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/code_panel.h"

#include "ui/panels/caller_step.h"
#include "ui/panels/code_view.h"
#include "ui/panels/eliding_label.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QToolButton>
#include <QVBoxLayout>

namespace poolscope::ui {

namespace {

constexpr int kLeastViewPx = 36;

}  // namespace

CodePanel::CodePanel(QWidget* parent)
    : QWidget(parent),
      theme_(Theme::dark()),
      choice_(new QWidget(this)),
      view_(new CodeView(this)),
      highlighter_(new CodeHighlighter(view_->document())),
      words_(new ElidingLabel(this)) {
  setObjectName(QStringLiteral("codePanel"));
  view_->setObjectName(QStringLiteral("code"));
  words_->setObjectName(QStringLiteral("codeStep"));
  words_->setProperty("look", "dim");
  view_->setMinimumHeight(kLeastViewPx);  // it scrolls; its card shall not
  auto* row = new QHBoxLayout(choice_);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(4);
  auto* group = new QButtonGroup(this);
  const struct {
    CodeLanguage language;
    QString text;
    const char* name;
  } languages[] = {{CodeLanguage::python, tr("Python"), "codePython"},
                   {CodeLanguage::cpp, tr("C++"), "codeCpp"}};
  for (const auto& one : languages) {
    auto* button = new QToolButton(choice_);
    button->setObjectName(QString::fromLatin1(one.name));
    button->setText(one.text);
    button->setAccessibleName(tr("Code in %1").arg(one.text));
    button->setCheckable(true);
    button->setFocusPolicy(Qt::StrongFocus);
    group->addButton(button);
    row->addWidget(button);
    buttons_[static_cast<std::size_t>(one.language)] = button;
    connect(button, &QToolButton::clicked, this,
            [this, language = one.language] { choose(language); });
  }
  auto* head = new QHBoxLayout;
  head->setContentsMargins(0, 4, 0, 0);
  head->setSpacing(10);
  head->addWidget(choice_);
  head->addWidget(words_, 1);
  head->addStretch();  // where there are no words: the buttons stay together
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  column->addLayout(head);
  column->addWidget(view_, 1);
  refresh();
}

void CodePanel::showCode(const QString& python, const QString& cpp) {
  const std::array<QString, 2> code = {python.trimmed(), cpp.trimmed()};
  if (code != code_) {
    code_ = code;
    refresh();
  }
}

void CodePanel::showStep(const CallerStep& step, const QString& words, const QString& shorter) {
  stepWords_ = words;
  shorterWords_ = shorter;
  step_ = step;
  refresh();
}

void CodePanel::choose(CodeLanguage language) {
  chosen_ = language;
  refresh();
}

void CodePanel::refresh() {
  const bool both = !code_[1].isEmpty();
  const CodeLanguage language = both ? chosen_ : CodeLanguage::python;
  const QString& code = code_[static_cast<std::size_t>(language)];
  choice_->setVisible(both);
  buttons_[static_cast<std::size_t>(language)]->setChecked(true);
  view_->setAccessibleName(language == CodeLanguage::cpp ? tr("C++ code") : tr("Python code"));
  highlighter_->setLanguage(language);
  view_->setCode(code.isEmpty() ? tr("# This session brings no code with it.") : code);
  const bool leaves = leavesPool(code, step_);
  words_->setText(leaves ? leavingText() : stepWords_, leaves ? leavingTextShort() : shorterWords_);
  words_->setVisible(!words_->text().isEmpty());
  const bool blocked = step_.kind == CallerStep::Kind::waits;
  view_->setLit(linesOf(code, step_), theme_.raised, blocked ? theme_.warn : theme_.accent);
}

void CodePanel::setTheme(const Theme& theme) {
  theme_ = theme;
  view_->setFonts(theme.fonts.mono, theme.fonts.monoSmall);
  highlighter_->setTheme(theme);
  // Small, so that the words beside them have room.
  choice_->setStyleSheet(QStringLiteral("QToolButton { padding: 1px 6px; min-height: %1px; } "
                                        "QToolButton:focus { padding: 0 5px; }")
                             .arg(QFontMetrics(theme.fonts.body).height() + 4));
  refresh();
}

}  // namespace poolscope::ui
