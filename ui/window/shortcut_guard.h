// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>

namespace poolscope::ui {

/// Keeps keys for the widget that has the focus where they mean something there: letters and signs
/// in a text field, Space on a button or a list, Home and End in a text. Installed as an event
/// filter on the application, for all windows.
class ShortcutGuard : public QObject {
  Q_OBJECT
 public:
  using QObject::QObject;

  bool eventFilter(QObject* watched, QEvent* event) override;
};

}  // namespace poolscope::ui
