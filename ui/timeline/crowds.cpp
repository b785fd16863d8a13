// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/crowds.h"

#include <algorithm>

namespace poolscope::ui {

using session::LaneId;
using session::LaneLoad;
using session::TimeNs;

namespace {

constexpr std::int64_t kStretch = 64;  // columns of the view
constexpr qsizetype kTogether = 4;     // stretches: the mean of one alone is a matter of chance
constexpr qsizetype kMemory = 16;      // stretches
constexpr float kNarrow = 3.4F;        // columns, on average
constexpr float kWide = 4.6F;
constexpr std::uint32_t kMany = 12;  // tasks: a full stretch of such has more

/// The stretches that the view's columns are in, and those before that they are judged by.
ColumnGrid stretchesOf(const LayoutContext& c) {
  ColumnGrid grid;
  grid.origin = c.grid.origin;
  grid.cellNs = kStretch * c.grid.cellNs;
  grid.first = std::max<std::int64_t>(0, c.grid.first / kStretch - kTogether - kMemory);
  const std::int64_t over = std::max<TimeNs>(0, c.now - grid.origin) / grid.cellNs;
  const std::int64_t end = (c.grid.first + c.grid.count) / kStretch + 1;
  grid.count = std::max<std::int64_t>(0, std::min(end, over) - grid.first);
  grid.partial = end > over && c.now > grid.end();
  return grid;
}

}  // namespace

Crowds::Crowds(const LayoutContext& c, LaneId lane, TimeNs stable) : grid_(stretchesOf(c)) {
  const auto ask = [&](TimeNs begin, TimeNs end, int count, auto append) {
    const auto columns = static_cast<float>(end - begin) / static_cast<float>(c.grid.cellNs) /
                         static_cast<float>(count);
    for (const LaneLoad& stretch : c.snapshot.lane_loads(lane, begin, end, count)) {
      append(CrowdColumn{stretch.task_count, stretch.busy * columns});
    }
  };
  const auto owner = static_cast<std::uint32_t>(lane);
  c.cache.crowds.append(owner, grid_, stable, stretches_, ask);
  if (grid_.partial) {
    ask(grid_.end(), c.now, 1, [&](const CrowdColumn& last) { stretches_.append(last); });
  }
}

bool Crowds::at(TimeNs time) const {
  const auto place = static_cast<qsizetype>((time - grid_.begin()) / grid_.cellNs);
  if (time < grid_.begin() || place >= stretches_.size()) {
    return false;
  }
  // Neither narrow nor wide: it is as it was before.
  for (qsizetype i = place; i >= std::max<qsizetype>(0, place - kMemory); --i) {
    CrowdColumn sum;
    for (qsizetype k = std::max<qsizetype>(0, i - kTogether + 1); k <= i; ++k) {
      sum.tasks += stretches_[k].tasks;
      sum.busy += stretches_[k].busy;
    }
    const auto tasks = static_cast<float>(sum.tasks);
    if (sum.tasks < kMany || sum.busy > kWide * tasks) {
      return false;
    }
    if (sum.busy < kNarrow * tasks) {
      return true;
    }
  }
  return false;
}

}  // namespace poolscope::ui
