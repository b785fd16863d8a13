// SPDX-License-Identifier: Apache-2.0
#include "ui/window/shortcut_guard.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSpinBox>
#include <QComboBox>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTabBar>
#include <QTextEdit>

namespace poolscope::ui {

namespace {

bool takesText(const QObject* widget) {
  if (const auto* edit = qobject_cast<const QPlainTextEdit*>(widget)) {
    return !edit->isReadOnly();
  }
  if (const auto* edit = qobject_cast<const QTextEdit*>(widget)) {
    return !edit->isReadOnly();
  }
  const auto* combo = qobject_cast<const QComboBox*>(widget);
  return qobject_cast<const QLineEdit*>(widget) != nullptr ||
         qobject_cast<const QAbstractSpinBox*>(widget) != nullptr ||
         (combo != nullptr && combo->isEditable());
}

bool takesSpace(const QObject* widget) {
  return qobject_cast<const QAbstractButton*>(widget) != nullptr ||
         qobject_cast<const QComboBox*>(widget) != nullptr ||
         qobject_cast<const QAbstractItemView*>(widget) != nullptr ||
         qobject_cast<const QTabBar*>(widget) != nullptr;
}

bool scrolls(const QObject* widget) {
  return qobject_cast<const QPlainTextEdit*>(widget) != nullptr ||
         qobject_cast<const QTextEdit*>(widget) != nullptr ||
         qobject_cast<const QAbstractItemView*>(widget) != nullptr;
}

bool isSingleKey(const QKeyEvent& event) {
  constexpr auto kOthers = Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier;
  return (event.modifiers() & kOthers) == Qt::NoModifier && event.key() < Qt::Key_Escape;
}

}  // namespace

bool ShortcutGuard::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() != QEvent::ShortcutOverride || !watched->isWidgetType()) {
    return false;
  }
  const auto& key = *static_cast<QKeyEvent*>(event);
  const bool isEdge = key.key() == Qt::Key_Home || key.key() == Qt::Key_End;
  const bool isTheirs = (takesText(watched) && (isSingleKey(key) || isEdge)) ||
                        (takesSpace(watched) && key.key() == Qt::Key_Space) ||
                        (scrolls(watched) && isEdge);
  if (isTheirs) {
    event->accept();
  }
  return isTheirs;
}

}  // namespace poolscope::ui
