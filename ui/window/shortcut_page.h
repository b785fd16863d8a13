// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"

#include <QDialog>

namespace poolscope::ui {

/// All keys, by group, made from the table of commands; and what the pointer does on the timeline.
class ShortcutPage : public QDialog {
  Q_OBJECT
 public:
  explicit ShortcutPage(const Theme& theme, QWidget* parent = nullptr);
};

}  // namespace poolscope::ui
