// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/walk_links.h"

#include <QAccessible>
#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

namespace poolscope::ui {

WalkLinks::WalkLinks(QWidget* parent)
    : QWidget(parent),
      column_(new QVBoxLayout(this)),
      note_(new QLabel(this)) {
  setObjectName(QStringLiteral("walkLinks"));
  setAccessibleName(tr("Go to another task"));
  note_->setObjectName(QStringLiteral("walkNote"));
  note_->setProperty("look", "dim");
  note_->setWordWrap(true);
  note_->hide();
  column_->setContentsMargins(0, 0, 0, 0);
  column_->setSpacing(0);
  column_->addWidget(note_);
}

void WalkLinks::setLinks(const QList<QList<Link>>& rows) {
  for (const QList<Link>& links : rows) {
    auto* row = new QHBoxLayout;
    row->setSpacing(0);
    for (const Link& link : links) {
      if (&link != &links.first()) {
        auto* bar = new QLabel(QStringLiteral("|"), this);
        bar->setProperty("look", "dim");
        row->addWidget(bar);
      }
      row->addWidget(makeButton(link.back, QStringLiteral("\u2039")));
      row->addWidget(makeButton(link.on, QStringLiteral("%1 \u203a").arg(link.text)));
    }
    row->addStretch();
    column_->insertLayout(column_->count() - 1, row);
  }
}

QToolButton* WalkLinks::makeButton(QAction* action, const QString& text) {
  auto* button = new QToolButton(this);
  button->setObjectName(action->objectName() + QStringLiteral("Link"));
  button->setText(text);
  button->setAccessibleName(action->text());
  button->setToolTip(action->toolTip());
  button->setFocusPolicy(Qt::StrongFocus);
  button->setEnabled(action->isEnabled());
  connect(button, &QToolButton::clicked, action, &QAction::trigger);
  connect(action, &QAction::enabledChanged, button, &QToolButton::setEnabled);
  return button;
}

void WalkLinks::setNote(const QString& note) {
  note_->setText(note);
  note_->setVisible(!note.isEmpty());
  // The focus stays where it is: this is how it says where it led.
  setAccessibleDescription(note);
  QAccessibleEvent told(this, QAccessible::DescriptionChanged);
  QAccessible::updateAccessibility(&told);
}

void WalkLinks::setTheme(const Theme& theme) {
  setStyleSheet(
      QStringLiteral("QToolButton { color: %1; background: transparent; border: 1px solid "
                     "transparent; border-radius: 4px; padding: 3px 0; margin: 0; min-height: 0; "
                     "min-width: 0; font-size: %3px; } QToolButton:hover { text-decoration: "
                     "underline; } QToolButton:focus { border-color: %1; } QToolButton:disabled { "
                     "color: %2; }")
          .arg(theme.accent.name(), theme.dim.name())
          .arg(theme.fonts.small.pixelSize()));
}

}  // namespace poolscope::ui
