// SPDX-License-Identifier: Apache-2.0
#include "ui/window/view_commands.h"

#include "ui/timeline/timeline_view.h"

namespace poolscope::ui {

bool steer(TimelineView& view, Command command) {
  switch (command) {
    case Command::zoom_in:
      view.zoomIn();
      return true;
    case Command::zoom_out:
      view.zoomOut();
      return true;
    case Command::pan_left:
      view.panLeft();
      return true;
    case Command::pan_right:
      view.panRight();
      return true;
    case Command::view_back:
      view.goBack();
      return true;
    case Command::view_forward:
      view.goForward();
      return true;
    default:
      return false;
  }
}

}  // namespace poolscope::ui
