// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/window/actions.h"

namespace poolscope::ui {

class TimelineView;

/// Moves what a timeline shows, where `command` is one that does: zoom, pan, back and forward
/// through views. False for any other. Threads: the GUI thread.
bool steer(TimelineView& view, Command command);

}  // namespace poolscope::ui
