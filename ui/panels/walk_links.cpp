// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/walk_links.h"

#include <QAccessible>
#include <QAction>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

namespace poolscope::ui {

WalkLinks::WalkLinks(QWidget* parent)
    : QWidget(parent),
      row_(new QHBoxLayout),
      note_(new QLabel(this)) {
  setObjectName(QStringLiteral("walkLinks"));
  setAccessibleName(tr("Go to another task"));
  note_->setObjectName(QStringLiteral("walkNote"));
  note_->setProperty("look", "dim");
  note_->setWordWrap(true);
  note_->hide();
  row_->setSpacing(2);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addLayout(row_);
  column->addWidget(note_);
}

void WalkLinks::setLinks(const QList<Link>& links) {
  for (const Link& link : links) {
    QList<QWidget*> parts;
    if (&link != &links.first()) {
      auto* bar = new QLabel(QStringLiteral("|"), this);
      bar->setProperty("look", "dim");
      parts.append(bar);
    }
    parts.append(makeButton(link));
    for (QWidget* part : parts) {
      row_->addWidget(part);
      if (link.needsTask) {
        part->hide();
        ofTask_.append(part);
      }
    }
  }
  row_->addStretch();
}

void WalkLinks::setTaskShown(bool shown) {
  for (QWidget* part : ofTask_) {
    part->setVisible(shown);
  }
}

QToolButton* WalkLinks::makeButton(const Link& link) {
  auto* button = new QToolButton(this);
  button->setObjectName(link.on->objectName() + QStringLiteral("Link"));
  button->setText(link.text);
  button->setAccessibleName(link.on->text());
  button->setToolTip(tr("%1; with Shift back").arg(link.on->toolTip()));
  button->setFocusPolicy(Qt::StrongFocus);
  button->setEnabled(link.on->isEnabled());
  connect(button, &QToolButton::clicked, this, [link] {
    const bool back = QGuiApplication::keyboardModifiers().testFlag(Qt::ShiftModifier);
    (back ? link.back : link.on)->trigger();
  });
  connect(link.on, &QAction::enabledChanged, button, &QToolButton::setEnabled);
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
                     "transparent; border-radius: 4px; padding: 2px 0; margin: 0; min-height: 0; "
                     "min-width: 0; font-size: %3px; } QToolButton:hover { text-decoration: "
                     "underline; } QToolButton:focus { border-color: %1; } QToolButton:disabled { "
                     "color: %2; }")
          .arg(theme.accent.name(), theme.dim.name())
          .arg(theme.fonts.small.pixelSize()));
}

}  // namespace poolscope::ui
