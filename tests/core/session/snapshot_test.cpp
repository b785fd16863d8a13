// SPDX-License-Identifier: Apache-2.0
#include "core/session/snapshot.h"

#include "collected.h"
#include "random_stream.h"
#include "reference_model.h"
#include "seed.h"
#include "session_pair.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <random>
#include <vector>

using namespace poolscope;
using namespace poolscope::session;
using trace::Event;
using trace::EventKind;
using trace::Outcome;

class SnapshotTest : public QObject {
  Q_OBJECT
 private slots:
  void everyQuestion_onRandomStreams_answersAsTheModel_data();
  void everyQuestion_onRandomStreams_answersAsTheModel();

 private:
  void compareTasks(Pair& pair);
  void compareLanes(Pair& pair);
  void compareMoments(Pair& pair);
  void comparePools(Pair& pair);
  void comparePoolColumns(Pair& pair);
  void compareStatistics(Pair& pair);
  void compareReplay(Pair& pair, const std::vector<Event>& events);
};

void SnapshotTest::everyQuestion_onRandomStreams_answersAsTheModel_data() {
  QTest::addColumn<int>("steps");
  QTest::addColumn<int>("pools");
  QTest::addColumn<int>("maxGap");
  QTest::addColumn<bool>("distinct");
  QTest::addColumn<double>("drop");
  QTest::addColumn<double>("swap");
  QTest::addColumn<double>("overlap");
  QTest::addColumn<quint64>("idStep");
  QTest::addColumn<int>("rounds");
  QTest::newRow("as it should be")
      << 600 << 2 << 20 << false << 0.0 << 0.0 << 0.0 << quint64(1) << 12;
  QTest::newRow("coarse clock") << 600 << 1 << 1 << false << 0.0 << 0.0 << 0.0 << quint64(1) << 12;
  QTest::newRow("events lost") << 600 << 2 << 20 << false << 0.05 << 0.0 << 0.0 << quint64(1) << 12;
  QTest::newRow("many lost") << 400 << 3 << 5 << false << 0.4 << 0.0 << 0.0 << quint64(1) << 12;
  QTest::newRow("clocks run back")
      << 500 << 2 << 20 << true << 0.0 << 0.1 << 0.0 << quint64(1) << 12;
  QTest::newRow("back and lost") << 500 << 2 << 20 << true << 0.1 << 0.1 << 0.0 << quint64(1) << 12;
  QTest::newRow("two at once") << 500 << 2 << 20 << true << 0.0 << 0.0 << 0.3 << quint64(1) << 12;
  QTest::newRow("everything wrong")
      << 500 << 3 << 20 << true << 0.1 << 0.1 << 0.3 << quint64(1) << 12;
  QTest::newRow("long gaps") << 400 << 2 << 2'000'000'000 << true << 0.02 << 0.05 << 0.1
                             << quint64(0x123456789abcdef) << 6;
  QTest::newRow("long") << 20000 << 2 << 20 << false << 0.01 << 0.0 << 0.0 << quint64(1) << 1;
}

void SnapshotTest::everyQuestion_onRandomStreams_answersAsTheModel() {
  QFETCH(int, steps);
  QFETCH(int, pools);
  QFETCH(int, maxGap);
  QFETCH(bool, distinct);
  QFETCH(double, drop);
  QFETCH(double, swap);
  QFETCH(double, overlap);
  QFETCH(quint64, idStep);
  QFETCH(int, rounds);
  const std::uint64_t first = seed();
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t chosen = first + static_cast<std::uint64_t>(round);
    std::mt19937_64 random(chosen);
    const StreamOptions options{steps, pools, 5, 2, maxGap, distinct, drop, swap, overlap, idStep};
    const std::vector<Event> events = random_stream(options, random);
    Pair pair(events, options, random);
    compareTasks(pair);
    compareLanes(pair);
    compareMoments(pair);
    comparePools(pair);
    comparePoolColumns(pair);
    compareStatistics(pair);
    compareReplay(pair, events);
    if (QTest::currentTestFailed()) {
      std::printf("POOLSCOPE_SEED=%llu\n", static_cast<unsigned long long>(chosen));
      return;
    }
  }
}

