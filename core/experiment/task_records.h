// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "core/session/types.h"
#include "core/trace/event.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace poolscope::experiment {

using session::TimeNs;

/// What has not happened.
inline constexpr TimeNs kNever = std::numeric_limits<TimeNs>::max();

/// A task as an experiment needs it.
struct TaskRecord {
  TimeNs queued = kNever;
  TimeNs started = kNever;
  TimeNs finished = kNever;  ///< ran to its end, failed ones too
  TimeNs cpu = 0;            ///< of its thread; 0: not measured
  bool failed = false;
  bool cancelled = false;
  trace::ThreadId caller = 0;  ///< who submitted it
  trace::ThreadId worker = 0;
  trace::ThreadId receiver = 0;  ///< who took its result
  TimeNs delivered = kNever;     ///< when
};

struct PhaseRecord {
  std::size_t task = 0;  ///< place in TaskRecords::tasks()
  trace::PhaseKind kind = trace::PhaseKind::other;
  trace::NameId name = 0;
  TimeNs begin = 0;
  TimeNs end = kNever;
};

/// A stretch in which a task was blocked, in result() or the like.
struct WaitRecord {
  std::size_t task = 0;                     ///< place in TaskRecords::tasks()
  std::optional<std::size_t> awaited = {};  ///< another such place; none: several, or none
  trace::BlockReason reason = trace::BlockReason::unknown;
  TimeNs begin = 0;
  TimeNs end = kNever;
};

struct WorkerRecord {
  trace::ThreadId thread = 0;
  TimeNs started = 0;
  TimeNs exited = kNever;
};

/// Gathers what the tasks of one process did, from its events: live as a sink, or from a session by
/// replay. Threads: consume() by one at a time; finished_count() by any; the rest after the last
/// consume() only.
class TaskRecords final : public trace::Sink {
 public:
  void consume(std::span<const trace::Event> events) override;

  /// How many tasks ran to their end so far. A relaxed load.
  std::uint64_t finished_count() const { return finished_.load(std::memory_order_relaxed); }

  /// In the order in which they were first heard of: that of submission, but for a few.
  const std::vector<TaskRecord>& tasks() const { return tasks_; }
  /// In the order of their begin, task by task interleaved.
  const std::vector<PhaseRecord>& phases() const { return phases_; }
  /// Of tasks alone, in the order of their begin.
  const std::vector<WaitRecord>& waits() const { return waits_; }
  const std::vector<WorkerRecord>& workers() const { return workers_; }

 private:
  std::size_t place_of(std::uint64_t task);
  void set_queued(const trace::Event& event);
  void set_started(const trace::Event& event);
  void set_delivered(const trace::Event& event);
  void end_phase(const trace::Event& event);
  void begin_wait(const trace::Event& event);
  void end_wait(const trace::Event& event);
  void finish(const trace::Event& event);

  std::vector<TaskRecord> tasks_;
  std::vector<PhaseRecord> phases_;
  std::vector<WaitRecord> waits_;
  std::vector<WorkerRecord> workers_;
  std::unordered_map<std::uint64_t, std::size_t> places_;  ///< in tasks_, by id
  /// Phases by thread, the innermost last.
  std::unordered_map<trace::ThreadId, std::vector<std::size_t>> open_;
  std::unordered_map<trace::ThreadId, std::size_t> waiting_;  ///< in waits_, by thread
  std::atomic<std::uint64_t> finished_ = 0;                   ///< written by consume() only
};

}  // namespace poolscope::experiment
