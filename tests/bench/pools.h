// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/executor/thread_pool_executor.h"
#include "core/trace/tracer.h"

#include <QRunnable>
#include <QThreadPool>

#include <boost/asio/packaged_task.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>  // Boost 1.74's Asio forgets it
#include <vector>

namespace poolscope::bench {

// The contenders behind one interface: Pool(workers); submit(f) gives a future with get(); post(f)
// gives nothing; finish() helps the caller to wait, where the library has such a thing. Peers keep
// a std::future by the cheapest way that they offer, so that all do the same work.

class PoolscopePool {
 public:
  explicit PoolscopePool(std::size_t workers, trace::Tracer* tracer = nullptr)
      : pool_({.max_workers = workers, .thread_name_prefix = "bench", .tracer = tracer}) {}

  template <typename F>
  auto submit(F f) {
    return Kept<std::invoke_result_t<F>>{pool_.submit(std::move(f))};
  }
  template <typename F>
  void post(F f) {
    pool_.submit(std::move(f));
  }
  void finish() {}

 private:
  template <typename R>
  struct Kept {
    Future<R> future;
    void get() { future.result(); }
  };
  ThreadPoolExecutor pool_;
};

/// What everybody writes first: one mutex, one condition variable, one queue of `Entry`.
template <typename Entry>
class PlainPool {
 public:
  explicit PlainPool(std::size_t workers) {
    for (std::size_t i = 0; i < workers; ++i) {
      threads_.emplace_back([this] { work(); });
    }
  }
  PlainPool(const PlainPool&) = delete;
  PlainPool& operator=(const PlainPool&) = delete;
  ~PlainPool() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
  }

  template <typename F>
  std::future<void> submit(F f) {
    std::packaged_task<void()> task(std::move(f));
    std::future<void> future = task.get_future();
    if constexpr (std::is_same_v<Entry, std::function<void()>>) {  // it wants to be copied
      post([shared = std::make_shared<std::packaged_task<void()>>(std::move(task))] {
        (*shared)();
      });
    } else {
      post(std::move(task));
    }
    return future;
  }
  template <typename F>
  void post(F f) {
    {
      const std::lock_guard lock(mutex_);
      queue_.emplace_back(std::move(f));
    }
    wake_.notify_one();
  }
  void finish() {}

 private:
  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return stop_ || !queue_.empty(); });
      if (queue_.empty()) {
        return;
      }
      Entry task = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Entry> queue_;  // guarded by mutex_
  bool stop_ = false;        // guarded by mutex_
  std::vector<std::jthread> threads_;
};

class AsioPool {
 public:
  explicit AsioPool(std::size_t workers) : pool_(workers) {}
  ~AsioPool() { pool_.join(); }
  AsioPool(const AsioPool&) = delete;
  AsioPool& operator=(const AsioPool&) = delete;

  template <typename F>
  std::future<void> submit(F f) {
    return boost::asio::post(pool_, std::packaged_task<void()>(std::move(f)));
  }
  template <typename F>
  void post(F f) {
    boost::asio::post(pool_, std::move(f));
  }
  void finish() {}

 private:
  boost::asio::thread_pool pool_;
};

/// A std::packaged_task for libraries that call what they were given as const.
class ConstCallable {
 public:
  explicit ConstCallable(std::packaged_task<void()> task) : task_(std::move(task)) {}
  void operator()() const { task_(); }

 private:
  mutable std::packaged_task<void()> task_;
};

/// oneTBB, tasks enqueued: only its workers run them.
class TbbArenaPool {
 public:
  explicit TbbArenaPool(std::size_t workers)
      : limit_(tbb::global_control::max_allowed_parallelism, workers + 1),
        arena_(static_cast<int>(workers), 0) {}

  template <typename F>
  std::future<void> submit(F f) {
    std::packaged_task<void()> task(std::move(f));
    std::future<void> future = task.get_future();
    arena_.enqueue(ConstCallable(std::move(task)));
    return future;
  }
  template <typename F>
  void post(F f) {
    arena_.enqueue(std::move(f));
  }
  void finish() {}

 private:
  tbb::global_control limit_;
  tbb::task_arena arena_;
};

/// oneTBB, task_group: the waiting caller runs tasks too. One caller at a time.
class TbbGroupPool {
 public:
  explicit TbbGroupPool(std::size_t workers)
      : limit_(tbb::global_control::max_allowed_parallelism, workers + 1),
        arena_(static_cast<int>(workers) + 1, 1) {}

  template <typename F>
  std::future<void> submit(F f) {
    std::packaged_task<void()> task(std::move(f));
    std::future<void> future = task.get_future();
    arena_.execute([&] { group_.run(ConstCallable(std::move(task))); });
    return future;
  }
  template <typename F>
  void post(F f) {
    arena_.execute([&] { group_.run(std::move(f)); });
  }
  void finish() {
    arena_.execute([this] { group_.wait(); });
  }

 private:
  tbb::global_control limit_;
  tbb::task_arena arena_;
  tbb::task_group group_;
};

class QtPool {
 public:
  explicit QtPool(std::size_t workers) {
    pool_.setMaxThreadCount(static_cast<int>(workers));
    pool_.setExpiryTimeout(-1);
  }
  ~QtPool() { pool_.waitForDone(); }
  QtPool(const QtPool&) = delete;
  QtPool& operator=(const QtPool&) = delete;

  template <typename F>
  std::future<void> submit(F f) {
    auto run = std::make_unique<Run>(std::packaged_task<void()>(std::move(f)));
    std::future<void> future = run->future();
    pool_.start(run.release());  // deletes itself when it has run
    return future;
  }
  template <typename F>
  void post(F f) {
    pool_.start(std::function<void()>(std::move(f)));
  }
  void finish() {}

 private:
  class Run final : public QRunnable {
   public:
    explicit Run(std::packaged_task<void()> task) : task_(std::move(task)) {}
    std::future<void> future() { return task_.get_future(); }
    void run() override { task_(); }

   private:
    std::packaged_task<void()> task_;
  };
  QThreadPool pool_;
};

}  // namespace poolscope::bench
