// SPDX-License-Identifier: Apache-2.0
// What happens to workers and pools, and what is marked on the time axis.
#include "core/session/writer.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace poolscope::session {
namespace {

using trace::Event;
using trace::EventKind;

template <typename T>
void insert_by_time(std::vector<T>& items, T item) {
  const auto place = std::upper_bound(items.begin(), items.end(), item,
                                      [](const T& a, const T& b) { return a.time < b.time; });
  items.insert(place, std::move(item));
}

}  // namespace

void Writer::take_rare(std::uint32_t process, const Event& event) {
  keep(process, event);
  if (event.thread != 0) {
    lane_of(process, event);
  }
  switch (event.kind) {
    case EventKind::worker_started:
      take_worker_started(process, event);
      return;
    case EventKind::worker_exited:
      take_worker_exited(process, event);
      return;
    case EventKind::max_workers_changed:
    case EventKind::pool_created:
    case EventKind::pool_shut_down:
    case EventKind::pool_broken:
      take_pool_event(process, event);
      return;
    case EventKind::paused:
      add_marker(process, event, Marker::Kind::paused);
      return;
    case EventKind::resumed:
      add_marker(process, event, Marker::Kind::resumed);
      return;
    case EventKind::marker:
      add_marker(process, event, Marker::Kind::text);
      return;
    case EventKind::lost:
      state_.lost += event.detail;
      add_marker(process, event, Marker::Kind::lost);
      return;
    default:
      ++state_.anomalies;  // not of this vocabulary
  }
}

void Writer::take_worker_started(std::uint32_t process, const Event& event) {
  std::uint32_t index = lane_of(process, event);
  if (lanes_[index].info.exited && *lanes_[index].info.exited < time_of(event)) {
    ++state_.anomalies;  // back from the dead: shown as another worker
    index = new_lane(process, event.thread, time_of(event));
  } else if (lanes_[index].start_seen) {
    ++state_.anomalies;
    return;
  }
  LaneEntry& lane = lanes_[index];
  lane.start_seen = true;
  state_.anomalies += lane.first_run < time_of(event) ? 1U : 0U;
  lane.info.kind = LaneKind::worker;
  lane.info.started = time_of(event);
  const std::uint32_t pool = pool_of(process, event);
  if (pool != kNone32) {
    lane.info.pool = PoolIndex{pool};
  }
  lane.info.index = trace::worker_index(event.detail);
  const std::string_view name =
      processes_[process].data.directory->name(trace::worker_name(event.detail));
  if (!name.empty()) {
    lane.info.name = name;
    lane.named = true;
  }
  lanes_changed_ = true;
}

void Writer::take_worker_exited(std::uint32_t process, const Event& event) {
  LaneEntry& lane = lanes_[lane_of(process, event)];
  lane.info.kind = LaneKind::worker;
  lanes_changed_ = true;
  if (lane.info.exited) {
    ++state_.anomalies;
    return;
  }
  state_.anomalies += lane.start_seen ? 0U : 1U;
  state_.anomalies += lane.last_run > time_of(event) ? 1U : 0U;
  lane.info.exited = time_of(event);
  lane.info.retired = event.detail == 1;
  if (!lane.info.pool && event.pool != 0) {
    lane.info.pool = PoolIndex{pool_of(process, event)};
  }
  if (time_of(event) < lane.data.last_event && !state_.complete_since) {
    late_lanes_.push_back(static_cast<std::uint32_t>(lane.info.id));
  } else {
    feed_exit(lane, std::max(time_of(event), lane.data.last_event));
  }
}

void Writer::take_pool_event(std::uint32_t process, const Event& event) {
  const std::uint32_t index = pool_of(process, event);
  if (index == kNone32) {
    ++state_.anomalies;
    return;
  }
  PoolEntry& pool = pools_[index];
  pool_data(process, index);  // changed
  pools_changed_ = true;
  const trace::Directory& directory = *processes_[process].data.directory;
  if (event.kind == EventKind::max_workers_changed) {
    insert_by_time(pool.data.max_workers, {time_of(event), trace::max_workers_before(event.detail),
                                           trace::max_workers_now(event.detail)});
  } else if (event.kind == EventKind::pool_created) {
    if (std::exchange(pool.created_seen, true)) {
      ++state_.anomalies;
      return;
    }
    pool.info.created = time_of(event);
    pool.info.name = directory.name(trace::pool_name(event.detail));
    insert_by_time(pool.data.max_workers,
                   {time_of(event), 0, trace::pool_max_workers(event.detail)});
  } else if (event.kind == EventKind::pool_shut_down) {
    if (!pool.info.shut_down) {
      pool.info.shut_down = time_of(event);
      add_marker(process, event, Marker::Kind::shut_down);
    }
  } else if (pool.info.broken.empty()) {
    const std::string_view reason = directory.name(static_cast<trace::NameId>(event.detail));
    pool.info.broken = reason.empty() ? std::string_view("broken") : reason;
    add_marker(process, event, Marker::Kind::broken);
  }
}

void Writer::add_marker(std::uint32_t process, const Event& event, Marker::Kind kind) {
  Marker marker{.time = time_of(event), .kind = kind};
  if (kind == Marker::Kind::lost) {
    marker.count = event.detail;
  } else if (kind == Marker::Kind::text || kind == Marker::Kind::broken) {
    marker.text =
        processes_[process].data.directory->name(static_cast<trace::NameId>(event.detail));
  }
  const std::uint32_t pool = pool_of(process, event);
  if (pool != kNone32) {
    marker.pool = PoolIndex{pool};
  }
  insert_by_time(markers_, marker);
  markers_changed_ = true;
}

}  // namespace poolscope::session
