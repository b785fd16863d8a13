// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/find_worker.h"

#include "core/base/thread_name.h"

#include <QMetaObject>

#include <cstdlib>
#include <limits>
#include <utility>

namespace poolscope::ui {

using session::TaskMatch;

namespace {

constexpr TaskMatch kPastAll{std::numeric_limits<session::TimeNs>::max(), {}};

/// One match on or back, round at the session's ends.
std::optional<TaskMatch> step(const session::Snapshot& snapshot, const session::TaskQuery& query,
                              const TaskMatch& from, bool forward, const std::stop_token& stop) {
  const auto next = [&](const TaskMatch& place) {
    return forward ? snapshot.next_match(query, place, stop)
                   : snapshot.previous_match(query, place, stop);
  };
  const auto match = next(from);
  return match ? match : next(forward ? TaskMatch{} : kPastAll);
}

}  // namespace

FindWorker::FindWorker(QObject* parent)
    : QObject(parent),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

FindWorker::~FindWorker() {
  thread_.request_stop();
  {
    const std::lock_guard lock(mutex_);
    underWay_.request_stop();
  }
  thread_.join();
}

void FindWorker::ask(FindRequest request) {
  ++unanswered_;
  {
    const std::lock_guard lock(mutex_);
    waiting_ = std::move(request);
    ++waitingCount_;
    underWay_.request_stop();
  }
  wake_.notify_one();
}

void FindWorker::run(const std::stop_token& stop) {
  set_current_thread_name("find");
  std::unique_lock lock(mutex_);
  while (wake_.wait(lock, stop, [this] { return waiting_.has_value(); })) {
    const FindRequest request = *std::exchange(waiting_, std::nullopt);
    const int answered = std::exchange(waitingCount_, 0);
    underWay_ = std::stop_source();
    const std::stop_token given_up = underWay_.get_token();
    lock.unlock();
    const std::optional<FindAnswer> answer = this->answer(request, given_up);
    QMetaObject::invokeMethod(
        this, [=, this] { deliver(request, answer, answered); }, Qt::QueuedConnection);
    lock.lock();
  }
}

std::optional<FindAnswer> FindWorker::answer(const FindRequest& request,
                                             const std::stop_token& stop) {
  const std::string text = request.text.toStdString();
  session::TaskQuery asked(text);
  if (!query_ || query_->text() != asked.text()) {
    query_ = session::TaskQuery(text, query_ ? &*query_ : nullptr);
  }
  const session::Snapshot& snapshot = *request.snapshot;
  if (!query_->read_names(snapshot, stop)) {
    return {};
  }
  FindAnswer answer{.begin = snapshot.begin(), .end = snapshot.end() + 1};
  TaskMatch place = request.place;
  if (request.first && request.steps == 0) {
    // No task has the id 0: all of that time come after it.
    answer.match = step(snapshot, *query_, {place.time, {}}, true, stop);
  }
  for (int i = 0; i < std::abs(request.steps); ++i) {
    const auto match = step(snapshot, *query_, place, request.steps > 0, stop);
    if (!match || stop.stop_requested()) {
      break;
    }
    answer.match = match;
    place = *match;
  }
  if (request.columns > 0) {
    answer.found = snapshot.find_tasks(*query_, answer.begin, answer.end, request.columns,
                                       answer.match.value_or(request.place), stop);
  }
  return stop.stop_requested() ? std::nullopt : std::optional(std::move(answer));
}

void FindWorker::deliver(const FindRequest& request, const std::optional<FindAnswer>& answer,
                         int answered) {
  unanswered_ -= answered;
  if (answer) {
    Q_EMIT ready(request, *answer);
  }
}

}  // namespace poolscope::ui
