// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"

#include <memory>

namespace poolscope::ui {

/// What a picture is made from, beside the view: the same frame gives the same pixels, live,
/// replayed or exported.
struct Frame {
  std::shared_ptr<const session::Snapshot> snapshot = {};
  session::TimeNs now = 0;  ///< nothing after it is shown
  bool live = false;        ///< a pool is running and `now` moves with it
};

}  // namespace poolscope::ui
