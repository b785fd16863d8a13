// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/simulation.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <vector>

namespace poolscope::experiment {

/// The queue of a simulated pool whose tasks submit others to it and wait for them. A worker that
/// waits does nothing else, as a thread in result() does not. Workers are given
/// by their numbers. Threads: one.
class Families {
 public:
  struct Call {
    double came = 0;
    std::uint32_t task = 0;
    bool is_root = false;  ///< it came from outside
  };

  Families(const SimulatedWork& work, std::size_t workers)
      : work_(work),
        queues_(work.order == PickOrder::work_stealing ? workers : 1),
        members_(workers) {}

  void add_root(double came, std::uint32_t task);
  /// The task of `worker` submits the `which`th of those that it submits.
  void submit(std::uint32_t worker, std::uint16_t which, double now);

  bool is_empty() const { return size_ == 0; }
  /// The next in the queue, which `worker` runs from now on. Precondition: there is one.
  Call take(std::uint32_t worker);
  /// The task of `worker` needs the result of the `which`th that it submitted. False if that is
  /// done; else the worker waits until end() names it.
  bool waits(std::uint32_t worker, std::uint16_t which);
  /// The task of `worker` is done: the worker that waited for it, if one did, goes on.
  std::optional<std::uint32_t> end(std::uint32_t worker);

  /// Nobody is left to do what they wait for.
  bool all_wait() const { return waiting_ == members_.size(); }
  /// When those in the queue came, `most` of them at most.
  std::vector<double> queued(std::uint64_t most) const;

 private:
  static constexpr std::uint32_t kNobody = std::numeric_limits<std::uint32_t>::max();

  struct Queued {
    Call call = {};
    std::uint32_t parent = kNobody;  ///< the worker that runs who submitted it
    std::uint64_t parent_run = 0;    ///< its `run` then
    std::uint16_t which = 0;
  };
  /// A worker, and what it runs.
  struct Member {
    std::uint32_t task = 0;
    std::uint64_t run = 0;  ///< how many tasks it has had: a child may outlive its parent
    std::uint32_t parent = kNobody;
    std::uint64_t parent_run = 0;
    std::uint16_t which = 0;
    std::vector<bool> done = {};  ///< of those that its task submits
    std::optional<std::uint16_t> awaited = {};
  };

  Queued pop(std::uint32_t worker);

  const SimulatedWork& work_;
  std::vector<std::deque<Queued>> queues_;  // of each worker, where they steal; else one
  std::size_t size_ = 0;
  std::size_t next_queue_ = 0;  // for what comes from outside
  std::vector<Member> members_;
  std::size_t waiting_ = 0;
};

}  // namespace poolscope::experiment
