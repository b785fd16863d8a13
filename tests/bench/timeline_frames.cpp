// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/timeline_frames.h"

#include "tests/bench/kit.h"
#include "ui/timeline/timeline_layout.h"
#include "ui/timeline/timeline_painter.h"

#include <QPainter>

namespace poolscope::bench {

TimelineFrames::Cost TimelineFrames::paint(const ui::Frame& frame) {
  const std::uint64_t begin = trace::now_ns();
  const std::uint64_t cpu_begin = trace::thread_cpu_ns();
  view.advance(frame.snapshot->begin(), frame.now);
  const ui::TimelineScene scene =
      ui::layOutTimeline(frame, view, picture_.size(), theme_, layouts_);
  QPainter painter(&picture_);
  ui::paintTimeline(painter, scene, theme_, sprites_);
  painter.end();
  return {secondsSince(begin) * 1e3,
          static_cast<double>(trace::thread_cpu_ns() - cpu_begin) * 1e-6};
}

}  // namespace poolscope::bench
