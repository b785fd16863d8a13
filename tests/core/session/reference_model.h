// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "core/trace/event.h"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace poolscope::session {

/// What a session of one process should answer, found by going through everything: slow and
/// obvious. Understands streams in which every task is submitted, started, ended and delivered at
/// most once.
class ReferenceModel {
 public:
  struct Run {
    std::uint64_t task = 0;
    TimeNs begin = 0;
    TimeNs end = kForever;
    bool ended = false;  // by an event
    trace::Outcome outcome = trace::Outcome::ok;
    std::uint64_t detail = 0;
    TimeNs length(TimeNs known) const { return std::min(end, known) - begin; }
  };
  struct PhaseSpan {
    trace::Event event = {};
    TimeNs begin = 0;
    TimeNs end = kForever;
  };
  struct WaitSpan {
    std::uint64_t detail = 0;
    TimeNs begin = 0;
    TimeNs end = kForever;
  };
  struct Thread {
    std::vector<Run> runs = {};
    std::vector<PhaseSpan> phases = {};
    std::vector<WaitSpan> waits = {};
    std::vector<trace::Event> awaits = {};
    std::vector<TimeNs> submits = {}, deliveries = {};
    TimeNs first = kForever;
    std::optional<TimeNs> started = {}, exited = {};
    trace::PoolId pool = 0;
    bool worker = false;
  };
  struct TaskInfo {
    trace::PoolId pool = 0;
    std::optional<TimeNs> queued = {}, started = {}, finished = {}, delivered = {};
    trace::ThreadId caller = 0, worker = 0, receiver = 0;
    trace::NameId name = 0;
    std::uint64_t detail = 0;
    trace::Outcome outcome = trace::Outcome::ok;
    std::optional<TimeNs> left() const {
      if (!queued || !(started || finished)) {
        return {};
      }
      return std::max(*queued, started ? *started : *finished);
    }
    bool waits_at(TimeNs time) const {
      return queued && *queued <= time && left().value_or(kForever) > time;
    }
  };

  /// All events of the session, in any order between threads.
  explicit ReferenceModel(std::vector<trace::Event> events);

  const std::vector<trace::Event>& events() const { return events_; }
  const std::map<trace::ThreadId, Thread>& threads() const { return threads_; }
  const std::map<std::uint64_t, TaskInfo>& tasks() const { return tasks_; }
  TimeNs begin() const;
  TimeNs end() const;

  LaneColumn lane_column(const Thread& thread, TimeNs begin, TimeNs end, TimeNs known) const;
  /// All but the workers that were there.
  PoolColumn pool_column(trace::PoolId pool, TimeNs begin, TimeNs end) const;
  QueueColumn queue_column(trace::PoolId pool, TimeNs begin, TimeNs end) const;
  std::uint64_t depth(std::optional<trace::PoolId> pool, TimeNs time) const;
  std::uint64_t max_depth(std::optional<trace::PoolId> pool, TimeNs begin, TimeNs end) const;
  /// The waiting time of all tasks within [begin, end): the area under the depth.
  double waiting_area(std::optional<trace::PoolId> pool, TimeNs begin, TimeNs end) const;
  std::uint64_t finished(std::optional<trace::PoolId> pool, TimeNs begin, TimeNs end) const;
  TimeNs busy(const Thread& thread, TimeNs begin, TimeNs end) const;
  TimeNs waited(const Thread& thread, TimeNs begin, TimeNs end) const;
  /// The latest begun of those that run at `time`.
  const Run* run_at(const Thread& thread, TimeNs time) const;
  const PhaseSpan* phase_at(const Thread& thread, TimeNs time) const;

 private:
  void take(Thread& thread, const trace::Event& event);
  void abandon(Thread& thread, TimeNs time);
  std::array<float, trace::kPhaseKinds> phase_shares(const Thread& thread,
                                                     std::optional<trace::PoolId> pool,
                                                     TimeNs begin, TimeNs end) const;
  static void close_phases(Thread& thread, std::optional<std::uint64_t> task, TimeNs time);

  std::vector<trace::Event> events_;
  std::map<trace::ThreadId, Thread> threads_;
  std::map<std::uint64_t, TaskInfo> tasks_;
};

}  // namespace poolscope::session
