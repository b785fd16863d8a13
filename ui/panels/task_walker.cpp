// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/task_walker.h"

#include "core/session/task_kind.h"
#include "ui/timeline/name_text.h"
#include "ui/timeline/time_text.h"

#include <QLocale>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace poolscope::ui {

using session::Snapshot;
using session::TaskMatch;
using session::TaskQuery;
using session::TaskWalk;
using session::TimeNs;
using session::WalkAnswer;
using session::WalkOrder;
using session::WalkPlace;

namespace {

constexpr qint64 kRefreshMs = 1000;
/// A session of many tasks that grows: comparing takes a quarter of a core at most.
constexpr qint64 kRest = 4;
constexpr TimeNs kFirst = std::numeric_limits<TimeNs>::min();
constexpr TimeNs kLast = std::numeric_limits<TimeNs>::max();

WalkOrder orderOf(WalkBy by) {
  return by == WalkBy::slowest          ? WalkOrder::slowest
         : by == WalkBy::longest_queued ? WalkOrder::longest_queued
                                        : WalkOrder::failed;
}

QString kindName(const QString& kind) {
  return kind.isEmpty() ? TaskWalker::tr("tasks without a name") : kind;
}

/// "3rd": as English counts, in which these texts are written.
QString ordinal(std::uint64_t number) {
  const std::uint64_t last = number % 10;
  const bool teen = number % 100 >= 11 && number % 100 <= 13;
  const char* const ending = teen        ? "th"
                             : last == 1 ? "st"
                             : last == 2 ? "nd"
                             : last == 3 ? "rd"
                                         : "th";
  return countText(number) + QLatin1String(ending);
}

class Walk {
 public:
  Walk(const WalkFrom& from, WalkBy by, bool fromHead, const std::stop_token& stop)
      : from_(from),
        stop_(stop),
        fromHead_(fromHead),
        step_{.by = by, .inRange = from.hasRange} {
    const auto since = from.snapshot->complete_since();
    step_.since = since ? std::optional(*since - from.snapshot->begin()) : std::nullopt;
  }

  WalkStep run(int steps) {
    step_.by == WalkBy::same_kind ? byKind(steps) : byOrder(steps);
    return step_;
  }

 private:
  void byOrder(int steps) {
    const Snapshot& snapshot = *from_.snapshot;
    const TaskWalk walk{.order = orderOf(step_.by), .begin = from_.begin, .end = from_.end};
    const bool inTime = step_.by == WalkBy::failed;
    const auto ask = [&](const WalkPlace& place) {
      return snapshot.walk_tasks(walk, place, stop_);
    };
    const std::optional<WalkPlace> begin = placeOfTask();
    WalkPlace place = begin.value_or(WalkPlace{});
    steps = begin ? steps : 1;
    for (int i = 0; i < std::abs(steps) && !stop_.stop_requested(); ++i) {
      const WalkAnswer answer = ask(place);
      auto next = steps > 0 ? answer.next : answer.previous;
      if (!next && inTime) {  // round at the session's ends
        const WalkAnswer round = ask(steps > 0 ? WalkPlace{} : WalkPlace{-1, kLast, {}});
        next = steps > 0 ? round.next : round.previous;
      }
      step_.total = answer.total;
      step_.wasLast = !next;
      if (!next) {
        break;
      }
      place = *next;
      step_.task = next->task;
    }
    if (step_.task) {
      step_.position = ask(place).before + 1;
    } else if (step_.total > 0) {
      step_.task = from_.task;
      step_.position = ask(place).before + 1;
    }
  }

  /// In time each task has its place, also one that is not in the walk.
  std::optional<WalkPlace> placeOfTask() const {
    const auto task = from_.task && !fromHead_ ? from_.snapshot->task(from_.task) : std::nullopt;
    if (step_.by == WalkBy::failed) {
      const auto time = task ? session::match_time(*task) : std::nullopt;
      return WalkPlace{0, time.value_or(from_.time), time ? from_.task : session::TaskKey{}};
    }
    return task ? session::walk_place(*task, orderOf(step_.by)) : std::nullopt;
  }

