// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/task_finder.h"

#include "ui/timeline/time_text.h"

#include <algorithm>
#include <utility>

namespace poolscope::ui {

namespace {

constexpr qint64 kRefreshMs = 400;
/// A session of many tasks that grows: the search takes a quarter of a core at most.
constexpr qint64 kRest = 4;

}  // namespace

QString findText(const FindState& state) {
  if (state.text.trimmed().isEmpty() || !state.counted) {
    return {};
  }
  if (state.total == 0) {
    return TaskFinder::tr("No task found");
  }
  const QString total = countText(state.total);
  if (state.position > 0) {
    return state.total == 1
               ? TaskFinder::tr("1 of 1 task")
               : TaskFinder::tr("%1 of %2 tasks").arg(countText(state.position), total);
  }
  return state.total == 1 ? TaskFinder::tr("1 task") : TaskFinder::tr("%1 tasks").arg(total);
}

QString findNote(const FindState& state) {
  constexpr session::TimeNs kSecond = 1'000'000'000;
  if (!state.counted) {
    return {};
  }
  if (state.total == 0) {
    return TaskFinder::tr(
        "No task has this in its name or in the text of its error, or as its id.");
  }
  if (state.forgotten > 0) {
    return TaskFinder::tr(
               "%1 of them were over before %2 and are only counted: their detail was given "
               "up to stay within the memory for a session. What failed then is not found "
               "by the text of its error.")
        .arg(countText(state.forgotten), timeText(state.completeSince, kSecond));
  }
  return {};
}

TaskFinder::TaskFinder(QObject* parent) : QObject(parent) {
  connect(&worker_, &FindWorker::ready, this, &TaskFinder::take);
}

void TaskFinder::open(std::shared_ptr<const session::Snapshot> snapshot, session::TimeNs place) {
  open_ = true;
  if (!isMatch_) {
    place_ = {place, {}};
  }
  snapshot_ = std::move(snapshot);
  ask(false);
}

void TaskFinder::close() {
  open_ = false;
  steps_ = 0;
  Q_EMIT changed();
}

void TaskFinder::setText(const QString& text, bool choose) {
  if (text == state_.text) {
    return;
  }
  state_ = {.text = text};
  counted_.reset();
  steps_ = 0;
  isMatch_ = false;
  ask(choose);
  if (text.trimmed().isEmpty()) {
    Q_EMIT changed();
  }
}

void TaskFinder::step(bool forward) {
  steps_ += forward ? 1 : -1;
  // A step under way is not given up for the next one: a key that is held down leads on.
  if (!worker_.isBusy() || stepsAsked_ == 0) {
    ask(false);
  }
}

void TaskFinder::showSnapshot(const std::shared_ptr<const session::Snapshot>& snapshot) {
  snapshot_ = snapshot;
  const qint64 pause = std::max(kRefreshMs, kRest * tookMs_);
  if (open_ && snapshot != counted_ && !worker_.isBusy() && sinceAsked_.elapsed() >= pause) {
    ask(false);
  }
}

void TaskFinder::restart(std::shared_ptr<const session::Snapshot> snapshot) {
  snapshot_ = std::move(snapshot);
  place_ = {};
  isMatch_ = false;
  steps_ = 0;
  state_ = {.text = state_.text};
  counted_.reset();
  ask(false);
  Q_EMIT changed();
}

void TaskFinder::setPlace(const session::TaskMatch& place) {
  if (place != place_) {
    place_ = place;
    isMatch_ = false;
    state_.position = 0;
    Q_EMIT changed();
  }
}

void TaskFinder::ask(bool first) {
  if (!open_ || !snapshot_ || state_.text.trimmed().isEmpty()) {
    steps_ = 0;
    return;
  }
  // From one match to another what was counted stays true, of what it was counted of.
  const bool known = counted_ && steps_ != 0 && state_.position > 0;
  asked_ = known ? counted_ : snapshot_;
  stepsAsked_ = steps_;
  sinceAsked_.start();
  worker_.ask({state_.text, asked_, known ? 0 : kColumns, place_, steps_, first});
}

void TaskFinder::take(const FindRequest& request, const FindAnswer& answer) {
  if (!open_ || request.text != state_.text || request.snapshot != asked_) {
    return;
  }
  const bool moved = answer.match.has_value();
  if (moved) {
    place_ = *answer.match;
    isMatch_ = true;
  }
  if (request.columns > 0) {
    takeCount(request, answer);
  } else if (moved) {
    takeStep(request.steps);
  }
  steps_ -= request.steps;
  stepsAsked_ = 0;
  Q_EMIT changed();
  if (moved) {
    Q_EMIT matchChosen(place_.task);
  }
  if (steps_ != 0) {
    ask(false);
  }
}

void TaskFinder::takeCount(const FindRequest& request, const FindAnswer& answer) {
  tookMs_ = sinceAsked_.elapsed();
  counted_ = request.snapshot;
  state_.counted = true;
  state_.total = answer.found.total;
  state_.forgotten = answer.found.forgotten;
  state_.completeSince = request.snapshot->complete_since().value_or(answer.begin) - answer.begin;
  // Forgotten tasks are older than most, and so they count as what comes first.
  const bool current = isMatch_ && (answer.match || request.place == place_);
  state_.position = current ? answer.found.forgotten + answer.found.before + 1 : 0;
  state_.begin = answer.begin;
  state_.end = answer.end;
  state_.columns = answer.found.columns;
}

/// From match to match, round at the ends; the forgotten ones are passed over.
void TaskFinder::takeStep(int steps) {
  if (state_.position == 0) {
    return;  // the user looked elsewhere meanwhile
  }
  const auto known = static_cast<std::int64_t>(state_.total - state_.forgotten);
  const auto from = static_cast<std::int64_t>(state_.position - state_.forgotten - 1);
  const std::int64_t to = ((from + steps) % known + known) % known;
  state_.position = state_.forgotten + static_cast<std::uint64_t>(to) + 1;
}

}  // namespace poolscope::ui
