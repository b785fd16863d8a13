// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/session_work.h"

#include "core/experiment/task_records.h"
#include "core/experiment/work_model.h"
#include "core/workload/host_gate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace poolscope::experiment {
namespace {

using trace::Event;
using trace::EventKind;

constexpr std::size_t kMostTasks = 3000;
constexpr std::size_t kLeastTasks = 20;
// Of the cores: the rest of the tasks' time may be waiting for the world, or for a core that other
// programs have, and with fewer workers these differ manyfold.
constexpr double kFull = 0.8;
constexpr double kCrowded = 0.5;  // more tasks than cores, on the mean
constexpr double kLeastSpeed = 0.2;
constexpr double kKeepsUp = 0.98;  // of what comes by itself

/// Of a lane; 0: none. A worker's tasks are told one after another, so that their phases never mix.
trace::ThreadId thread_of(std::optional<session::LaneId> lane) {
  return lane ? static_cast<trace::ThreadId>(*lane) + 1 : 0;
}

std::optional<session::LaneId> lane_of(trace::ThreadId thread) {
  return thread > 0 ? std::optional(session::LaneId{thread - 1}) : std::nullopt;
}

Event event_at(session::TimeNs time, const session::Task& task, EventKind kind,
               std::uint64_t detail = 0) {
  return {.time_ns = static_cast<std::uint64_t>(time),
          .task = task.key.task,
          .thread = thread_of(kind == EventKind::task_queued ? task.caller : task.worker),
          .kind = kind,
          .detail = detail};
}

void add_waits(const session::Snapshot& snapshot, const session::Task& task,
               std::vector<Event>& events) {
  constexpr std::size_t kMost = 20'000;
  if (!task.worker) {
    return;
  }
  for (const session::Blocked& wait :
       snapshot.blocked(*task.worker, *task.started, *task.finished, kMost)) {
    if (wait.begin >= *task.started && wait.end <= *task.finished) {
      const auto detail = trace::blocked_detail(wait.reason, wait.awaited.task);
      events.push_back(event_at(wait.begin, task, EventKind::blocked_begin, detail));
      events.push_back(event_at(wait.end, task, EventKind::blocked_end, detail));
    }
  }
}

/// The events of a task that ran to its end, in their order.
std::vector<Event> events_of(const session::Snapshot& snapshot, const session::Task& task,
                             trace::Directory& names) {
  std::vector<Event> events;
  for (const session::Phase& phase : snapshot.phases(task.key)) {
    if (!phase.open() && phase.begin >= *task.started && phase.end <= *task.finished) {
      const auto detail = trace::phase_detail(phase.kind, names.intern(phase.name));
      events.push_back(event_at(phase.begin, task, EventKind::phase_begin, detail));
      events.push_back(event_at(phase.end, task, EventKind::phase_end, detail));
    }
  }
  add_waits(snapshot, task, events);
  std::ranges::stable_sort(events, {}, &Event::time_ns);
  events.insert(events.begin(), event_at(*task.started, task, EventKind::task_started));
  if (task.queued) {
    events.insert(events.begin(), event_at(*task.queued, task, EventKind::task_queued));
  }
  const auto cpu = static_cast<std::uint64_t>(task.cpu_time.value_or(0));
  Event finish =
      event_at(*task.finished, task, EventKind::task_finished, trace::finished_detail(cpu, 0));
  finish.outcome =
      task.state == session::TaskState::failed ? trace::Outcome::error : trace::Outcome::ok;
  events.push_back(finish);
  if (task.delivered) {
    Event delivery = event_at(*task.delivered, task, EventKind::result_delivered);
    delivery.thread = thread_of(task.receiver);
    events.push_back(delivery);
  }
  return events;
}

struct RecentTasks {
  TaskRecords records = {};
  std::vector<Stay> stays = {};
};

/// Fills `recent` with those that were picked in the stretch and are done.
void read_tasks(const session::Snapshot& snapshot, const SessionStretch& stretch,
                trace::Directory& names, RecentTasks& recent) {
  for (const session::Pick& pick :
       snapshot.picks(stretch.pool, stretch.begin, stretch.end + 1, kMostTasks)) {
    const auto task = snapshot.task(pick.task);
    if (task && task->started && task->finished && task->state != session::TaskState::cancelled) {
      recent.records.consume(events_of(snapshot, *task, names));
      recent.stays.push_back(
          {task->queued.value_or(*task->started), *task->started, *task->finished, task->caller});
    }
  }
  std::ranges::sort(recent.stays, {}, &Stay::queued);
}

/// What the tasks did, on the mean, in seconds: without what they waited for others of their pool.
struct Activity {
  double run = 0;
  double cpu = 0;
  double busy = 0;  ///< workers that did something, from the first pick to the last end
};

Activity activity_of(const TaskRecords& records) {
  Activity sum;
  std::size_t count = 0;
  TimeNs first = kNever;
  TimeNs last = 0;
  for (const TaskRecord& task : records.tasks()) {
    if (task.finished != kNever) {  // else it is waited for, and no more is known of it
      ++count;
      sum.run += static_cast<double>(task.finished - task.started) * 1e-9;
      sum.cpu += static_cast<double>(task.cpu) * 1e-9;
      first = std::min(first, task.started);
      last = std::max(last, task.finished);
    }
  }
  for (const WaitRecord& wait : records.waits()) {
    sum.run -= wait.end != kNever ? static_cast<double>(wait.end - wait.begin) * 1e-9 : 0;
  }
  const double time = static_cast<double>(std::max<TimeNs>(1, last - first)) * 1e-9;
  const auto tasks = static_cast<double>(count);
  return {.run = sum.run / tasks, .cpu = sum.cpu / tasks, .busy = sum.run / time};
}

/// What a host's limits make requests wait for its turn is not as long with other workers.
bool waits_for_hosts(const TaskRecords& records, const trace::Directory& names,
                     const Activity& activity) {
  constexpr double kMuch = 0.05;  // of the run time
  double paused = 0;
  std::size_t tasks = 0;
  for (const PhaseRecord& phase : records.phases()) {
    if (phase.kind == trace::PhaseKind::sleep && phase.end != kNever &&
        names.name(phase.name).starts_with(workload::kPausePhase)) {
      paused += static_cast<double>(phase.end - phase.begin) * 1e-9;
    }
  }
  for (const TaskRecord& task : records.tasks()) {
    tasks += task.finished != kNever ? 1 : 0;
  }
  return paused > kMuch * activity.run * static_cast<double>(tasks);
}

Stay stay_of(const TaskRecord& task) {
  return {.queued = task.queued != kNever ? task.queued : task.started,
          .started = task.started,
          .finished = task.finished,
          .caller = lane_of(task.caller)};
}

std::vector<Stay> stays_of(const TaskRecords& records, std::span<const std::size_t> places) {
  std::vector<Stay> stays;
  for (const std::size_t place : places) {
    stays.push_back(stay_of(records.tasks()[place]));
  }
  std::ranges::sort(stays, {}, &Stay::queued);
  return stays;
}

void scale_delays(SimulatedWork& work, float scale) {
  for (Segment& segment : work.segments) {
    segment.seconds *= segment.kind == Segment::Kind::delay ? scale : 1;
  }
}

/// Without phases all of a task's time but its computing looks like waiting for the world, the wait
/// for a core or the interpreter's lock included. The simulation makes that wait itself, so the
/// delays are cut until tasks take as long there as they did, with as many workers at work.
void take_out_waits_for_cores(SimulatedWork& work, double busy, double run_seconds) {
  constexpr std::uint64_t kTasks = 4000;
  constexpr int kSteps = 9;         // a 512th
  constexpr double kEnough = 0.02;  // longer than they were: nothing to take out
  const auto workers = static_cast<std::uint64_t>(std::max(1.0, std::round(busy)));
  const auto takes = [&](float scale) {
    SimulatedWork cut = work;
    cut.roots.clear();  // each task for itself: waits for others are no wait for cores
    cut.batch = kTasks;
    scale_delays(cut, scale);
    const SimulationResult result = simulate(cut, {.workers = workers, .tasks = kTasks});
    return result.throughput > 0 ? static_cast<double>(workers) / result.throughput : 0;
  };
  if (workers <= work.cores || takes(1) <= (1 + kEnough) * run_seconds) {
    return;
  }
  float low = 0;
  float high = 1;
  for (int step = 0; step < kSteps; ++step) {
    const float middle = (low + high) / 2;
    (takes(middle) > run_seconds ? high : low) = middle;
  }
  scale_delays(work, (low + high) / 2);
}

/// What computing took longer than these tasks alone make it, other programs took; they will with
/// other numbers of workers, too. The slower, the more the tasks are in each other's way as well,
/// so the speed is searched for that makes computing take as long as it did.
void slow_down(SimulatedWork& work, double busy, double stretch) {
  constexpr std::uint64_t kTasks = 2000;
  constexpr int kSteps = 7;         // a 128th
  constexpr double kEnough = 1.03;  // times as long: chance
  SimulatedWork slow = work;
  slow.roots.clear();  // each task for itself
  slow.batch = kTasks;
  const auto takes = [&](double speed) {
    slow.speed = speed;
    return replay(slow, {.workers = static_cast<std::uint64_t>(std::max(1.0, std::round(busy))),
                         .seconds = std::numeric_limits<float>::max(),
                         .most_tasks = kTasks})
        .stretch;
  };
  if (stretch <= kEnough * takes(1)) {
    return;
  }
  double low = kLeastSpeed;
  double high = 1;
  for (int step = 0; step < kSteps; ++step) {
    const double middle = (low + high) / 2;
    (takes(middle) > stretch ? low : high) = middle;
  }
  work.speed = (low + high) / 2;
}

/// 0 where they do not come by themselves.
double arrivals_per_second(const SimulatedWork& work) {
  double sum = 0;
  for (const float gap : work.gaps) {
    sum += static_cast<double>(gap);
  }
  sum += static_cast<double>(work.gap_at_end);
  return sum > 0 ? static_cast<double>(work.gaps.size()) / sum : 0;
}

}  // namespace