  void byKind(int steps) {
    const Snapshot& snapshot = *from_.snapshot;
    const auto task = snapshot.task(from_.task);
    const auto time = task ? session::match_time(*task) : std::nullopt;
    step_.isOfNone = !time;
    if (!time) {
      return;
    }
    const std::string_view kind = session::kind_of(task->name);
    step_.kind = nameText(kind);
    TaskQuery query = TaskQuery::of_kind(kind);
    query.read_names(snapshot, stop_);
    const TaskMatch head{from_.hasRange ? from_.begin : kFirst, {}};
    const TaskMatch tail{from_.hasRange ? from_.end : kLast, {}};
    TaskMatch place{*time, from_.task};
    for (int i = 0; i < std::abs(steps) && !stop_.stop_requested(); ++i) {
      const auto beside = [&](const TaskMatch& from) {
        const auto match = steps > 0 ? snapshot.next_match(query, std::max(from, head), stop_)
                                     : snapshot.previous_match(query, std::min(from, tail), stop_);
        return match && !(*match < head) && *match < tail ? match : std::nullopt;
      };
      auto next = beside(place);
      if (!next) {  // round at the ends
        next = beside(steps > 0 ? head : tail);
      }
      if (!next) {
        return;
      }
      place = *next;
      step_.task = next->task;
    }
    const auto before = [&](const TaskMatch& match) {
      return snapshot.find_tasks(query, 0, 0, 0, match, stop_);
    };
    const session::FoundTasks found = before(place);
    const std::uint64_t earlier = from_.hasRange ? before(head).before : 0;
    step_.position = found.before - earlier + 1;
    step_.total = (from_.hasRange ? before(tail).before : found.total - found.forgotten) - earlier;
  }

  const WalkFrom& from_;
  const std::stop_token& stop_;
  const bool fromHead_;
  WalkStep step_;
};

std::optional<WalkStanding> compare(const WalkFrom& from, const std::stop_token& stop) {
  const Snapshot& snapshot = *from.snapshot;
  const auto task = snapshot.task(from.task);
  const auto place = task ? session::walk_place(*task, WalkOrder::slowest) : std::nullopt;
  if (!place) {
    return {};
  }
  const std::string_view kind = session::kind_of(task->name);
  TaskQuery query = TaskQuery::of_kind(kind);
  TaskWalk walk{.order = WalkOrder::slowest};
  WalkStanding standing{.task = from.task, .kind = nameText(kind)};
  standing.inRange = from.hasRange && *task->finished >= from.begin && *task->finished < from.end;
  if (standing.inRange) {
    walk.begin = from.begin;
    walk.end = from.end;
  }
  if (!kind.empty()) {
    query.read_names(snapshot, stop);
    walk.kind = &query;
  }
  const WalkAnswer answer = snapshot.walk_tasks(walk, WalkPlace::behind(place->length), stop);
  standing.faster = answer.total - answer.before;
  standing.others = answer.total - std::min<std::uint64_t>(answer.total, 1);
  return standing;
}

bool isSameQuestion(const WalkFrom& a, const WalkFrom& b) {
  return a.task == b.task && a.hasRange == b.hasRange &&
         (!a.hasRange || (a.begin == b.begin && a.end == b.end));
}

}  // namespace

QString walkText(const WalkStep& step) {
  if (!step.task) {
    switch (step.by) {
      case WalkBy::failed:
        return step.inRange ? TaskWalker::tr("No task of the selected range has failed.")
                            : TaskWalker::tr("No task has failed.");
      case WalkBy::same_kind:
        return step.isOfNone
                   ? TaskWalker::tr("Select a task first: its kind is looked for.")
                   : TaskWalker::tr("None of %1 in the selected range.").arg(kindName(step.kind));
      case WalkBy::slowest:
        return step.inRange ? TaskWalker::tr("No task of the selected range has run to its end.")
                            : TaskWalker::tr("No task has run to its end yet.");
      case WalkBy::longest_queued:
        return step.inRange ? TaskWalker::tr("No task of the selected range has started.")
                            : TaskWalker::tr("No task has started yet.");
    }
  }
  QString where;
  if (step.inRange) {
    where += TaskWalker::tr(" of the selected range");
  }
  if (step.since) {
    constexpr TimeNs kSecond = 1'000'000'000;
    where += TaskWalker::tr(" since %1").arg(timeText(*step.since, kSecond));
  }
  const QString total = countText(step.total) + QChar(0x00a0) +
                        (step.total == 1 ? TaskWalker::tr("task") : TaskWalker::tr("tasks")) +
                        where;
  const bool first = step.position == 1;
  switch (step.by) {
    case WalkBy::slowest:
      return first ? TaskWalker::tr("The slowest of %1").arg(total)
                   : TaskWalker::tr("%1 slowest of %2").arg(ordinal(step.position), total);
    case WalkBy::longest_queued:
      return first ? TaskWalker::tr("The longest queued of %1").arg(total)
                   : TaskWalker::tr("%1 longest queued of %2").arg(ordinal(step.position), total);
    case WalkBy::failed:
      return TaskWalker::tr("%1 of %2 that failed%3")
          .arg(countText(step.position), countText(step.total), where);
    case WalkBy::same_kind:
      return TaskWalker::tr("%3: %1 of %2%4")
          .arg(countText(step.position), countText(step.total), kindName(step.kind), where);
  }
  return {};
}

