// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/message_bar.h"

#include "ui/theme/icons.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>

#include <algorithm>

namespace poolscope::ui {

MessageBar::MessageBar(QWidget* parent)
    : QFrame(parent),
      theme_(Theme::dark()),
      icon_(new QLabel(this)),
      text_(new QLabel(this)),
      more_(new QLabel(this)),
      dismiss_(new QPushButton(tr("Dismiss"), this)) {
  setObjectName(QStringLiteral("messageBar"));
  setAccessibleName(tr("Message"));
  text_->setObjectName(QStringLiteral("messageText"));
  text_->setTextFormat(Qt::PlainText);
  text_->setWordWrap(true);
  text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  more_->setProperty("look", "dim");
  dismiss_->setObjectName(QStringLiteral("dismissMessage"));
  dismiss_->setAccessibleName(tr("Dismiss message"));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(16, 8, 12, 8);
  row->setSpacing(10);
  row->addWidget(icon_, 0, Qt::AlignVCenter);
  row->addWidget(text_, 1);
  row->addWidget(more_);
  row->addWidget(dismiss_, 0, Qt::AlignVCenter);
  connect(dismiss_, &QPushButton::clicked, this, &MessageBar::dismiss);
  hide();
}

void MessageBar::post(const QString& id, Severity severity, const QString& text) {
  const auto same = std::find_if(messages_.begin(), messages_.end(),
                                 [&](const Message& message) { return message.id == id; });
  if (same != messages_.end()) {
    if (same->text == text && same->severity == severity) {
      return;
    }
    messages_.erase(same);
  }
  messages_.append({id, severity, text});
  std::stable_sort(messages_.begin(), messages_.end(), [](const Message& a, const Message& b) {
    return static_cast<int>(a.severity) > static_cast<int>(b.severity);
  });
  showFirst();
}

void MessageBar::retract(const QString& id) {
  if (messages_.removeIf([&](const Message& message) { return message.id == id; }) > 0) {
    showFirst();
  }
}

void MessageBar::dismiss() {
  if (!messages_.isEmpty()) {
    messages_.removeFirst();
    showFirst();
  }
}

QString MessageBar::text() const {
  return messages_.isEmpty() ? QString() : text_->text();
}

void MessageBar::setTheme(const Theme& theme) {
  theme_ = theme;
  showFirst();
}

void MessageBar::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape) {
    dismiss();
    return;
  }
  QFrame::keyPressEvent(event);
}

void MessageBar::showFirst() {
  if (messages_.isEmpty()) {
    hide();
    return;
  }
  const Message& first = messages_.first();
  const bool isNew = isHidden() || text_->text() != first.text;
  const QColor color = first.severity == Severity::error     ? theme_.bad
                       : first.severity == Severity::warning ? theme_.warn
                                                             : theme_.accent;
  const IconId icon = first.severity == Severity::error     ? IconId::error
                      : first.severity == Severity::warning ? IconId::warning
                                                            : IconId::help;
  setStyleSheet(
      QStringLiteral("#messageBar { background: %1; border: none; border-left: 4px solid %2; }")
          .arg(mixed(color, theme_.surface, 0.14).name(), color.name()));
  const int size = qRound(theme_.px(20));
  icon_->setPixmap(themeIcon(icon, color, color).pixmap(QSize(size, size), devicePixelRatioF()));
  text_->setText(first.text);
  more_->setVisible(messages_.size() > 1);
  more_->setText(tr("%n more", nullptr, static_cast<int>(messages_.size()) - 1));
  show();
  if (isNew) {
    setAccessibleDescription(first.text);
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
  }
}

}  // namespace poolscope::ui
