// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/directory.h"
#include "core/trace/event.h"

#include <queue>

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <vector>

namespace poolscope::bench {

/// How the tasks of a made-up pool look.
struct Synthetic {
  std::uint32_t workers = 32;
  double median_run_ns = 30e6;  ///< lognormal
  /// Tasks from this one on have two phases each.
  std::uint64_t phases_from = std::numeric_limits<std::uint64_t>::max();
  bool results = false;  ///< each task's result is delivered, as it finishes
};

/// Events of a pool that is kept busy, in time order: tasks of a few names, queued in bursts, run
/// for lognormal times. The same look gives the same events.
class SyntheticPool {
 public:
  explicit SyntheticPool(Synthetic look);

  const std::shared_ptr<trace::Directory>& directory() const { return directory_; }
  /// Appends events until `tasks` tasks have been started since the beginning.
  void until(std::uint64_t tasks, std::vector<trace::Event>& events);
  /// Appends what is left until nothing runs.
  void end(std::vector<trace::Event>& events);

 private:
  struct Later {
    std::uint64_t order;  // of events at the same time
    trace::Event event;
    bool operator>(const Later& other) const {
      return event.time_ns != other.event.time_ns ? event.time_ns > other.event.time_ns
                                                  : order > other.order;
    }
  };

  void open(std::vector<trace::Event>& events);
  void start(trace::ThreadId worker, std::vector<trace::Event>& events);
  void next(std::vector<trace::Event>& events);
  void later(std::uint64_t time_ns, std::uint64_t task, trace::ThreadId thread,
             trace::EventKind kind, std::uint64_t detail = 0);
  trace::Event now(std::uint64_t task, trace::ThreadId thread, trace::EventKind kind,
                   std::uint64_t detail = 0) const;

  const Synthetic look_;
  const std::shared_ptr<trace::Directory> directory_;
  trace::ThreadId caller_ = 0;
  std::vector<trace::ThreadId> workers_ = {};
  std::vector<trace::NameId> names_ = {};
  std::mt19937_64 random_{1};
  std::lognormal_distribution<double> run_ns_;
  std::priority_queue<Later, std::vector<Later>, std::greater<>> later_ = {};
  std::uint64_t now_ns_ = 1'000'000'000;
  std::uint64_t order_ = 0;
  std::uint64_t queued_ = 0;
  std::uint64_t started_ = 0;
  bool open_ = false;
  bool ending_ = false;
};

}  // namespace poolscope::bench
