// SPDX-License-Identifier: Apache-2.0
#include "core/session/lane_events.h"

#include <algorithm>
#include <numeric>

namespace poolscope::session {
namespace {

using trace::Event;
using trace::EventKind;

std::uint64_t stamp(TimeNs time) {
  return static_cast<std::uint64_t>(time);
}

}  // namespace

LaneEvents::LaneEvents(const LaneData& lane, const TaskTable& tasks, std::span<const Pool> pools)
    : lane_(lane),
      tasks_(tasks),
      pools_(pools) {
  if (lane.runs.overlaps()) {
    run_ends_.resize(lane.runs.closed());
    std::iota(run_ends_.begin(), run_ends_.end(), 0U);
    std::stable_sort(run_ends_.begin(), run_ends_.end(), [&](std::uint32_t a, std::uint32_t b) {
      return lane.runs[a].end < lane.runs[b].end;
    });
  }
  run_begin_ = run_end_ = lane.blurred;
  phase_begin_ = lane.phases.forgotten();
  wait_begin_ = wait_end_ = lane.wait_infos.first();
  for (auto i = static_cast<std::uint32_t>(phase_begin_); i < lane.phases.size(); ++i) {
    if (lane.phases.record(i).end_seen && !of_forgotten(i)) {
      phase_ends_.push_back(i);
    }
  }
  // Of ends at the same time the inner one, begun later, comes first.
  std::sort(phase_ends_.begin(), phase_ends_.end(), [&](std::uint32_t a, std::uint32_t b) {
    const TimeNs end_a = lane.phases.end_of(a);
    const TimeNs end_b = lane.phases.end_of(b);
    return end_a != end_b ? end_a < end_b : a > b;
  });
}

/// Whether a phase is of a task that is forgotten.
bool LaneEvents::of_forgotten(std::size_t phase) const {
  if (lane_.phases.forgotten() == 0 && lane_.blurred == 0) {
    return false;
  }
  const std::optional<Row> row = tasks_.find(lane_.phases.record(phase).task);
  // Its lane may have forgotten the run before the table does the task.
  return row && (tasks_.forgotten(*row) ||
                 (lane_.run_rows.size() > 0 && tasks_.fate(*row).index < lane_.blurred &&
                  lane_.run_rows[tasks_.fate(*row).index] == *row));
}

void LaneEvents::skip_untold() {
  const auto untold_begin = [&](std::size_t run) {
    return run < lane_.runs.closed()
               ? lane_.result(run).start_in_log || tasks_.forgotten(lane_.run_rows[run])
               : lane_.open_start_in_log;
  };
  while (run_begin_ < lane_.runs.size() && untold_begin(run_begin_)) {
    ++run_begin_;
  }
  while (phase_begin_ < lane_.phases.size() && of_forgotten(phase_begin_)) {
    ++phase_begin_;
  }
  const auto untold_end = [&](std::size_t place) {
    const std::size_t run = run_ends_.empty() ? place : run_ends_[place];
    const RunResult result = lane_.result(run);
    return !result.ended || result.end_in_log || tasks_.forgotten(lane_.run_rows[run]);
  };
  while (run_end_ < lane_.runs.closed() && untold_end(run_end_)) {
    ++run_end_;
  }
  while (wait_end_ < lane_.waits.closed() && !lane_.wait_infos[wait_end_].end_seen) {
    ++wait_end_;
  }
}

TimeNs LaneEvents::time_of(Source source) const {
  switch (source) {
    case Source::run_begin:
      return run_begin_ < lane_.runs.size() ? lane_.runs.begin_of(run_begin_) : kForever;
    case Source::run_end: {
      if (run_end_ >= lane_.runs.closed()) {
        return kForever;
      }
      return lane_.runs[run_ends_.empty() ? run_end_ : run_ends_[run_end_]].end;
    }
    case Source::phase_begin:
      return phase_begin_ < lane_.phases.size() ? lane_.phases.begin_of(phase_begin_) : kForever;
    case Source::phase_end:
      return phase_end_ < phase_ends_.size() ? lane_.phases.end_of(phase_ends_[phase_end_])
                                             : kForever;
    case Source::wait_begin:
      return wait_begin_ < lane_.waits.size() ? lane_.waits.begin_of(wait_begin_) : kForever;
    case Source::wait_end:
      return wait_end_ < lane_.waits.closed() ? lane_.waits[wait_end_].end : kForever;
    case Source::awaits:
      return awaits_ < lane_.awaits.size() ? static_cast<TimeNs>(lane_.awaits[awaits_].time_ns)
                                           : kForever;
  }
  return kForever;
}

bool LaneEvents::comes_first(Source a, Source b) const {
  const TimeNs time_a = time_of(a);
  const TimeNs time_b = time_of(b);
  if (time_a != time_b) {
    return time_a < time_b;
  }
  // Ends before begins, but nothing ends before it began, and a run not before the phases in it.
  const auto begun = [&](Source source) {
    switch (source) {
      case Source::phase_end:
        return phase_ends_[phase_end_] < phase_begin_;
      case Source::wait_end:
        return wait_end_ < wait_begin_;
      case Source::run_end: {
        const std::size_t run = run_ends_.empty() ? run_end_ : run_ends_[run_end_];
        const bool phase_to_come =
            phase_begin_ < lane_.phases.size() && lane_.phases.begin_of(phase_begin_) == time_a &&
            lane_.phases.record(phase_begin_).task == tasks_.id_of(lane_.run_rows[run]);
        return run < run_begin_ && !phase_to_come;
      }
      default:
        return true;
    }
  };
  const bool begun_a = begun(a);
  const bool begun_b = begun(b);
  return begun_a != begun_b ? begun_a : a < b;
}

bool LaneEvents::next(Event& event) {
  skip_untold();
  Source best = Source::phase_end;
  for (const Source source : {Source::wait_end, Source::run_end, Source::run_begin,
                              Source::phase_begin, Source::wait_begin, Source::awaits}) {
    if (time_of(source) != kForever && comes_first(source, best)) {
      best = source;
    }
  }
  return time_of(best) != kForever && take(best, event);
}

bool LaneEvents::take(Source source, Event& event) {
  switch (source) {
    case Source::run_begin:
      event = run_event(run_begin_++, false);
      break;
    case Source::run_end:
      event = run_event(run_ends_.empty() ? run_end_ : run_ends_[run_end_], true);
      ++run_end_;
      break;
    case Source::phase_begin:
      event = phase_event(phase_begin_++, false);
      break;
    case Source::phase_end:
      event = phase_event(phase_ends_[phase_end_++], true);
      break;
    case Source::wait_begin:
      event = wait_event(wait_begin_++, false);
      break;
    case Source::wait_end:
      event = wait_event(wait_end_++, true);
      break;
    case Source::awaits:
      event = lane_.awaits[awaits_++];
      break;
  }
  return true;
}

Event LaneEvents::run_event(std::size_t run, bool end) const {
  const Row row = lane_.run_rows[run];
  const std::uint32_t pool = tasks_.origin(row)->pool;
  Event event{.task = tasks_.id_of(row),
              .thread = lane_.thread,
              .pool = pool == kNone32 ? trace::PoolId{0} : pools_[pool].id};
  if (end) {
    const RunResult result = lane_.result(run);
    event.kind = EventKind::task_finished;
    event.time_ns = stamp(lane_.runs[run].end);
    event.outcome = static_cast<trace::Outcome>(result.outcome);
    event.detail = trace::finished_detail(lane_.cpu_time(run), result.error);
  } else {
    event.kind = EventKind::task_started;
    event.time_ns = stamp(lane_.runs.begin_of(run));
  }
  return event;
}

Event LaneEvents::phase_event(std::size_t phase, bool end) const {
  const PhaseTrack::Record& record = lane_.phases.record(phase);
  return {.time_ns = stamp(end ? lane_.phases.end_of(phase) : lane_.phases.begin_of(phase)),
          .task = record.task,
          .thread = lane_.thread,
          .kind = end ? EventKind::phase_end : EventKind::phase_begin,
          .outcome = record.outcome,
          .pool = record.pool,
          .detail = record.detail};
}

Event LaneEvents::wait_event(std::size_t wait, bool end) const {
  const LaneData::BlockInfo& info = lane_.wait_infos[wait];
  return {.time_ns = stamp(end ? lane_.waits[wait].end : lane_.waits.begin_of(wait)),
          .task = info.task,
          .thread = lane_.thread,
          .kind = end ? EventKind::blocked_end : EventKind::blocked_begin,
          .outcome = info.outcome,
          .pool = info.pool,
          .detail = info.detail};
}

}  // namespace poolscope::session