std::optional<SessionStretch> busiest_stretch(const session::Snapshot& snapshot,
                                              session::TimeNs begin, session::TimeNs end) {
  std::optional<SessionStretch> stretch;
  std::uint64_t most = 0;
  for (const session::Pool& pool : snapshot.pools()) {
    const std::uint64_t finished = snapshot.finished_count(pool.index, begin, end + 1);
    if (!stretch || finished > most) {
      most = finished;
      stretch = {.pool = pool.index, .begin = begin, .end = end};
    }
  }
  return stretch;
}

std::optional<SessionStretch> last_stretch(const session::Snapshot& snapshot, double seconds) {
  const session::TimeNs end = snapshot.end();
  return busiest_stretch(
      snapshot, std::max(snapshot.begin(), end - static_cast<session::TimeNs>(seconds * 1e9)), end);
}

tl::expected<SessionWork, NoWork> work_of(const session::Snapshot& snapshot,
                                          const SessionStretch& stretch, std::size_t cores,
                                          const SessionWorkHints& hints) {
  trace::Directory names;
  RecentTasks recent;
  read_tasks(snapshot, stretch, names, recent);
  if (recent.stays.size() < kLeastTasks) {
    return tl::unexpected(NoWork::too_few_tasks);
  }
  const bool has_phases = !recent.records.phases().empty();
  const Activity activity = activity_of(recent.records);
  if (!has_phases && activity.cpu <= 0) {
    return tl::unexpected(NoWork::cpu_unknown);
  }
  if (waits_for_hosts(recent.records, names, activity)) {
    return tl::unexpected(NoWork::held_up);
  }
  auto model = model_work(recent.records, names,
                          {.end = stretch.end,
                           .cores = cores,
                           .other_cpu = hints.other_cpu,
                           .server_capacity = hints.server_capacity});
  if (!model) {
    return tl::unexpected(model.error() == NoModel::too_few_tasks ? NoWork::too_few_tasks
                                                                  : NoWork::waits_for_itself);
  }
  SessionWork work{.tasks = std::move(model->work)};
  if (work.tasks.is_nested()) {
    if (!hints.order) {
      return tl::unexpected(NoWork::waits_for_itself);
    }
    work.tasks.order = *hints.order;
  }
  const double busy = activity.busy;
  if (has_phases) {
    slow_down(work.tasks, busy, model->stretch);
  } else if (busy > kCrowded + static_cast<double>(cores) &&
             busy * activity.cpu / activity.run > kFull * static_cast<double>(cores)) {
    return tl::unexpected(NoWork::cores_full);
  } else {
    take_out_waits_for_cores(work.tasks, busy, activity.run);
  }
  SessionArrivals arrivals =
      hints.batch > 0 ? SessionArrivals{.kind = Arrivals::batches, .batch = hints.batch}
      : work.tasks.is_nested()
          ? arrivals_of_roots(snapshot, stretch, stays_of(recent.records, model->roots))
          : arrivals_of(snapshot, stretch, recent.stays);
  work.arrivals = arrivals.kind;
  work.has_phases = has_phases;
  work.tasks.ahead = arrivals.most_at_once;
  work.tasks.any_order = arrivals.any_order;
  work.tasks.batch = arrivals.batch;
  work.tasks.batches = std::move(arrivals.batches);
  work.tasks.batch_waits = arrivals.kind == Arrivals::batches;
  work.tasks.batch_pause = arrivals.pause;
  work.tasks.gaps = std::move(arrivals.gaps);
  work.tasks.gap_at_end = arrivals.gap_at_end;
  return work;
}

