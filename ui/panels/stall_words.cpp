// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/stall_words.h"

#include "ui/timeline/name_text.h"
#include "ui/timeline/task_words.h"
#include "ui/timeline/time_text.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace poolscope::ui {

namespace {

using session::Deadlock;
using session::PoolIndex;
using session::Snapshot;
using session::StarvedQueue;
using session::StuckWorker;
using session::TimeNs;

constexpr std::size_t kMostNamed = 3;

QString tr(const char* text) {
  return QCoreApplication::translate("Stall", text);
}

QString poolName(const Snapshot& snapshot, PoolIndex pool) {
  const auto place = static_cast<std::size_t>(pool);
  const std::string_view name = snapshot.pools()[place].name;
  return name.empty() ? tr("pool %1").arg(place + 1) : nameText(name);
}

/// "In db: ", where there are several pools.
QString where(const Snapshot& snapshot, PoolIndex pool) {
  return snapshot.pools().size() > 1 ? tr("In %1: ").arg(poolName(snapshot, pool)) : QString();
}

QString title(const Snapshot& snapshot, session::TaskKey key) {
  const auto task = snapshot.task(key);
  return task ? taskTitle(*task) : tr("task %1").arg(key.task);
}

/// "parent 1 waits for child 3"
QString waitText(const Snapshot& snapshot, const StuckWorker& worker) {
  const session::Lane& lane = snapshot.lanes()[static_cast<std::size_t>(worker.worker)];
  const QString who = worker.task ? title(snapshot, worker.task) : nameText(lane.name);
  if (worker.reason == trace::BlockReason::full_queue && worker.pool) {
    return tr("%1 waits for room in the queue of %2").arg(who, poolName(snapshot, *worker.pool));
  }
  if (worker.awaited.empty()) {
    return worker.pool ? tr("%1 waits for the end of %2").arg(who, poolName(snapshot, *worker.pool))
                       : tr("%1 waits").arg(who);
  }
  const QString first = title(snapshot, worker.awaited.front());
  return worker.awaited.size() == 1 ? tr("%1 waits for %2").arg(who, first)
                                    : tr("%1 waits for %2 and %3 more")
                                          .arg(who, first, countText(worker.awaited.size() - 1));
}

QString waitTexts(const Snapshot& snapshot, const std::vector<StuckWorker>& workers) {
  QStringList texts;
  for (std::size_t i = 0; i < std::min(workers.size(), kMostNamed); ++i) {
    texts << waitText(snapshot, workers[i]);
  }
  if (workers.size() > kMostNamed) {
    texts << tr("%1 more wait").arg(countText(workers.size() - kMostNamed));
  }
  return texts.join(QStringLiteral("; "));
}

QString deadlockText(const Snapshot& snapshot, const Deadlock& deadlock, TimeNs now) {
  std::size_t own = 0;  // they come first
  bool queued = true;   // and wait for nothing but their own queue
  for (const StuckWorker& worker : deadlock.workers) {
    own += snapshot.lanes()[static_cast<std::size_t>(worker.worker)].pool == deadlock.pool ? 1 : 0;
    queued =
        queued && std::ranges::all_of(worker.awaited, [&](session::TaskKey key) {
          const auto task = taskAt(snapshot, key, now);
          return task && task->state == session::TaskState::queued && task->pool == deadlock.pool;
        });
    queued = queued && !worker.awaited.empty();
  }
  const QString waits = waitTexts(snapshot, deadlock.workers);
  const QString workers = countText(own);
  QString told;
  if (queued) {
    told = own == 1 ? tr("Nothing can run any more: the only worker waits for a task that is still "
                         "in this queue (%1). Raise max_workers, or do not wait in a task for "
                         "tasks of the same pool.")
                          .arg(waits)
                    : tr("Nothing can run any more: all %1 workers wait for tasks that are still "
                         "in this queue (%2). Raise max_workers, or do not wait in a task for "
                         "tasks of the same pool.")
                          .arg(workers, waits);
  } else {
    told = own == 1 ? tr("Nothing can run any more: the only worker waits for what waits for it "
                         "(%1). Raise max_workers, or do not let tasks wait for each other.")
                          .arg(waits)
                    : tr("Nothing can run any more: all %1 workers wait for what waits for them "
                         "(%2). Raise max_workers, or do not let tasks wait for each other.")
                          .arg(workers, waits);
  }
  return where(snapshot, deadlock.pool) + told;
}

QString starvedText(const Snapshot& snapshot, const StarvedQueue& starved) {
  const QString who = title(snapshot, starved.oldest);
  const QString since = timeText(starved.queued - snapshot.begin(), 100'000'000);
  const QString told =
      starved.cause == StarvedQueue::Cause::passed_over
          ? tr("%1 has been in the queue since %2, but tasks that came later are picked before it. "
               "Give it a higher priority, use a fifo queue, or raise max_workers.")
          : tr("%1 has been in the queue since %2, but all workers wait for something. Raise "
               "max_workers, or wait less in tasks.");
  return where(snapshot, starved.pool) + told.arg(who, since);
}

QString idOf(PoolIndex pool) {
  return QStringLiteral("stall %1").arg(static_cast<std::uint32_t>(pool));
}

}  // namespace

QMap<QString, QString> stallTexts(const Snapshot& snapshot, TimeNs now) {
  QMap<QString, QString> texts;
  const session::Stalls stalls = session::find_stalls(snapshot, now);
  for (const Deadlock& deadlock : stalls.deadlocks) {
    texts.insert(idOf(deadlock.pool), deadlockText(snapshot, deadlock, now));
  }
  for (const StarvedQueue& starved : stalls.starved) {
    texts.insert(idOf(starved.pool), starvedText(snapshot, starved));
  }
  return texts;
}

}  // namespace poolscope::ui
