// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "program_run.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace poolscope::testing {

/// A task as the events tell of it.
struct Life {
  bool queued = false;
  bool of_map = false;
  bool by_worker = false;  // submitted by a worker
  trace::ThreadId submitter = 0;
  std::size_t queue_place = 0;
  std::size_t start_place = 0;  // 1, 2, ...; 0: never started
  trace::ThreadId worker = 0;
  std::optional<trace::Outcome> outcome = {};
  bool delivered = false;
};

/// Reads the events of a run, of which none was lost, against the invariants I1 to I5, I7 and I10.
class EventChecker {
 public:
  explicit EventChecker(const Record& record)
      : record_(record),
        max_(record.program.opening.empty() ? record.program.max_workers : 1),
        bound_(max_) {}

  /// Empty, or the first that does not hold.
  std::string check();
  /// What the events told of a task.
  Life& life(std::uint64_t task);
  const std::vector<Life>& lives() const { return lives_; }

 private:
  void expect(bool holds, const char* text) {
    if (!holds && wrong_.empty()) {
      wrong_ = text;
    }
  }
  void find_outcomes();
  void take(const trace::Event& event);
  void queue(const trace::Event& event);
  void start(const trace::Event& event);
  void finish(const trace::Event& event);
  void check_end();
  void check_order();
  void check_pauses();

  const Record& record_;
  std::string wrong_;
  std::size_t max_;
  std::size_t bound_;  // the largest max_workers since the workers were last within bounds
  std::size_t queued_ = 0;
  std::size_t started_ = 0;
  std::size_t cancelled_ = 0;
  std::size_t running_ = 0;
  std::size_t waiting_ = 0;   // queued, of those that will start
  std::size_t overfull_ = 0;  // of these, submitted by workers
  std::size_t most_alive_ = 0;
  std::vector<Life> lives_;  // by task
  std::vector<bool> finished_;
  std::map<trace::ThreadId, std::uint64_t> alive_;  // workers, and the task that each runs
  std::map<trace::ThreadId, std::uint64_t> blocked_;
  std::vector<std::pair<std::uint64_t, bool>> pauses_;
  bool paused_ = false;
  bool shut_down_ = false;
  std::uint64_t shut_down_ns_ = 0;
};

}  // namespace poolscope::testing