void SnapshotTest::compareTasks(Pair& pair) {
  const Snapshot& snapshot = *pair.snapshot;
  QCOMPARE(snapshot.event_count(), pair.model.events().size());
  QCOMPARE(snapshot.begin(), pair.model.begin());
  QCOMPARE(snapshot.end(), pair.model.end());
  QCOMPARE(snapshot.task_count(), pair.model.tasks().size());
  const auto directory = snapshot.directory(0);
  for (const auto& [id, expected] : pair.model.tasks()) {
    const std::optional<Task> task = snapshot.task({0, id});
    QVERIFY(task.has_value());
    QVERIFY(task->queued == expected.queued);
    QVERIFY(task->started == expected.started);
    QVERIFY(task->finished == expected.finished);
    QVERIFY(task->delivered == expected.delivered);
    QVERIFY(task->pool == pair.pool_index.at(expected.pool));
    QVERIFY(task->name == directory->name(expected.name));
    const auto lane = [&](trace::ThreadId thread) {
      return thread == 0 ? std::nullopt : std::optional(pair.lanes.at(thread));
    };
    QVERIFY(task->caller == lane(expected.caller));
    QVERIFY(task->worker == lane(expected.worker));
    QVERIFY(task->receiver == lane(expected.receiver));
    QVERIFY(task->error == directory->name(trace::finished_error(expected.detail)));
    QCOMPARE(task->cpu_time.value_or(0),
             static_cast<TimeNs>(trace::finished_cpu_ns(expected.detail)));
    if (expected.finished) {
      QCOMPARE(task->state, expected.outcome == Outcome::ok      ? TaskState::finished
                            : expected.outcome == Outcome::error ? TaskState::failed
                                                                 : TaskState::cancelled);
    } else if (expected.started && task->state == TaskState::running) {
      QVERIFY(snapshot.task_at(*task->worker, kForever - 1)->task == id);
    } else if (!expected.started && !expected.delivered) {
      QCOMPARE(task->state, TaskState::queued);
    }
  }
}

void SnapshotTest::compareLanes(Pair& pair) {
  for (const auto& [thread, expected] : pair.model.threads()) {
    const LaneId id = pair.lanes.at(thread);
    const Lane& lane = pair.snapshot->lanes()[static_cast<std::size_t>(id)];
    QCOMPARE(lane.kind, expected.worker ? LaneKind::worker : LaneKind::caller);
    QCOMPARE(lane.started, expected.started.value_or(expected.first));
    QVERIFY(lane.exited == expected.exited);
    const auto [begin, end] = pair.range();
    const int count = 1 + static_cast<int>(pair.random() % 60);
    const TimeNs known = pair.random() % 2 == 0 ? end : std::max(end, pair.time());
    const std::vector<LaneColumn> columns =
        pair.snapshot->lane_columns(id, begin, end, count, known);
    const std::vector<CallerColumn> callers = pair.snapshot->caller_columns(id, begin, end, count);
    const std::vector<LaneLoad> loads = pair.snapshot->lane_loads(id, begin, end, count);
    QCOMPARE(columns.size(), static_cast<std::size_t>(count));
    QCOMPARE(loads.size(), columns.size());
    for (int i = 0; begin < end && i < count; ++i) {
      const TimeNs from = begin + (end - begin) / count * i + (end - begin) % count * i / count;
      const int j = i + 1;
      const TimeNs to = begin + (end - begin) / count * j + (end - begin) % count * j / count;
      const TimeNs shown = std::max(to, from + 1);
      const auto place = static_cast<std::size_t>(i);
      const LaneColumn column = pair.model.lane_column(expected, from, shown, known);
      QCOMPARE(columns[place].task_count, column.task_count);
      QCOMPARE(columns[place].failed_count, column.failed_count);
      QVERIFY(near(columns[place].busy, column.busy));
      QCOMPARE(loads[place].task_count, column.task_count);
      QVERIFY(near(loads[place].busy, column.busy));
      QVERIFY(columns[place].longest == column.longest);
      for (std::size_t kind = 0; kind < trace::kPhaseKinds; ++kind) {
        QVERIFY(near(columns[place].phases[kind], column.phases[kind]));
      }
      const auto within = [&](const std::vector<TimeNs>& times) {
        return std::count_if(times.begin(), times.end(),
                             [&](TimeNs time) { return time >= from && time < to; });
      };
      QCOMPARE(static_cast<std::ptrdiff_t>(callers[place].submitted), within(expected.submits));
      QCOMPARE(static_cast<std::ptrdiff_t>(callers[place].delivered), within(expected.deliveries));
      QVERIFY(near(callers[place].blocked,
                   static_cast<double>(pair.model.waited(expected, from, shown)) /
                       static_cast<double>(shown - from)));
    }
    const TimeNs exists_from = std::max(begin, lane.started);
    const TimeNs exists_to = std::min(end, lane.exited.value_or(kForever));
    const double share =
        exists_from < exists_to
            ? static_cast<double>(pair.model.busy(expected, exists_from, exists_to)) /
                  static_cast<double>(exists_to - exists_from)
            : 0.0;
    QVERIFY(near(pair.snapshot->utilization(id, begin, end), share));
  }
}

