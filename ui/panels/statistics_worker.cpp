// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/statistics_worker.h"

#include "core/base/thread_name.h"

#include <QMetaObject>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace poolscope::ui {

namespace {

/// Quantiles to the nanosecond, as `info` tells them, where the tasks are few; of many, off by less
/// than can be read off the window.
session::Statistics answer(const StatisticsRequest& request) {
  constexpr std::uint64_t kFew = 200'000;
  session::Statistics figures = request.snapshot->range_statistics(request.begin, request.end);
  if (std::max(figures.started, figures.finished) <= kFew) {
    figures = request.snapshot->statistics(request.begin, request.end);
  }
  return figures;
}

}  // namespace

StatisticsWorker::StatisticsWorker(QObject* parent)
    : QObject(parent),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

StatisticsWorker::~StatisticsWorker() {
  thread_.request_stop();
  thread_.join();
}

void StatisticsWorker::ask(StatisticsRequest request) {
  ++unanswered_;
  {
    const std::lock_guard lock(mutex_);
    waiting_ = std::move(request);
    ++waitingCount_;
  }
  wake_.notify_one();
}

void StatisticsWorker::run(const std::stop_token& stop) {
  set_current_thread_name("statistics");
  std::unique_lock lock(mutex_);
  while (wake_.wait(lock, stop, [this] { return waiting_.has_value(); })) {
    const StatisticsRequest request = *std::exchange(waiting_, std::nullopt);
    const int answered = std::exchange(waitingCount_, 0);
    lock.unlock();
    const session::Statistics statistics = answer(request);
    QMetaObject::invokeMethod(
        this, [=, this] { deliver(request, statistics, answered); }, Qt::QueuedConnection);
    lock.lock();
  }
}

void StatisticsWorker::deliver(const StatisticsRequest& request,
                               const session::Statistics& statistics, int answered) {
  unanswered_ -= answered;
  Q_EMIT ready(request, statistics);
}

}  // namespace poolscope::ui