QString standingText(const WalkStanding& standing) {
  if (standing.others == 0) {
    return {};
  }
  const QString of = standing.kind.isEmpty() ? TaskWalker::tr("all tasks") : standing.kind;
  if (standing.faster == standing.others) {
    return TaskWalker::tr("all others of %1").arg(of);
  }
  // Rounded down: what is not all is not shown as 100 %.
  const double percent =
      100 * static_cast<double>(standing.faster) / static_cast<double>(standing.others);
  const bool fine = percent >= 99 || (percent > 0 && percent < 1);
  const double shown = fine ? std::floor(percent * 10) / 10 : std::floor(percent);
  return TaskWalker::tr("%1 % of %2").arg(QLocale().toString(shown, 'f', fine ? 1 : 0), of);
}

QString standingNote(const WalkStanding& standing) {
  return TaskWalker::tr("It ran longer than %1 of the %2 others %3 that have run to their end.")
      .arg(countText(standing.faster), countText(standing.others),
           standing.inRange ? TaskWalker::tr("of the selected range")
                            : TaskWalker::tr("of the session"));
}

TaskWalker::TaskWalker(QObject* parent)
    : QObject(parent),
      stepping_(this, "walk"),
      comparison_(this, "comparison") {}

void TaskWalker::step(WalkBy by, bool forward, const WalkFrom& from) {
  const int one = forward ? 1 : -1;
  if (by == by_ && stepping_.isBusy()) {
    // A step under way is not given up for the next one: a key that is held down leads on.
    steps_ += one;
    return;
  }
  by_ = by;
  from_ = from;
  steps_ = one;
  ask();
}

void TaskWalker::ask() {
  const bool ranked = by_ == WalkBy::slowest || by_ == WalkBy::longest_queued;
  const bool goesOn = led_ && led_->by == by_ && led_->task == from_.task;
  const bool fromHead = ranked && steps_ > 0 && !goesOn;
  stepping_.start([this, from = from_, by = by_, steps = steps_,
                   fromHead](const std::stop_token& stop) -> LatestJob::Result {
    const WalkStep step = Walk(from, by, fromHead, stop).run(steps);
    return [this, step, steps] { take(step, steps); };
  });
}

void TaskWalker::take(const WalkStep& step, int steps) {
  steps_ -= steps;
  led_ = step;
  from_.task = step.task ? step.task : from_.task;
  noted_ = from_.task;
  setNote(walkText(step));
  if (step.task) {
    Q_EMIT taskChosen(step.task);
  }
  if (steps_ != 0 && step.task && !step.wasLast) {
    ask();
  }
}

void TaskWalker::setNote(const QString& note) {
  if (note != note_) {
    note_ = note;
    Q_EMIT noteChanged(note_);
  }
}

void TaskWalker::showTask(const WalkFrom& from) {
  if (noted_ != from.task) {
    noted_ = from.task;
    led_.reset();
    setNote({});
  }
  const bool same = isSameQuestion(from, compared_);
  const qint64 pause = std::max(kRefreshMs, kRest * comparingMs_);
  if (same && (from.snapshot == compared_.snapshot || comparison_.isBusy() ||
               sinceCompared_.elapsed() < pause)) {
    return;
  }
  compared_ = from;
  if (!same && standing_) {
    standing_.reset();
    Q_EMIT standingChanged();
  }
  if (!from.task || !from.snapshot) {
    comparison_.giveUp();
    return;
  }
  sinceCompared_.start();
  comparison_.start([this, from](const std::stop_token& stop) -> LatestJob::Result {
    const auto standing = compare(from, stop);
    return [this, standing] {
      comparingMs_ = sinceCompared_.elapsed();
      standing_ = standing;
      Q_EMIT standingChanged();
    };
  });
}

void TaskWalker::reset() {
  stepping_.giveUp();
  comparison_.giveUp();
  steps_ = 0;
  led_.reset();
  noted_ = {};
  from_ = {};
  compared_ = {};
  standing_.reset();
  setNote({});
  Q_EMIT standingChanged();
}

}  // namespace poolscope::ui