void SnapshotTest::compareMoments(Pair& pair) {
  for (int i = 0; i < 40; ++i) {
    const TimeNs time = pair.time();
    std::optional<TimeNs> next;
    std::optional<TimeNs> previous;
    for (const Event& event : pair.model.events()) {
      const auto at = static_cast<TimeNs>(event.time_ns);
      if (at < time) {
        previous = at;
      } else if (at > time && !next) {
        next = at;
      }
    }
    QVERIFY(pair.snapshot->next_event(time) == next);
    QVERIFY(pair.snapshot->previous_event(time) == previous);
    for (const auto& [thread, expected] : pair.model.threads()) {
      const LaneId id = pair.lanes.at(thread);
      const ReferenceModel::Run* run = pair.model.run_at(expected, time);
      const LaneState state = pair.snapshot->lane_state(id, time);
      QCOMPARE(state.task.task, run == nullptr ? 0U : run->task);
      QVERIFY(pair.snapshot->task_at(id, time).value_or(TaskKey{}) == state.task);
      QCOMPARE(state.alive, expected.started.value_or(expected.first) <= time &&
                                (!expected.exited || time < *expected.exited));
      const ReferenceModel::PhaseSpan* phase = pair.model.phase_at(expected, time);
      const bool shown = run != nullptr && phase != nullptr && phase->event.task == run->task;
      QCOMPARE(state.phase.has_value(), shown);
      if (shown) {
        QCOMPARE(state.phase->begin, phase->begin);
        QCOMPARE(state.phase->end, phase->end);
        QCOMPARE(state.phase->kind, trace::phase_kind(phase->event.detail));
      }
      const auto wait = std::find_if(expected.waits.begin(), expected.waits.end(), [&](auto& span) {
        return span.begin <= time && time < span.end;
      });
      QCOMPARE(state.blocked.has_value(), wait != expected.waits.end());
      if (state.blocked) {
        QCOMPARE(state.blocked->begin, wait->begin);
        QCOMPARE(state.blocked->end, wait->end);
        QCOMPARE(state.blocked->awaited.task, trace::blocked_awaited(wait->detail));
      }
      std::vector<TaskKey> named;
      for (const Event& event : expected.awaits) {
        const auto at = static_cast<TimeNs>(event.time_ns);
        if (state.blocked && at >= wait->begin && at <= time) {
          named.push_back({0, event.task});
        }
      }
      const AwaitedTasks awaited = pair.snapshot->awaited(id, time);
      QVERIFY(std::is_permutation(named.begin(), named.end(), awaited.tasks.begin(),
                                  awaited.tasks.end()));
      QCOMPARE(awaited.complete, named.size() == 2);
    }
  }
}

void SnapshotTest::comparePools(Pair& pair) {
  for (const auto& [id, index] : pair.pool_index) {
    const auto [begin, end] = pair.range();
    const int count = 1 + static_cast<int>(pair.random() % 30);
    const auto columns = pair.snapshot->queue_columns(index, begin, end, count);
    const auto finished = pair.snapshot->finished_columns(index, begin, end, count);
    for (int i = 0; begin < end && i < count; ++i) {
      const TimeNs from = begin + (end - begin) / count * i + (end - begin) % count * i / count;
      const int j = i + 1;
      const TimeNs to = begin + (end - begin) / count * j + (end - begin) % count * j / count;
      const auto place = static_cast<std::size_t>(i);
      const QueueColumn column = pair.model.queue_column(id, from, std::max(to, from + 1));
      QCOMPARE(columns[place].min, column.min);
      QCOMPARE(columns[place].max, column.max);
      QVERIFY(near(columns[place].mean, column.mean));
      QCOMPARE(static_cast<std::uint64_t>(finished[place]), pair.model.finished(id, from, to));
    }
    QCOMPARE(pair.snapshot->finished_count(index, begin, end), pair.model.finished(id, begin, end));
    const TimeNs time = pair.time();
    QCOMPARE(pair.snapshot->queue_depth(index, time), pair.model.depth(id, time));
    std::vector<std::pair<TimeNs, std::uint64_t>> waiting;
    std::vector<std::pair<TimeNs, std::uint64_t>> picks;
    for (const auto& [task, info] : pair.model.tasks()) {
      if (info.pool == id && info.waits_at(time)) {
        waiting.emplace_back(*info.queued, task);
      }
      if (info.pool == id && info.started && *info.started >= begin && *info.started < end) {
        picks.emplace_back(*info.started, task);
      }
    }
    std::sort(waiting.begin(), waiting.end());
    std::sort(picks.begin(), picks.end());
    for (const std::size_t limit : {std::size_t{3}, std::size_t{100000}}) {
      const std::vector<TaskKey> keys = pair.snapshot->waiting(index, time, limit);
      QCOMPARE(keys.size(), std::min(limit, waiting.size()));
      for (std::size_t i = 0; i < keys.size(); ++i) {
        QCOMPARE(*pair.snapshot->task(keys[i])->queued, waiting[i].first);
      }
      const std::vector<Pick> latest = pair.snapshot->picks(index, begin, end, limit);
      QCOMPARE(latest.size(), std::min(limit, picks.size()));
      for (std::size_t i = 0; i < latest.size(); ++i) {
        QCOMPARE(latest[i].time, picks[picks.size() - latest.size() + i].first);
      }
    }
    QCOMPARE(pair.snapshot->pick_count(index, begin, end), picks.size());
    const std::uint64_t most = random() % 5;
    QCOMPARE(std::min(pair.snapshot->pick_count(index, begin, end, most), most + 1),
             std::min<std::uint64_t>(picks.size(), most + 1));
  }
}

