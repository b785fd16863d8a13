// SPDX-License-Identifier: Apache-2.0
// A program with a thread pool of its own. The four lines with POOLSCOPE_ and the call of queued()
// are all that it takes to see it: poolscope run -- build/own_pool
#include "core/bridge/instrument.h"

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

class Pool {
 public:
  explicit Pool(unsigned workers) {
    for (unsigned i = 0; i < workers; ++i) {
      workers_.emplace_back([this] { work(); });
    }
  }
  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
  }

  void submit(std::function<void()> function) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({std::move(function), scope_.queued("render tile")});
    changed_.notify_one();
  }

  /// Waits until all that was submitted has ended.
  void wait() {
    POOLSCOPE_WAIT(scope_, 0);
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return jobs_.empty() && running_ == 0; });
  }
  int failed() const { return failed_; }

 private:
  struct Job {
    std::function<void()> function;
    std::uint64_t id;  // as Poolscope knows it
  };

  void work() {
    POOLSCOPE_WORKER(scope_, "tiles");
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return ended_ || !jobs_.empty(); });
      if (jobs_.empty()) {
        return;
      }
      const Job job = std::move(jobs_.front());
      jobs_.pop_front();
      ++running_;
      lock.unlock();
      const bool good = run(job);
      lock.lock();
      --running_;
      failed_ += good ? 0 : 1;
      idle_.notify_all();
    }
  }

  bool run(const Job& job) {
    try {
      POOLSCOPE_TASK(scope_, job.id);
      job.function();
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }

  POOLSCOPE_POOL(scope_, "tiles", 4);  // before the threads, which use it
  std::mutex mutex_;                   // guards what follows
  std::condition_variable changed_;
  std::condition_variable idle_;
  std::deque<Job> jobs_;
  int running_ = 0;
  int failed_ = 0;
  bool ended_ = false;
  std::vector<std::jthread> workers_;  // last: they use all of the above
};

int main() {
  constexpr int kTiles = 200;
  Pool pool(4);
  for (int tile = 0; tile < kTiles; ++tile) {
    pool.submit([tile] {
      std::this_thread::sleep_for(std::chrono::milliseconds(1 + tile % 5));
      if (tile % 20 == 0) {
        throw std::runtime_error("no such tile");
      }
    });
  }
  pool.wait();
  std::printf("tasks %d failed %d\n", kTiles, pool.failed());
}
