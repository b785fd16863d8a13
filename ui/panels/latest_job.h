// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/thread_name.h"

#include <QMetaObject>
#include <QObject>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

namespace poolscope::ui {

/// Does what it is given on a thread of its own: of jobs that wait only the latest, and one under
/// way is told to stop when another comes. What came of a job is taken in the thread of `owner`,
/// which outlives this. Destroying it stops what is under way. Threads: that of the owner.
class LatestJob {
 public:
  using Result = std::function<void()>;  ///< takes what came of it
  using Work = std::function<Result(const std::stop_token&)>;

  LatestJob(QObject* owner, const char* threadName)
      : owner_(owner),
        thread_([this, threadName](const std::stop_token& stop) { run(stop, threadName); }) {}
  ~LatestJob() {
    thread_.request_stop();
    giveUp();
    thread_.join();
  }
  LatestJob(const LatestJob&) = delete;
  LatestJob& operator=(const LatestJob&) = delete;

  void start(Work work) {
    busy_ = true;
    {
      const std::lock_guard lock(mutex_);
      ++number_;
      waiting_ = std::move(work);
      underWay_.request_stop();
    }
    wake_.notify_one();
  }
  /// Nothing will come of what was started.
  void giveUp() {
    const std::lock_guard lock(mutex_);
    ++number_;
    waiting_.reset();
    underWay_.request_stop();
    busy_ = false;
  }
  bool isBusy() const { return busy_; }

 private:
  void run(const std::stop_token& stop, const char* name) {
    set_current_thread_name(name);
    std::unique_lock lock(mutex_);
    while (wake_.wait(lock, stop, [this] { return waiting_.has_value(); })) {
      const Work work = *std::exchange(waiting_, std::nullopt);
      const int number = number_;
      underWay_ = std::stop_source();
      const std::stop_token givenUp = underWay_.get_token();
      lock.unlock();
      Result result = work(givenUp);
      QMetaObject::invokeMethod(
          owner_, [this, number, result = std::move(result)] { deliver(number, result); },
          Qt::QueuedConnection);
      lock.lock();
    }
  }
  void deliver(int number, const Result& result) {
    {
      const std::lock_guard lock(mutex_);
      if (number != number_) {
        return;  // another one was wanted meanwhile
      }
    }
    busy_ = false;
    result();
  }

  QObject* const owner_;
  bool busy_ = false;  // owner's thread only
  std::mutex mutex_;   // guards number_, waiting_ and underWay_
  std::condition_variable_any wake_;
  int number_ = 0;  // of the latest
  std::optional<Work> waiting_;
  std::stop_source underWay_;
  std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace poolscope::ui
