// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/find_bar.h"

#include "ui/panels/eliding_label.h"
#include "ui/panels/look.h"
#include "ui/theme/icons.h"

#include <QAccessible>
#include <QAction>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QToolButton>

namespace poolscope::ui {

namespace {

constexpr int kLongestText = 1000;

}  // namespace

FindBar::FindBar(QAction* previous, QAction* next, QWidget* parent)
    : QFrame(parent),
      theme_(Theme::dark()),
      field_(new QLineEdit(this)),
      count_(new ElidingLabel(this)),
      previous_(new QToolButton(this)),
      next_(new QToolButton(this)),
      close_(new QToolButton(this)) {
  setObjectName(QStringLiteral("findBar"));
  setAccessibleName(tr("Find tasks"));
  field_->setObjectName(QStringLiteral("findText"));
  field_->setAccessibleName(tr("Find tasks by name, id or error"));
  field_->setPlaceholderText(tr("Find tasks by name, id or error"));
  field_->setMaxLength(kLongestText);
  field_->installEventFilter(this);
  count_->setObjectName(QStringLiteral("findCount"));
  count_->setProperty("look", "dim");
  previous_->setDefaultAction(previous);
  previous_->setObjectName(QStringLiteral("findPreviousButton"));
  next_->setDefaultAction(next);
  next_->setObjectName(QStringLiteral("findNextButton"));
  close_->setObjectName(QStringLiteral("findClose"));
  close_->setAccessibleName(tr("Close the find bar"));
  close_->setToolTip(tr("Close the find bar (Esc)"));
  for (QToolButton* button : {previous_, next_, close_}) {
    button->setToolButtonStyle(Qt::ToolButtonIconOnly);
    button->setFocusPolicy(Qt::StrongFocus);
  }
  auto* row = new QHBoxLayout(this);
  row->setSpacing(8);
  row->addWidget(field_, 3);
  row->addWidget(count_, 2);
  row->addWidget(previous_);
  row->addWidget(next_);
  row->addWidget(close_);
  connect(field_, &QLineEdit::textChanged, this, &FindBar::textChanged);
  connect(close_, &QToolButton::clicked, this, &FindBar::dismiss);
  hide();
}

void FindBar::open() {
  show();
  field_->selectAll();
  field_->setFocus(Qt::ShortcutFocusReason);
}

QString FindBar::text() const {
  return field_->text();
}

void FindBar::showState(const FindState& state) {
  const QString words = findText(state);
  const QString note = findNote(state);
  if (words == count_->text() && note == field_->toolTip()) {
    return;
  }
  count_->setText(words);
  setLook(count_, state.counted && state.total == 0 ? "warn" : "dim");
  field_->setToolTip(note);
  // The focus stays in the field: this is how it says what came of the text.
  field_->setAccessibleDescription(note.isEmpty() ? words
                                                  : QStringLiteral("%1. %2").arg(words, note));
  QAccessibleEvent told(field_, QAccessible::DescriptionChanged);
  QAccessible::updateAccessibility(&told);
}

void FindBar::setTheme(const Theme& theme) {
  theme_ = theme;
  setStyleSheet(QStringLiteral("#findBar { background: %1; border: none; border-bottom: 1px solid "
                               "%2; }")
                    .arg(theme.surface.name(), theme.line.name()));
  close_->setIcon(themeIcon(IconId::close, theme));
  const int side = qRound(theme.px(16));
  for (QToolButton* button : {previous_, next_, close_}) {
    button->setIconSize(QSize(side, side));
  }
  layout()->setContentsMargins(qRound(theme.px(20)), qRound(theme.px(6)), qRound(theme.px(8)),
                               qRound(theme.px(6)));
}

bool FindBar::eventFilter(QObject* watched, QEvent* event) {
  if (watched == field_ && event->type() == QEvent::KeyPress) {
    const auto* key = static_cast<QKeyEvent*>(event);
    if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
      Q_EMIT stepWanted((key->modifiers() & Qt::ShiftModifier) == 0);
      return true;
    }
  }
  return QFrame::eventFilter(watched, event);
}

void FindBar::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape) {
    dismiss();
    return;
  }
  QFrame::keyPressEvent(event);
}

void FindBar::dismiss() {
  hide();
  Q_EMIT closed();
}

}  // namespace poolscope::ui
