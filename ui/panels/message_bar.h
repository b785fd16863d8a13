// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"

#include <QFrame>
#include <QList>
#include <QString>
#include <QTimer>

#include <chrono>

class QLabel;
class QPushButton;

namespace poolscope::ui {

/// Tells what happened without stopping work: one message at a time, in a row above the timeline.
/// The gravest is shown, among equals the newest; good news comes before an older failure for some
/// seconds, so that a save is seen to have worked. Each is dismissed by hand (button, or Escape
/// with the focus in it).
class MessageBar : public QFrame {
  Q_OBJECT
 public:
  enum class Severity { info, warning, error };

  explicit MessageBar(QWidget* parent = nullptr);

  /// `id` names what the message is about: a newer message with the same id takes the place of the
  /// older.
  void post(const QString& id, Severity severity, const QString& text);
  /// What `id` was about is over.
  void retract(const QString& id);
  void dismiss();

  /// How long good news stands before what is graver.
  void setNewsTime(std::chrono::milliseconds time) { newsTime_ = time; }

  QString text() const;
  int count() const { return static_cast<int>(messages_.size()); }
  void setTheme(const Theme& theme);

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  struct Message {
    QString id;
    Severity severity;
    QString text;
  };
  void sortMessages();
  void endNews();
  void showFirst();

  QList<Message> messages_;  // the shown one first
  QString news_;             // id of the message that comes first for a while; empty: none
  QTimer newsTimer_;
  std::chrono::milliseconds newsTime_{6000};
  Theme theme_;
  QLabel* icon_;
  QLabel* text_;
  QLabel* more_;
  QPushButton* dismiss_;
};

}  // namespace poolscope::ui
