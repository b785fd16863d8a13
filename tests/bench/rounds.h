// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/clock.h"
#include "tests/bench/kit.h"
#include "tests/bench/pinned_threads.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <latch>
#include <thread>
#include <vector>

namespace poolscope::bench {

struct EmptyTask {
  void operator()() const {}
};

/// Computes for a microsecond of wall time.
struct MicrosecondTask {
  void operator()() const {
    const std::uint64_t end = trace::now_ns() + 1000;
    while (trace::now_ns() < end) {
    }
  }
};

/// Counts tasks that ran, without a cache line that all workers write to.
class RunCounter {
 public:
  void add() {
    static std::atomic<std::size_t> next{0};
    static thread_local const std::size_t slot = next.fetch_add(1) % kSlots;
    // Two threads may share a slot once more than kSlots have come and gone.
    slots_[slot].count.fetch_add(1, std::memory_order_relaxed);
  }
  std::uint64_t sum() const {
    std::uint64_t all = 0;
    for (const Slot& slot : slots_) {
      all += slot.count.load(std::memory_order_relaxed);
    }
    return all;
  }

 private:
  static constexpr std::size_t kSlots = 256;
  struct alignas(64) Slot {
    std::atomic<std::uint64_t> count{0};
  };
  std::array<Slot, kSlots> slots_ = {};
};

/// Lets all workers start and settle, then pins them. A worker that started later would inherit the
/// caller's core; so all must be seen at work at once (for a while only: a library may know better
/// how many threads it wants).
template <typename Pool>
void warmUp(Pool& pool, PinnedThreads& threads, std::size_t workers) {
  std::atomic<std::size_t> arrived{0};
  const std::uint64_t begin = trace::now_ns();
  const auto meet = [&] {
    arrived.fetch_add(1);
    while (arrived.load() < workers && secondsSince(begin) < 0.2) {
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  };
  std::vector<decltype(pool.submit(meet))> meeting;
  for (std::size_t i = 0; i < workers; ++i) {
    meeting.push_back(pool.submit(meet));
  }
  pool.finish();
  for (auto& future : meeting) {
    future.get();
  }
  threads.pin();
  std::vector<decltype(pool.submit(MicrosecondTask{}))> futures;
  for (int i = 0; i < 2000; ++i) {
    futures.push_back(pool.submit(MicrosecondTask{}));
  }
  pool.finish();
  for (auto& future : futures) {
    future.get();
  }
}

/// Tasks per second: `tasks` submitted one by one, all futures kept, then all results asked for.
template <typename Task, typename Pool>
double withFutures(Pool& pool, int tasks) {
  std::vector<decltype(pool.submit(Task{}))> futures;
  futures.reserve(static_cast<std::size_t>(tasks));
  const std::uint64_t begin = trace::now_ns();
  for (int i = 0; i < tasks; ++i) {
    futures.push_back(pool.submit(Task{}));
  }
  pool.finish();
  for (auto& future : futures) {
    future.get();
  }
  return tasks / secondsSince(begin);
}

/// The same from four threads at once.
template <typename Pool>
double fromFourProducers(Pool& pool, const PinnedThreads& threads, int tasks) {
  constexpr int kProducers = 4;
  std::latch ready(kProducers + 1);
  std::vector<std::jthread> producers;
  for (std::size_t p = 0; p < kProducers; ++p) {
    producers.emplace_back([&, p] {
      threads.pinThis(p);
      ready.arrive_and_wait();
      withFutures<EmptyTask>(pool, tasks / kProducers);
    });
  }
  // Before anybody can begin: this thread may get a core only after the producers are done.
  const std::uint64_t begin = trace::now_ns();
  ready.arrive_and_wait();
  producers.clear();
  return tasks / secondsSince(begin);
}

/// Tasks per second until the last has run, nobody asking for results.
template <typename Pool>
double fireAndForget(Pool& pool, int tasks) {
  RunCounter counter;
  const std::uint64_t begin = trace::now_ns();
  for (int i = 0; i < tasks; ++i) {
    pool.post([&counter] { counter.add(); });
  }
  pool.finish();
  while (counter.sum() < static_cast<std::uint64_t>(tasks)) {
    std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
  return tasks / secondsSince(begin);
}

/// Microseconds from submit to the result in hand, one task at a time.
template <typename Pool>
std::vector<double> roundTrips(Pool& pool, int count) {
  std::vector<double> times;
  times.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    const std::uint64_t begin = trace::now_ns();
    auto future = pool.submit(EmptyTask{});
    future.get();
    times.push_back(secondsSince(begin) * 1e6);
  }
  return times;
}

}  // namespace poolscope::bench