tl::expected<SessionWork, NoWork> work_of(const session::Snapshot& snapshot, double seconds,
                                          std::size_t cores, const SessionWorkHints& hints) {
  const auto stretch = last_stretch(snapshot, seconds);
  if (!stretch) {
    return tl::unexpected(NoWork::no_pool);
  }
  return work_of(snapshot, *stretch, cores, hints);
}

PredictedFigures predict(const SessionWork& work, std::uint64_t workers) {
  constexpr std::uint64_t kTasks = 20'000;
  constexpr std::uint64_t kBatches = 10;         // whole ones, after one to get warm
  constexpr std::uint64_t kMostBatch = 100'000;  // a wait in a longer one is as much longer
  SimulatedWork tasks = work.tasks;
  const std::uint64_t batch = tasks.batch;
  tasks.batch = std::min(batch, kMostBatch);
  std::uint64_t count = std::max(kTasks, kBatches * tasks.batch);
  if (!tasks.batches.empty()) {  // all of them, ten times or more
    const auto all = std::accumulate(tasks.batches.begin(), tasks.batches.end(), std::uint64_t{0});
    count = (count / (kBatches * all) + 1) * kBatches * all;
  }
  const SimulationResult result = simulate(tasks, {.workers = workers, .tasks = count});
  const double longer = static_cast<double>(batch) / static_cast<double>(tasks.batch);
  PredictedFigures figures{.throughput = result.throughput,
                           .utilization = result.utilization,
                           .stands_still = result.stands_still};
  if (!result.stands_still && result.throughput >= kKeepsUp * arrivals_per_second(tasks)) {
    figures.queue_wait_mean = result.queue_wait_mean * longer;
    figures.queue_wait_p99 = result.queue_wait_p99 * longer;
  }
  return figures;
}

std::size_t computing_cores(const session::Snapshot& snapshot, session::PoolIndex pool,
                            std::size_t cores) {
  const auto directory =
      snapshot.directory(snapshot.pools()[static_cast<std::size_t>(pool)].process);
  const std::string_view name = directory->process().name;
  const std::string_view program = name.substr(0, name.find(' '));
  const bool is_python = program.starts_with("python") &&
                         program.find_first_not_of("0123456789.", 6) == std::string_view::npos;
  return is_python ? 1 : cores;
}

}  // namespace poolscope::experiment