/// Columns anywhere, and columns on the grid on which sums are kept.
void SnapshotTest::comparePoolColumns(Pair& pair) {
  for (const auto& [id, index] : pair.pool_index) {
    const TimeNs unit = pair.snapshot->pool_column_unit(index);
    for (const bool onGrid : {false, true}) {
      auto [begin, end] = pair.range();
      const int count = 1 + static_cast<int>(pair.random() % 30);
      if (onGrid) {
        const TimeNs width = unit * (1 + static_cast<TimeNs>(pair.random() % 40));
        begin = std::max<TimeNs>(begin, 0) / unit * unit;
        end = begin + width * count;
      }
      const auto columns = pair.snapshot->pool_columns(index, begin, end, count);
      QCOMPARE(columns.size(), static_cast<std::size_t>(count));
      for (int i = 0; end - begin >= count && i < count; ++i) {
        const auto edge = [&](int j) {
          return begin + (end - begin) / count * j + (end - begin) % count * j / count;
        };
        const PoolColumn& column = columns[static_cast<std::size_t>(i)];
        const PoolColumn expected = pair.model.pool_column(id, edge(i), edge(i + 1));
        QVERIFY2(near(column.running, expected.running),
                 qPrintable(QStringLiteral("%1, not %2, of [%3, %4)")
                                .arg(column.running)
                                .arg(expected.running)
                                .arg(edge(i))
                                .arg(edge(i + 1))));
        QCOMPARE(column.finished, expected.finished);
        QCOMPARE(column.failed, expected.failed);
        for (std::size_t kind = 0; kind < column.phases.size(); ++kind) {
          QVERIFY(near(column.phases[kind], expected.phases[kind]));
        }
        double workers = 0;
        for (const Lane& lane : pair.snapshot->lanes()) {
          if (lane.kind == LaneKind::worker && lane.pool == index) {
            const TimeNs from = std::max(lane.started, edge(i));
            const TimeNs to = std::min(lane.exited.value_or(kForever), edge(i + 1));
            workers += static_cast<double>(std::max<TimeNs>(0, to - from)) /
                       static_cast<double>(edge(i + 1) - edge(i));
          }
        }
        QVERIFY(near(column.workers, workers));
      }
    }
  }
}

