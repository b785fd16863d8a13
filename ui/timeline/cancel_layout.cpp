// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/layout_context.h"
#include "ui/timeline/time_text.h"

#include <QObject>

#include <algorithm>
#include <vector>

namespace poolscope::ui {

using session::LaneId;
using session::TaskKey;
using session::TaskState;
using session::TimeNs;

namespace {

constexpr std::int64_t kColumnsPerMark = 5;  // crosses do not touch
constexpr std::size_t kMostLanes = 512;
constexpr std::size_t kMostLookedAt = 1'024;
constexpr std::uint64_t kFewCancelled = 3;

/// Finds cancellations without a list of them: what was queued but is neither picked nor waiting
/// was cancelled. Halving stretches in which there are some leads to them at O(log) a place.
class Cancellations {
 public:
  Cancellations(const LayoutContext& context, const PlannedRow& row, LanePane& pane)
      : c_(context),
        row_(row),
        pool_(*row.pool),
        pane_(pane) {}

  void layOut() {
    // Who submits is known by thread, not by pool: with several pools the sums could not be told
    // apart.
    if (c_.snapshot.pools().size() != 1 || c_.shown.length() <= 0) {
      return;
    }
    collectSubmitters();
    if (countIn(c_.snapshot.begin(), c_.now + 1) == 0) {
      return;
    }
    const std::int64_t first = c_.grid.first / kColumnsPerMark;
    const std::int64_t end = (c_.grid.first + c_.grid.count) / kColumnsPerMark + 1;
    search(first, end);
  }

 private:
  void collectSubmitters() {
    const auto lanes = c_.snapshot.lanes();
    for (const auto& lane : lanes) {
      if (lane.kind == session::LaneKind::caller || lanes.size() <= kMostLanes) {
        const auto whole = c_.snapshot.caller_columns(lane.id, c_.snapshot.begin(), c_.now + 1, 1);
        if (!whole.empty() && whole.front().submitted > 0) {
          submitters_.push_back(lane.id);
        }
      }
    }
  }

  std::uint64_t countIn(TimeNs begin, TimeNs end) const {
    std::uint64_t came = c_.snapshot.queue_depth(pool_, begin - 1);
    for (const LaneId lane : submitters_) {
      const auto column = c_.snapshot.caller_columns(lane, begin, end, 1);
      came += column.empty() ? 0 : column.front().submitted;
    }
    const std::uint64_t known =
        c_.snapshot.pick_count(pool_, begin, end) + c_.snapshot.queue_depth(pool_, end - 1);
    return came > known ? came - known : 0;
  }

  TimeNs timeOf(std::int64_t place) const {
    return std::clamp(c_.grid.origin + place * kColumnsPerMark * c_.grid.cellNs,
                      c_.snapshot.begin(), c_.now + 1);
  }

  void search(std::int64_t first, std::int64_t end) {
    const TimeNs from = timeOf(first);
    const TimeNs to = timeOf(end);
    const std::uint64_t count = from < to ? countIn(from, to) : 0;
    if (count == 0) {
      return;
    }
    if (end - first > 1) {
      search(first, first + (end - first) / 2);
      search(first + (end - first) / 2, end);
      return;
    }
    addMark(from, to, count);
  }

  void addMark(TimeNs from, TimeNs to, std::uint64_t count) {
    CancelMark mark;
    mark.count = count;
    TimeNs time = from + (to - from) / 2;
    if (count <= kFewCancelled || c_.snapshot.lost_events() > 0) {
      const auto found = findIn(from, to);
      if (!found && c_.snapshot.lost_events() > 0) {
        return;  // it may as well be that its start was lost
      }
      if (found) {
        mark.task = found->key;
        time = found->finished.value_or(time);
      }
    }
    mark.center = QPointF(c_.snappedX(time), c_.screenY(row_) + c_.theme.px(8));
    if (count > 1) {
      mark.label = countText(count);
      const qreal width = c_.cache.textWidth(mark.label, TextRole::note);
      const QRectF room(mark.center.x() + c_.theme.px(7), mark.center.y() - c_.theme.px(7), width,
                        c_.theme.px(14));
      if (room.left() > labelsEnd_) {
        pane_.labels.append({room, mark.label, TextRole::note, c_.theme.warn});
        labelsEnd_ = room.right() + c_.theme.px(10);
      }
    }
    pane_.cancels.append(mark);
  }

  std::optional<session::Task> findIn(TimeNs from, TimeNs to) const {
    for (const TaskKey key : c_.snapshot.waiting(pool_, from - 1, kMostLookedAt)) {
      const auto task = c_.snapshot.task(key);
      if (task && task->state == TaskState::cancelled && task->finished >= from &&
          task->finished < to) {
        return task;
      }
    }
    return {};
  }

  const LayoutContext& c_;
  const PlannedRow& row_;
  session::PoolIndex pool_;
  LanePane& pane_;
  std::vector<LaneId> submitters_ = {};
  qreal labelsEnd_ = 0;
};

}  // namespace

void layOutCancellations(const LayoutContext& c, const PlannedRow& row, LanePane& pane) {
  Cancellations(c, row, pane).layOut();
}

}  // namespace poolscope::ui
