// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/find_worker.h"

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

FindWorker::FindWorker(QObject* parent) : QObject(parent), job_(this, "find") {}

void FindWorker::ask(FindRequest request) {
  job_.start(
      [this, request = std::move(request)](const std::stop_token& stop) -> LatestJob::Result {
        return [this, request, answer = answer(request, stop)] {
          if (answer) {
            Q_EMIT ready(request, *answer);
          }
        };
      });
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

}  // namespace poolscope::ui
