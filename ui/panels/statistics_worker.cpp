// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/statistics_worker.h"

#include "core/base/thread_name.h"

#include <QMetaObject>

#include <utility>

namespace poolscope::ui {

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
    const session::Statistics statistics =
        request.snapshot->range_statistics(request.begin, request.end);
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
