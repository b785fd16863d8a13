// SPDX-License-Identifier: Apache-2.0
#include "reference_model.h"

#include <algorithm>
#include <set>
#include <utility>

namespace poolscope::session {
namespace {

using trace::Event;
using trace::EventKind;
using trace::Outcome;

TimeNs time_of(const Event& event) {
  return static_cast<TimeNs>(event.time_ns);
}

TimeNs overlap(TimeNs a_begin, TimeNs a_end, TimeNs b_begin, TimeNs b_end) {
  return std::max<TimeNs>(0, std::min(a_end, b_end) - std::max(a_begin, b_begin));
}

bool in(TimeNs time, TimeNs begin, TimeNs end) {
  return time >= begin && time < end;
}

}  // namespace

ReferenceModel::ReferenceModel(std::vector<Event> events) : events_(std::move(events)) {
  std::stable_sort(events_.begin(), events_.end(),
                   [](const Event& a, const Event& b) { return a.time_ns < b.time_ns; });
  // Starts first: an end belongs to its run wherever it stands among equal times.
  for (const Event& event : events_) {
    Thread& thread = threads_[event.thread];
    thread.first = std::min(thread.first, time_of(event));
    if (event.kind == EventKind::task_started) {
      tasks_[event.task].started = time_of(event);
    }
  }
  for (const Event& event : events_) {
    take(threads_[event.thread], event);
  }
}

void ReferenceModel::take(Thread& thread, const Event& event) {
  const TimeNs time = time_of(event);
  switch (event.kind) {
    case EventKind::task_queued: {
      TaskInfo& task = tasks_[event.task];
      task.pool = event.pool;
      task.queued = time;
      task.caller = event.thread;
      task.name = static_cast<trace::NameId>(event.detail);
      thread.submits.push_back(time);
      return;
    }
    case EventKind::task_started: {
      abandon(thread, time);
      thread.runs.push_back({event.task, time});
      TaskInfo& task = tasks_[event.task];
      task.pool = event.pool;
      task.worker = event.thread;
      thread.worker = true;
      thread.pool = event.pool;
      return;
    }
    case EventKind::task_finished: {
      TaskInfo& task = tasks_[event.task];
      task.pool = event.pool;
      task.finished = time;
      task.outcome = event.outcome;
      task.detail = event.detail;
      if (event.outcome == Outcome::cancelled) {
        return;
      }
      task.worker = event.thread;
      thread.worker = true;
      thread.pool = event.pool;
      for (Run& run : thread.runs) {
        if (run.task == event.task) {
          if (run.end == kForever) {
            close_phases(thread, event.task, time);
          }
          run.end = time;
          run.ended = true;
          run.outcome = event.outcome;
          run.detail = event.detail;
        }
      }
      return;
    }
    case EventKind::phase_begin:
      thread.phases.push_back({event, time});
      return;
    case EventKind::phase_end:
      for (std::size_t i = thread.phases.size(); i > 0; --i) {
        PhaseSpan& phase = thread.phases[i - 1];
        if (phase.end == kForever && phase.event.task == event.task &&
            phase.event.detail == event.detail) {
          phase.end = time;
          return;
        }
      }
      return;
    case EventKind::blocked_begin:
      if (!thread.waits.empty() && thread.waits.back().end == kForever) {
        thread.waits.back().end = time;
      }
      thread.waits.push_back({event.detail, time});
      return;
    case EventKind::blocked_end:
      if (!thread.waits.empty() && thread.waits.back().end == kForever &&
          thread.waits.back().detail == event.detail) {
        thread.waits.back().end = time;
      }
      return;
    case EventKind::awaits:
      thread.awaits.push_back(event);
      return;
    case EventKind::result_delivered: {
      TaskInfo& task = tasks_[event.task];
      task.pool = event.pool;
      task.delivered = time;
      task.receiver = event.thread;
      thread.deliveries.push_back(time);
      return;
    }
    case EventKind::worker_started:
      thread.worker = true;
      thread.pool = event.pool;
      thread.started = time;
      return;
    case EventKind::worker_exited:
      thread.worker = true;
      thread.pool = event.pool;
      thread.exited = time;
      abandon(thread, time);
      close_phases(thread, {}, time);
      if (!thread.waits.empty() && thread.waits.back().end == kForever) {
        thread.waits.back().end = time;
      }
      return;
    default:
      return;
  }
}

void ReferenceModel::abandon(Thread& thread, TimeNs time) {
  for (Run& run : thread.runs) {
    if (run.end == kForever) {
      run.end = time;
      close_phases(thread, run.task, time);
    }
  }
}

void ReferenceModel::close_phases(Thread& thread, std::optional<std::uint64_t> task, TimeNs time) {
  for (PhaseSpan& phase : thread.phases) {
    if (phase.end == kForever && (!task || phase.event.task == *task)) {
      phase.end = time;
    }
  }
}

TimeNs ReferenceModel::begin() const {
  return time_of(events_.front());
}
TimeNs ReferenceModel::end() const {
  return time_of(events_.back());
}

const ReferenceModel::Run* ReferenceModel::run_at(const Thread& thread, TimeNs time) const {
  const Run* found = nullptr;
  for (const Run& run : thread.runs) {
    found = in(time, run.begin, run.end) ? &run : found;
  }
  return found;
}

const ReferenceModel::PhaseSpan* ReferenceModel::phase_at(const Thread& thread, TimeNs time) const {
  const PhaseSpan* found = nullptr;
  for (const PhaseSpan& phase : thread.phases) {
    found = in(time, phase.begin, phase.end) ? &phase : found;
  }
  return found;
}

TimeNs ReferenceModel::busy(const Thread& thread, TimeNs begin, TimeNs end) const {
  TimeNs sum = 0;
  TimeNs reached = begin;
  for (const Run& run : thread.runs) {
    const TimeNs to = std::min(run.end, end);
    sum += overlap(std::max(run.begin, reached), to, begin, end);
    reached = std::max(reached, to);
  }
  return sum;
}

TimeNs ReferenceModel::waited(const Thread& thread, TimeNs begin, TimeNs end) const {
  TimeNs sum = 0;
  for (const WaitSpan& wait : thread.waits) {
    sum += overlap(wait.begin, wait.end, begin, end);
  }
  return sum;
}

LaneColumn ReferenceModel::lane_column(const Thread& thread, TimeNs begin, TimeNs end,
                                       TimeNs known) const {
  LaneColumn column;
  const auto length = static_cast<float>(end - begin);
  column.busy = static_cast<float>(busy(thread, begin, end)) / length;
  TimeNs longest = -1;
  for (const Run& run : thread.runs) {
    if (run.begin >= end || (run.end <= begin && run.begin < begin)) {
      continue;
    }
    ++column.task_count;
    column.failed_count += run.ended && run.outcome == Outcome::error && run.end <= known ? 1U : 0U;
    if (run.length(known) > longest) {
      longest = run.length(known);
      column.longest = {0, run.task};
    }
  }
  column.phases = phase_shares(thread, {}, begin, end);
  return column;
}

/// Where the innermost phase changes, and nowhere else, its share can change.
std::array<float, trace::kPhaseKinds> ReferenceModel::phase_shares(
    const Thread& thread, std::optional<trace::PoolId> pool, TimeNs begin, TimeNs end) const {
  std::array<float, trace::kPhaseKinds> shares = {};
  std::set<TimeNs> edges{begin, end};
  for (const PhaseSpan& phase : thread.phases) {
    for (const TimeNs edge : {phase.begin, phase.end}) {
      if (in(edge, begin, end)) {
        edges.insert(edge);
      }
    }
  }
  for (auto edge = edges.begin(); std::next(edge) != edges.end(); ++edge) {
    const PhaseSpan* phase = phase_at(thread, *edge);
    if (phase != nullptr && (!pool || phase->event.pool == *pool)) {
      shares[static_cast<std::size_t>(trace::phase_kind(phase->event.detail))] +=
          static_cast<float>(*std::next(edge) - *edge) / static_cast<float>(end - begin);
    }
  }
  return shares;
}

PoolColumn ReferenceModel::pool_column(trace::PoolId pool, TimeNs begin, TimeNs end) const {
  PoolColumn column;
  TimeNs running = 0;
  for (const auto& [id, thread] : threads_) {
    for (const Run& run : thread.runs) {
      if (tasks_.at(run.task).pool != pool) {
        continue;
      }
      running += overlap(run.begin, run.end, begin, end);
      const bool ended = run.ended && in(run.end, begin, end);
      column.finished += ended ? 1U : 0U;
      column.failed += ended && run.outcome == Outcome::error ? 1U : 0U;
    }
    const auto phases = phase_shares(thread, pool, begin, end);
    for (std::size_t kind = 0; kind < phases.size(); ++kind) {
      column.phases[kind] += phases[kind];
    }
  }
  column.running =
      static_cast<float>(static_cast<double>(running) / static_cast<double>(end - begin));
  return column;
}

std::uint64_t ReferenceModel::depth(std::optional<trace::PoolId> pool, TimeNs time) const {
  std::uint64_t depth = 0;
  for (const auto& [id, task] : tasks_) {
    depth += (!pool || task.pool == *pool) && task.waits_at(time) ? 1U : 0U;
  }
  return depth;
}

std::uint64_t ReferenceModel::max_depth(std::optional<trace::PoolId> pool, TimeNs begin,
                                        TimeNs end) const {
  std::uint64_t max = depth(pool, begin);
  for (const auto& [id, task] : tasks_) {
    if (task.queued && in(*task.queued, begin, end)) {
      max = std::max(max, depth(pool, *task.queued));
    }
  }
  return max;
}

double ReferenceModel::waiting_area(std::optional<trace::PoolId> pool, TimeNs begin,
                                    TimeNs end) const {
  double area = 0;
  for (const auto& [id, task] : tasks_) {
    if ((!pool || task.pool == *pool) && task.queued) {
      area +=
          static_cast<double>(overlap(*task.queued, task.left().value_or(kForever), begin, end));
    }
  }
  return area;
}

QueueColumn ReferenceModel::queue_column(trace::PoolId pool, TimeNs begin, TimeNs end) const {
  std::uint64_t min = depth(pool, begin);
  for (const auto& [id, task] : tasks_) {
    if (task.left() && in(*task.left(), begin, end)) {
      min = std::min(min, depth(pool, *task.left()));
    }
  }
  return {static_cast<std::uint32_t>(min),
          waiting_area(pool, begin, end) / static_cast<double>(end - begin),
          static_cast<std::uint32_t>(max_depth(pool, begin, end))};
}

std::uint64_t ReferenceModel::finished(std::optional<trace::PoolId> pool, TimeNs begin,
                                       TimeNs end) const {
  std::uint64_t count = 0;
  for (const auto& [id, task] : tasks_) {
    count += (!pool || task.pool == *pool) && task.finished && task.outcome != Outcome::cancelled &&
                     in(*task.finished, begin, end)
                 ? 1U
                 : 0U;
  }
  return count;
}

}  // namespace poolscope::session
