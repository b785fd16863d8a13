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
  more_->setProperty("look", "small");  // the ground is coloured: no dim text on it
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
  newsTimer_.setSingleShot(true);
  connect(&newsTimer_, &QTimer::timeout, this, [this] {
    endNews();
    sortMessages();
    showFirst();
  });
  hide();
}

void MessageBar::post(const QString& id, Severity severity, const QString& text) {
  messages_.removeIf([&](const Message& message) { return message.id == id; });
  messages_.prepend({id, severity, text});
  if (severity == Severity::info) {
    news_ = id;
    newsTimer_.start(newsTime_);
  } else {
    endNews();
  }
  sortMessages();
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

void MessageBar::sortMessages() {
  const auto rank = [this](const Message& message) {
    return message.id == news_ ? static_cast<int>(Severity::error) + 1
                               : static_cast<int>(message.severity);
  };
  std::stable_sort(messages_.begin(), messages_.end(),
                   [&](const Message& a, const Message& b) { return rank(a) > rank(b); });
}

void MessageBar::endNews() {
  newsTimer_.stop();
  news_.clear();
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
