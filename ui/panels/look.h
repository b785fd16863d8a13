// SPDX-License-Identifier: Apache-2.0
#pragma once

class QWidget;

namespace poolscope::ui {

/// Gives `widget` a look of the theme's style sheet ("dim", "ok", "card"; see Theme::styleSheet()),
/// also while it is shown.
void setLook(QWidget* widget, const char* look);

}  // namespace poolscope::ui
