// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/session_work.h"

#include "core/experiment/task_records.h"
#include "core/experiment/work_model.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace poolscope::experiment {
namespace {

using trace::Event;
using trace::EventKind;

constexpr std::size_t kMostTasks = 3000;
constexpr double kOpenIdle = 0.1;  // of the time: the queue is empty because no more tasks come
constexpr int kQueueColumns = 1000;
// Batches: all of one come within a small part of the time until the next, and nobody idles
// between.
constexpr double kBatchArrives = 0.25;
constexpr double kBetweenBatches = 0.05;

Event event_at(session::TimeNs time, std::uint64_t task, EventKind kind, std::uint64_t detail = 0) {
  return {.time_ns = static_cast<std::uint64_t>(time),
          .task = task,
          .thread = 1,  // task after task: their phases never mix
          .kind = kind,
          .detail = detail};
}

/// The events of a task that ran to its end, in their order.
std::vector<Event> events_of(const session::Snapshot& snapshot, const session::Task& task,
                             trace::Directory& names) {
  std::vector<Event> events;
  const std::uint64_t id = task.key.task;
  for (const session::Phase& phase : snapshot.phases(task.key)) {
    if (!phase.open() && phase.begin >= *task.started && phase.end <= *task.finished) {
      const auto detail = trace::phase_detail(phase.kind, names.intern(phase.name));
      events.push_back(event_at(phase.begin, id, EventKind::phase_begin, detail));
      events.push_back(event_at(phase.end, id, EventKind::phase_end, detail));
    }
  }
  std::ranges::stable_sort(events, {}, &Event::time_ns);
  events.insert(events.begin(), event_at(*task.started, id, EventKind::task_started));
  if (task.queued) {
    events.insert(events.begin(), event_at(*task.queued, id, EventKind::task_queued));
  }
  const auto cpu = static_cast<std::uint64_t>(task.cpu_time.value_or(0));
  Event finish =
      event_at(*task.finished, id, EventKind::task_finished, trace::finished_detail(cpu, 0));
  finish.outcome =
      task.state == session::TaskState::failed ? trace::Outcome::error : trace::Outcome::ok;
  events.push_back(finish);
  return events;
}

/// A task's time in the pool, queue included.
struct Stay {
  session::TimeNs queued = 0;
  session::TimeNs finished = 0;
};

struct RecentTasks {
  TaskRecords records = {};
  std::vector<Stay> stays = {};
};

/// Fills `recent` with those of the pool that were picked in [begin, end] and are done.
void read_tasks(const session::Snapshot& snapshot, session::PoolIndex pool, session::TimeNs begin,
                session::TimeNs end, trace::Directory& names, RecentTasks& recent) {
  for (const session::Pick& pick : snapshot.picks(pool, begin, end + 1, kMostTasks)) {
    const auto task = snapshot.task(pick.task);
    if (task && task->started && task->finished && task->state != session::TaskState::cancelled) {
      recent.records.consume(events_of(snapshot, *task, names));
      recent.stays.push_back({task->queued.value_or(*task->started), *task->finished});
    }
  }
  std::ranges::sort(recent.stays, {}, &Stay::queued);
}

/// The share of [begin, end] in which nothing waited in the queue, and how many did at most.
std::pair<double, std::uint64_t> queue_of(const session::Snapshot& snapshot,
                                          session::PoolIndex pool, session::TimeNs begin,
                                          session::TimeNs end) {
  const auto columns = snapshot.queue_columns(pool, begin, std::max(end, begin + 1), kQueueColumns);
  std::size_t idle = 0;
  std::uint64_t most = 0;
  for (const session::QueueColumn& column : columns) {
    idle += column.max == 0 ? 1 : 0;
    most = std::max<std::uint64_t>(most, column.max);
  }
  return {columns.empty() ? 0 : static_cast<double>(idle) / static_cast<double>(columns.size()),
          most};
}

/// How many tasks come at once whenever all that came before are done; 0 if they do not come so.
std::uint64_t batch_of(std::span<const Stay> stays) {
  std::vector<std::size_t> begins;  // of batches: where a task finds the pool empty
  session::TimeNs done = 0;
  session::TimeNs empty = 0;
  for (std::size_t i = 0; i < stays.size(); ++i) {
    if (i > 0 && stays[i].queued >= done) {
      begins.push_back(i);
      empty += stays[i].queued - done;
    }
    done = std::max(done, stays[i].finished);
  }
  if (begins.size() < 2) {
    return 0;
  }
  const session::TimeNs whole = stays[begins.back()].queued - stays[begins.front()].queued;
  session::TimeNs arriving = 0;
  for (std::size_t k = 0; k + 1 < begins.size(); ++k) {
    arriving += stays[begins[k + 1] - 1].queued - stays[begins[k]].queued;
  }
  const bool together = static_cast<double>(arriving) <= kBatchArrives * static_cast<double>(whole);
  const bool at_once = static_cast<double>(empty) <= kBetweenBatches * static_cast<double>(whole);
  return together && at_once ? (begins.back() - begins.front()) / (begins.size() - 1) : 0;
}

/// A worker that is blocked waits for another task.
bool waits_for_its_own(const session::Snapshot& snapshot, session::PoolIndex pool,
                       session::TimeNs begin, session::TimeNs end) {
  return std::ranges::any_of(snapshot.lanes(), [&](const session::Lane& lane) {
    return lane.pool == pool && !snapshot.blocked(lane.id, begin, end, 1).empty();
  });
}

}  // namespace

std::optional<SimulatedWork> work_of(const session::Snapshot& snapshot, double seconds,
                                     std::size_t cores, const SessionWorkHints& hints) {
  if (snapshot.empty() || snapshot.pools().empty()) {
    return std::nullopt;
  }
  const session::PoolIndex pool = snapshot.pools().front().index;
  const session::TimeNs end = snapshot.end();
  const session::TimeNs begin =
      std::max(snapshot.begin(), end - static_cast<session::TimeNs>(seconds * 1e9));
  if (waits_for_its_own(snapshot, pool, begin, end)) {
    return std::nullopt;
  }
  trace::Directory names;
  RecentTasks recent;
  read_tasks(snapshot, pool, begin, end, names, recent);
  auto model = model_work(recent.records, names,
                          {.end = end,
                           .cores = cores,
                           .other_cpu = hints.other_cpu,
                           .server_capacity = hints.server_capacity});
  if (!model) {
    return std::nullopt;
  }
  std::optional<SimulatedWork> work = std::move(model->work);
  const auto [idle, most_waiting] = queue_of(snapshot, pool, begin, end);
  if (const std::uint64_t batch = hints.batch > 0 ? hints.batch : batch_of(recent.stays)) {
    work->batch = batch;
    work->batch_waits = true;
  } else if (idle < kOpenIdle) {
    work->batch = std::max<std::uint64_t>(1, most_waiting);
  } else {
    work->gaps = arrival_gaps(recent.records, recent.stays.front().queued, end);
  }
  return work;
}

}  // namespace poolscope::experiment