void SnapshotTest::compareStatistics(Pair& pair) {
  const ReferenceModel& model = pair.model;
  std::vector<std::optional<trace::PoolId>> choices{std::nullopt};
  for (const auto& [id, index] : pair.pool_index) {
    choices.emplace_back(id);
  }
  for (const auto& choice : choices) {
    auto [begin, end] = pair.range();
    if (pair.random() % 3 == 0) {
      begin = model.begin();
      end = model.end() + 1;
    }
    const Statistics figures = pair.snapshot->statistics(
        begin, end, choice ? std::optional(pair.pool_index.at(*choice)) : std::nullopt);
    std::uint64_t queued = 0, started = 0, failed = 0, cancelled = 0;
    std::vector<double> waits, runs;
    const auto in = [&](std::optional<TimeNs> time) {
      return time && *time >= begin && *time < end;
    };
    for (const auto& [id, task] : model.tasks()) {
      if (choice && task.pool != *choice) {
        continue;
      }
      queued += in(task.queued) ? 1U : 0U;
      started += in(task.started) ? 1U : 0U;
      failed += in(task.finished) && task.outcome == Outcome::error ? 1U : 0U;
      cancelled += in(task.finished) && task.outcome == Outcome::cancelled ? 1U : 0U;
      if (in(task.started) && task.queued) {
        waits.push_back(static_cast<double>(*task.left() - *task.queued) * 1e-9);
      }
      if (in(task.finished) && task.started && task.outcome != Outcome::cancelled) {
        runs.push_back(static_cast<double>(*task.finished - *task.started) * 1e-9);
      }
    }
    QCOMPARE(figures.queued, queued);
    QCOMPARE(figures.started, started);
    QCOMPARE(figures.finished, model.finished(choice, begin, end));
    QCOMPARE(figures.failed, failed);
    QCOMPARE(figures.cancelled, cancelled);
    const TimeNs from = std::clamp(begin, model.begin(), model.end());
    const TimeNs to = std::clamp(end, from, model.end());
    const double span = static_cast<double>(to - from);
    QVERIFY(near(figures.duration, span * 1e-9));
    if (to > from) {
      // Little's law: the mean depth is the rate times the mean wait, as areas.
      QVERIFY(near(figures.queue_depth_mean * span, model.waiting_area(choice, from, to)));
      QVERIFY(near(figures.throughput, static_cast<double>(figures.finished) / (span * 1e-9)));
    }
    if (std::max(begin, from) < std::min(end, model.end() + 1)) {
      QCOMPARE(figures.queue_depth_max,
               model.max_depth(choice, std::max(begin, from), std::min(end, model.end() + 1)));
    }
    const auto check = [&](const std::optional<Distribution>& got, std::vector<double>& values) {
      QCOMPARE(got.has_value(), !values.empty());
      if (values.empty()) {
        return;
      }
      std::sort(values.begin(), values.end());
      const auto quantile = [&](double p) {
        const double h = static_cast<double>(values.size() - 1) * p;
        const auto i = static_cast<std::size_t>(h);
        const double next = i + 1 < values.size() ? values[i + 1] : values[i];
        return values[i] + (h - std::floor(h)) * (next - values[i]);
      };
      QCOMPARE(got->count, values.size());
      QVERIFY(std::abs(got->p50 - quantile(0.5)) < 1e-15 + 1e-9 * quantile(0.5));
      QVERIFY(std::abs(got->p90 - quantile(0.9)) < 1e-15 + 1e-9 * quantile(0.9));
      QVERIFY(std::abs(got->p99 - quantile(0.99)) < 1e-15 + 1e-9 * quantile(0.99));
      QVERIFY(std::abs(got->max - values.back()) < 1e-15);
    };
    check(figures.queue_wait, waits);
    check(figures.run_time, runs);
    double busy = 0;
    double existed = 0;
    for (const auto& [thread, info] : model.threads()) {
      const Lane& lane = pair.snapshot->lanes()[static_cast<std::size_t>(pair.lanes.at(thread))];
      if (info.worker && (!choice || lane.pool == pair.pool_index.at(*choice))) {
        const TimeNs a = std::max(from, lane.started);
        const TimeNs b = std::max(a, std::min(to, lane.exited.value_or(kForever)));
        busy += static_cast<double>(model.busy(info, a, b));
        existed += static_cast<double>(b - a);
      }
    }
    QVERIFY(near(figures.utilization, existed > 0 ? busy / existed : 0));
  }
}

void SnapshotTest::compareReplay(Pair& pair, const std::vector<Event>& events) {
  Collected replayed;
  pair.snapshot->replay(0, replayed);
  QVERIFY(std::is_sorted(replayed.events.begin(), replayed.events.end(),
                         [](const Event& a, const Event& b) { return a.time_ns < b.time_ns; }));
  QVERIFY(sorted(replayed.events) == sorted(events));
  // And again, from what was told: the same session.
  Session again;
  const std::shared_ptr<trace::Sink> sink = again.add_process(pair.snapshot->directory(0));
  feed(*sink, replayed.events, pair.random);
  Collected twice;
  again.snapshot()->replay(0, twice);
  QVERIFY(sorted(twice.events) == sorted(events));
  const Statistics first = pair.snapshot->statistics();
  const Statistics second = again.snapshot()->statistics();
  QCOMPARE(second.finished, first.finished);
  QCOMPARE(second.utilization, first.utilization);
  QCOMPARE(second.queue_depth_mean, first.queue_depth_mean);
}

QTEST_APPLESS_MAIN(SnapshotTest)
#include "snapshot_test.moc"
