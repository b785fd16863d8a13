// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/task_details.h"

#include "ui/timeline/name_text.h"
#include "ui/timeline/task_words.h"

#include <QCoreApplication>

#include <algorithm>

namespace poolscope::ui {

namespace {

using session::Snapshot;
using session::TimeNs;

constexpr std::size_t kMostPhases = 512;

QString tr(const char* text) {
  return QCoreApplication::translate("TaskDetails", text);
}

TimeUse useOf(trace::PhaseKind kind) {
  switch (kind) {
    case trace::PhaseKind::io_wait:
      return TimeUse::io_wait;
    case trace::PhaseKind::compute:
      return TimeUse::compute;
    case trace::PhaseKind::lock_wait:
      return TimeUse::lock_wait;
    case trace::PhaseKind::sleep:
      return TimeUse::sleep;
    case trace::PhaseKind::file_io:
      return TimeUse::file_io;
    case trace::PhaseKind::command:
      return TimeUse::command;
    case trace::PhaseKind::lock_held:
      return TimeUse::lock_held;
    case trace::PhaseKind::other:
      break;
  }
  return TimeUse::other;
}

bool isNamed(TimeUse use) {
  return use == TimeUse::lock_wait || use == TimeUse::lock_held || use == TimeUse::other;
}

void add(std::vector<TimeShare>& shares, TimeUse use, const QString& name, TimeNs ns) {
  if (ns <= 0) {
    return;
  }
  const QString key = isNamed(use) ? name : QString();
  const auto same = std::find_if(shares.begin(), shares.end(), [&](const TimeShare& share) {
    return share.use == use && share.name == key;
  });
  if (same != shares.end()) {
    same->ns += ns;
  } else {
    shares.push_back({use, key, ns});
  }
}

/// Splits the run [begin, end) among its phases: a moment belongs to the phase that began last of
/// those open then.
void addPhases(std::vector<TimeShare>& shares, const std::vector<session::Phase>& phases,
               TimeNs begin, TimeNs end) {
  struct Open {
    TimeUse use;
    QString name;
    TimeNs end;
  };
  std::vector<Open> open;
  TimeNs at = begin;
  const auto runTo = [&](TimeNs time) {
    while (at < time) {
      while (!open.empty() && open.back().end <= at) {
        open.pop_back();
      }
      const TimeNs until = open.empty() ? time : std::min(time, open.back().end);
      add(shares, open.empty() ? TimeUse::unphased : open.back().use,
          open.empty() ? QString() : open.back().name, until - at);
      at = until;
    }
  };
  for (const session::Phase& phase : phases) {
    if (phase.begin >= end) {
      break;
    }
    runTo(phase.begin);
    open.push_back({useOf(phase.kind), nameText(phase.name), phase.end});
  }
  runTo(end);
}

std::optional<TimeNs> by(std::optional<TimeNs> time, TimeNs now) {
  return time && *time <= now ? time : std::nullopt;
}

std::optional<TimeNs> since(std::optional<TimeNs> time, TimeNs begin) {
  return time ? std::optional(*time - begin) : std::nullopt;
}

QString laneName(const Snapshot& snapshot, std::optional<session::LaneId> lane) {
  const auto lanes = snapshot.lanes();
  const auto index = static_cast<std::size_t>(lane.value_or(session::LaneId{}));
  return lane && index < lanes.size() ? nameText(lanes[index].name) : QString();
}

/// What of the caller's results is held up at `now`, if the task has a part in it.
QString heldNote(const Snapshot& snapshot, const session::Task& task, TimeNs now) {
  constexpr std::size_t kMostCounted = 1000;
  const auto blocked = task.caller ? snapshot.lane_state(*task.caller, now).blocked : std::nullopt;
  const auto held =
      blocked ? snapshot.held_results(*task.caller, now, kMostCounted) : session::HeldResults{};
  const bool waits = std::ranges::find(held.tasks, task.key) != held.tasks.end();
  if (!waits && (held.awaited != task.key || held.tasks.empty())) {
    return {};
  }
  const QString sentence = heldSentence(*blocked, held);
  return waits ? tr("Done, but its result is not taken yet. %1").arg(sentence) : sentence;
}

}  // namespace

std::optional<TaskDetails> taskDetails(const Snapshot& snapshot, session::TaskKey key, TimeNs now) {
  const auto task = snapshot.task(key);
  if (!task) {
    return std::nullopt;
  }
  const auto queued = by(task->queued, now);
  const auto started = by(task->started, now);
  const auto finished = by(task->finished, now);
  const auto delivered = by(task->delivered, now);
  const auto overBy = by(task->over_by, now);
  if (!queued && !started && !finished) {
    return std::nullopt;
  }
  TaskDetails details{.key = key, .name = nameText(task->name)};
  details.state = finished || overBy ? task->state
                  : started          ? session::TaskState::running
                                     : session::TaskState::queued;
  details.caller = laneName(snapshot, task->caller);
  details.note = heldNote(snapshot, *task, now);
  if (started) {
    details.worker = laneName(snapshot, task->worker);
  }
  if (queued) {
    add(details.shares, TimeUse::queued, {}, started.value_or(finished.value_or(now)) - *queued);
  }
  if (started) {
    const TimeNs end = finished.value_or(overBy.value_or(now));
    const auto before = details.shares.size();
    addPhases(details.shares, snapshot.phases(key, kMostPhases), *started, end);
    details.ranNs = end - *started;
    details.hasPhases = std::any_of(
        details.shares.begin() + static_cast<std::ptrdiff_t>(before), details.shares.end(),
        [](const TimeShare& share) { return share.use != TimeUse::unphased; });
  }
  if (finished) {
    details.error = nameText(task->error, TextLines::many);
    details.cpuNs = task->cpu_time;
    if (delivered) {
      details.receiver = laneName(snapshot, task->receiver);
      add(details.shares, TimeUse::delivery, {}, *delivered - *finished);
    }
  }
  std::stable_sort(details.shares.begin(), details.shares.end(),
                   [](const TimeShare& a, const TimeShare& b) { return a.use < b.use; });
  for (const TimeShare& share : details.shares) {
    details.totalNs += share.ns;
  }
  details.queuedAt = since(queued, snapshot.begin());
  details.startedAt = since(started, snapshot.begin());
  details.finishedAt = since(finished, snapshot.begin());
  details.overBy = since(overBy, snapshot.begin());
  details.deliveredAt = since(delivered, snapshot.begin());
  return details;
}

QString timeUseText(const TimeShare& share, bool hasPhases) {
  switch (share.use) {
    case TimeUse::queued:
      return tr("waited");
    case TimeUse::io_wait:
      return tr("waited for I/O");
    case TimeUse::lock_wait:
      return share.name.isEmpty() ? tr("waited for a lock")
                                  : tr("waited for lock %1").arg(share.name);
    case TimeUse::sleep:
      return tr("slept");
    case TimeUse::file_io:
      return tr("read and wrote files");
    case TimeUse::command:
      return tr("waited for a command");
    case TimeUse::lock_held:
      return share.name.isEmpty() ? tr("held a lock") : tr("held lock %1").arg(share.name);
    case TimeUse::compute:
      return tr("computed");
    case TimeUse::other:
      return share.name.isEmpty() ? tr("other phase") : share.name;
    case TimeUse::unphased:
      return hasPhases ? tr("other") : tr("ran");
    case TimeUse::delivery:
      return tr("waited for delivery");
  }
  return {};
}

}  // namespace poolscope::ui
