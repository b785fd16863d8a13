// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/timeline/blitter.h"
#include "ui/timeline/timeline_scene.h"

namespace poolscope::ui {

/// Paints a pane's grounds, grid lines, columns and bars, one lane after another: a lane's grounds
/// are still in the processor's cache when its bars come.
class LanePainter {
 public:
  LanePainter(Blitter& blitter, const LanePane& pane, const TimelineScene& scene,
              const Theme& theme);
  void paint();

 private:
  /// All that begins above `bottom` and is not painted yet.
  void paintUpTo(qreal bottom);
  void paintBar(const TaskBar& bar);

  Blitter& blitter_;
  const LanePane& pane_;
  const TimelineScene& scene_;
  const Theme& theme_;
  qreal done_;  // y up to which all is painted
  QList<Ground>::const_iterator ground_;
  QList<DenseStrip>::const_iterator strip_;
  QList<TaskBar>::const_iterator bar_;
};

}  // namespace poolscope::ui
