// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"
#include "ui/timeline/frame.h"
#include "ui/timeline/layout_cache.h"
#include "ui/timeline/sprite_cache.h"
#include "ui/timeline/view_state.h"

#include <QImage>

namespace poolscope::bench {

/// Paints frames of the timeline as the window does, into a picture of 1920x1080.
class TimelineFrames {
 public:
  struct Cost {
    double ms = 0;      ///< of wall time
    double cpu_ms = 0;  ///< of the thread's time: the same on a machine that does nothing else
  };
  /// Lays `frame` out and paints it.
  Cost paint(const ui::Frame& frame);

  ui::ViewState view = {};

 private:
  QImage picture_{1920, 1080, QImage::Format_ARGB32_Premultiplied};
  ui::Theme theme_ = ui::Theme::dark();
  ui::LayoutCache layouts_ = {};
  ui::SpriteCache sprites_ = {};
};

}  // namespace poolscope::bench
