// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/layout_context.h"
#include "ui/timeline/time_text.h"

#include <QObject>

#include <algorithm>

namespace poolscope::ui {

using session::TaskKey;
using session::TaskState;
using session::TimeNs;

namespace {

constexpr std::int64_t kColumnsPerMark = 5;  // crosses do not touch
constexpr std::size_t kMostLookedAt = 1'024;
constexpr std::uint64_t kFewCancelled = 3;

/// Finds cancellations: halving stretches in which there are some leads to them at O(log) a place.
class Cancellations {
 public:
  Cancellations(const LayoutContext& context, const PlannedRow& row, LanePane& pane)
      : c_(context),
        row_(row),
        pool_(*row.pool),
        pane_(pane) {}

  void layOut() {
    if (c_.shown.length() <= 0) {
      return;
    }
    if (countIn(c_.snapshot.begin(), c_.now + 1) == 0) {
      return;
    }
    const std::int64_t first = c_.grid.first / kColumnsPerMark;
    const std::int64_t end = (c_.grid.first + c_.grid.count) / kColumnsPerMark + 1;
    search(first, end);
  }

 private:
  std::uint64_t countIn(TimeNs begin, TimeNs end) const {
    return c_.snapshot.cancelled_count(pool_, begin, end);
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
    if (count <= kFewCancelled) {
      if (const auto found = findIn(from, to)) {
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
  qreal labelsEnd_ = 0;
};

}  // namespace

void layOutCancellations(const LayoutContext& c, const PlannedRow& row, LanePane& pane) {
  Cancellations(c, row, pane).layOut();
}

}  // namespace poolscope::ui
