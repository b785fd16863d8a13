// SPDX-License-Identifier: Apache-2.0
// A session within a limit of memory, beside one without: the oldest detail goes, the sums stay.
#include "collected.h"
#include "core/session/snapshot.h"
#include "random_stream.h"
#include "seed.h"
#include "session_pair.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace poolscope;
using namespace poolscope::session;
using trace::Event;
using trace::EventKind;

namespace {

void compare(const std::optional<Distribution>& got, const std::optional<Distribution>& expected) {
  QCOMPARE(got.has_value(), expected.has_value());
  if (got) {
    QCOMPARE(got->count, expected->count);
    QCOMPARE(got->mean, expected->mean);
    QCOMPARE(got->p99, expected->p99);
    QCOMPARE(got->max, expected->max);
    QVERIFY(got->histogram == expected->histogram);
  }
}

void compare(const std::vector<KindStatistics>& got, const std::vector<KindStatistics>& expected) {
  QCOMPARE(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    QVERIFY(got[i].name == expected[i].name);
    QCOMPARE(got[i].started, expected[i].started);
    QCOMPARE(got[i].finished, expected[i].finished);
    QCOMPARE(got[i].failed, expected[i].failed);
    QCOMPARE(got[i].cancelled, expected[i].cancelled);
  }
}

void compare(const Statistics& got, const Statistics& expected) {
  QCOMPARE(got.begin, expected.begin);
  QCOMPARE(got.end, expected.end);
  QCOMPARE(got.queued, expected.queued);
  QCOMPARE(got.started, expected.started);
  QCOMPARE(got.finished, expected.finished);
  QCOMPARE(got.failed, expected.failed);
  QCOMPARE(got.cancelled, expected.cancelled);
  QCOMPARE(got.throughput, expected.throughput);
  QCOMPARE(got.utilization, expected.utilization);
  QCOMPARE(got.queue_depth_mean, expected.queue_depth_mean);
  QCOMPARE(got.queue_depth_max, expected.queue_depth_max);
  QCOMPARE(got.peak_workers, expected.peak_workers);
  compare(got.queue_wait, expected.queue_wait);
  compare(got.run_time, expected.run_time);
  compare(got.kinds, expected.kinds);
  QCOMPARE(got.workers.size(), expected.workers.size());
  for (std::size_t i = 0; i < got.workers.size(); ++i) {
    QCOMPARE(got.workers[i].busy, expected.workers[i].busy);
    QCOMPARE(got.workers[i].started, expected.workers[i].started);
    QCOMPARE(got.workers[i].finished, expected.workers[i].finished);
    QCOMPARE(got.workers[i].failed, expected.workers[i].failed);
    compare(got.workers[i].queue_wait, expected.workers[i].queue_wait);
    compare(got.workers[i].run_time, expected.workers[i].run_time);
    compare(got.workers[i].kinds, expected.workers[i].kinds);
  }
}

/// What is drawn of [begin, end).
void compareColumns(const Snapshot& got, const Snapshot& expected, TimeNs begin, TimeNs end,
                    int count) {
  for (const Lane& lane : expected.lanes()) {
    const auto columns = got.lane_columns(lane.id, begin, end, count);
    const auto wanted = expected.lane_columns(lane.id, begin, end, count);
    const auto callers = got.caller_columns(lane.id, begin, end, count);
    const auto wantedCallers = expected.caller_columns(lane.id, begin, end, count);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      QCOMPARE(columns[i].task_count, wanted[i].task_count);
      QCOMPARE(columns[i].failed_count, wanted[i].failed_count);
      QCOMPARE(columns[i].busy, wanted[i].busy);
      QVERIFY(columns[i].phases == wanted[i].phases);
      QVERIFY(columns[i].longest == wanted[i].longest);
      QCOMPARE(callers[i].blocked, wantedCallers[i].blocked);
      QCOMPARE(callers[i].submitted, wantedCallers[i].submitted);
      QCOMPARE(callers[i].delivered, wantedCallers[i].delivered);
    }
  }
  for (const Pool& pool : expected.pools()) {
    const auto columns = got.queue_columns(pool.index, begin, end, count);
    const auto wanted = expected.queue_columns(pool.index, begin, end, count);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      QCOMPARE(columns[i].min, wanted[i].min);
      QCOMPARE(columns[i].mean, wanted[i].mean);
      QCOMPARE(columns[i].max, wanted[i].max);
    }
    QVERIFY(got.finished_columns(pool.index, begin, end, count) ==
            expected.finished_columns(pool.index, begin, end, count));
  }
}

/// The same events in both, with and without a limit.
struct Sessions {
  Sessions(const std::vector<Event>& events, int threads, std::size_t limit,
           std::mt19937_64& random) {
    limited.set_memory_limit(limit);
    const auto directory = directory_of(threads);
    const auto into_limited = limited.add_process(directory);
    const auto into_whole = whole.add_process(directory);
    for (std::size_t i = 0; i < events.size();) {
      const std::size_t count = std::min<std::size_t>(events.size() - i, 1 + random() % 200);
      for (const auto& sink : {into_limited, into_whole}) {
        sink->consume({events.data() + i, count});
        sink->consume({});
      }
      i += count;
    }
    got = limited.snapshot();
    expected = whole.snapshot();
  }

  Session limited;
  Session whole;
  std::shared_ptr<const Snapshot> got;
  std::shared_ptr<const Snapshot> expected;
};

}  // namespace

class ForgettingTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void sums_withAndWithoutLimit_areTheSame_data() {
    QTest::addColumn<int>("steps");
    QTest::addColumn<int>("pools");
    QTest::addColumn<int>("workers");
    QTest::addColumn<double>("drop");
    QTest::addColumn<double>("swap");
    QTest::addColumn<double>("overlap");
    QTest::addColumn<bool>("roam");
    QTest::addColumn<quint64>("limit");
    QTest::newRow("few") << 60000 << 1 << 2 << 0.0 << 0.0 << 0.0 << false << quint64(200'000);
    QTest::newRow("several") << 80000 << 1 << 3 << 0.0 << 0.0 << 0.0 << false << quint64(250'000);
    QTest::newRow("as little as can be")
        << 60000 << 1 << 2 << 0.0 << 0.0 << 0.0 << false << quint64(1);
    QTest::newRow("several pools")
        << 80000 << 3 << 3 << 0.0 << 0.0 << 0.0 << false << quint64(200'000);
    QTest::newRow("workers of all pools")
        << 60000 << 3 << 3 << 0.0 << 0.0 << 0.0 << true << quint64(200'000);
    QTest::newRow("events lost") << 60000 << 2 << 2 << 0.1 << 0.0 << 0.0 << false
                                 << quint64(200'000);
    QTest::newRow("two at once") << 20000 << 1 << 3 << 0.0 << 0.0 << 0.3 << false
                                 << quint64(150'000);
  }

  void sums_withAndWithoutLimit_areTheSame() {
    QFETCH(int, steps);
    QFETCH(int, pools);
    QFETCH(int, workers);
    QFETCH(double, drop);
    QFETCH(double, swap);
    QFETCH(double, overlap);
    QFETCH(bool, roam);
    QFETCH(quint64, limit);
    std::mt19937_64 random(seed());
    const StreamOptions options{.steps = steps,
                                .pools = pools,
                                .workers = workers,
                                .max_gap = 500,
                                .distinct = true,
                                .drop = drop,
                                .swap = swap,
                                .overlap = overlap,
                                .roam = roam};
    const std::vector<Event> events = random_stream(options, random);
    Sessions sessions(events, workers + options.callers, limit, random);
    const Snapshot& got = *sessions.got;
    const Snapshot& expected = *sessions.expected;
    QVERIFY(got.complete_since().has_value());
    QVERIFY(*got.complete_since() > got.begin());
    QVERIFY(!expected.complete_since());
    QCOMPARE(got.event_count(), expected.event_count());
    QCOMPARE(got.task_count(), expected.task_count());
    QCOMPARE(got.anomalies(), expected.anomalies());

    compareWhole(got, expected);
    compareParts(got, random);
    compareSince(got, expected, random);
    compareReplay(got, events);
    if (QTest::currentTestFailed()) {
      std::printf("POOLSCOPE_SEED=%llu\n", static_cast<unsigned long long>(seed()));
    }
  }

  void snapshotTakenBefore_keepsItsDetail() {
    std::mt19937_64 random(seed());
    const StreamOptions options{.steps = 30000, .pools = 1, .workers = 4, .max_gap = 500};
    const std::vector<Event> events = random_stream(options, random);
    Session session;
    const auto sink = session.add_process(directory_of(6));
    const std::size_t half = events.size() / 2;
    sink->consume({events.data(), half});
    sink->consume({});
    const auto older = session.snapshot();
    const std::vector<Event> told = sorted(replayed(*older));
    session.set_memory_limit(1);
    for (std::size_t i = half; i < events.size(); i += 100) {
      sink->consume({events.data() + i, std::min<std::size_t>(100, events.size() - i)});
      sink->consume({});
    }
    const auto newer = session.snapshot();
    QVERIFY(newer->complete_since() > older->begin());
    QVERIFY(replayed(*newer).size() < told.size());
    QVERIFY(!older->complete_since());
    const std::vector<Event> again = sorted(replayed(*older));
    QVERIFY(std::ranges::equal(told, again, {}, fields, fields));
  }

  void reader_whileTheWriterForgets_seesNothingChange() {
    std::mt19937_64 random(seed());
    const StreamOptions options{.steps = 20000, .pools = 2, .workers = 4, .max_gap = 500};
    const std::vector<Event> events = random_stream(options, random);
    Session session;
    session.set_memory_limit(1);
    const auto sink = session.add_process(directory_of(6));
    std::atomic<bool> over = false;
    std::atomic<int> changes = 0;
    std::thread reader([&] {
      while (!over) {
        const auto snapshot = session.snapshot();
        const auto figures = [&] {
          const Statistics all = snapshot->range_statistics(snapshot->begin(), snapshot->end() + 1);
          std::vector<double> told{static_cast<double>(all.finished), all.utilization,
                                   all.queue_depth_mean};
          for (const Lane& lane : snapshot->lanes()) {
            for (const LaneColumn& column :
                 snapshot->lane_columns(lane.id, snapshot->begin(), snapshot->end(), 9)) {
              told.push_back(static_cast<double>(column.busy));
              told.push_back(static_cast<double>(column.longest.task));
            }
          }
          return told;
        };
        const std::vector<double> first = figures();
        std::this_thread::yield();
        changes += first == figures() ? 0 : 1;
      }
    });
    for (std::size_t i = 0; i < events.size(); i += 50) {
      sink->consume({events.data() + i, std::min<std::size_t>(50, events.size() - i)});
      sink->consume({});
    }
    over = true;
    reader.join();
    QCOMPARE(changes.load(), 0);
    QVERIFY(session.snapshot()->complete_since().has_value());
  }

  void forgottenTask_isKnownByNameOnly() {
    std::mt19937_64 random(seed());
    const StreamOptions options{.steps = 30000, .pools = 1, .workers = 4, .max_gap = 500};
    Sessions sessions(random_stream(options, random), 6, 1, random);
    int forgotten = 0;
    for (std::uint64_t id = 1; id <= sessions.expected->task_count(); ++id) {
      const auto got = sessions.got->task({0, id});
      const auto expected = sessions.expected->task({0, id});
      QVERIFY(got && expected);
      QVERIFY(!expected->forgotten);
      QCOMPARE(got->name, expected->name);
      QVERIFY(got->pool == expected->pool);
      if (got->forgotten) {
        ++forgotten;
        QVERIFY(expected->finished < *sessions.got->complete_since());
        QVERIFY(!got->queued && !got->started && !got->finished && !got->worker);
        QVERIFY(sessions.got->phases({0, id}).empty());
      } else {
        QVERIFY(got->queued == expected->queued && got->finished == expected->finished);
      }
    }
    QVERIFY(forgotten > 500);
  }

  void taskThatIsNotOver_isNotForgotten_howeverOld() {
    Session session;
    session.set_memory_limit(1);
    const auto sink = session.add_process(directory_of(3));
    std::uint64_t time = 1000;
    const auto tell = [&](EventKind kind, std::uint64_t task, trace::ThreadId thread) {
      const Event event{
          .time_ns = time += 10, .task = task, .thread = thread, .kind = kind, .pool = 1};
      sink->consume({&event, 1});
    };
    tell(EventKind::task_queued, 1, 1);  // waits all the time
    tell(EventKind::task_queued, 2, 1);
    tell(EventKind::task_started, 2, 2);  // runs all the time
    for (std::uint64_t task = 3; task < 4000; ++task) {
      tell(EventKind::task_queued, task, 1);
      tell(EventKind::task_started, task, 3);
      tell(EventKind::task_finished, task, 3);
      if (task % 50 == 0) {
        sink->consume({});
      }
    }
    sink->consume({});
    const auto between = session.snapshot();
    QVERIFY(between->complete_since() > TimeNs{10'000});
    QVERIFY(between->task({0, 2000})->forgotten);
    QCOMPARE(between->waiting(PoolIndex{0}, between->end(), 10).size(), std::size_t{1});
    QCOMPARE(between->waiting(PoolIndex{0}, between->end(), 10).front().task, 1U);
    QCOMPARE(between->task_at(LaneId{1}, between->end())->task, 2U);
    tell(EventKind::task_started, 1, 3);
    tell(EventKind::task_finished, 1, 3);
    tell(EventKind::task_finished, 2, 2);
    tell(EventKind::result_delivered, 3, 1);  // of a task that is forgotten
    sink->consume({});
    const auto after = session.snapshot();
    QCOMPARE(after->queue_depth(PoolIndex{0}, after->end()), 0U);
    const Statistics figures = after->range_statistics(0, after->end() + 1);
    QCOMPARE(figures.finished, 3999U);
    QCOMPARE(figures.queue_wait->count, std::size_t{3999});
    QCOMPARE(after->caller_columns(LaneId{0}, 0, after->end() + 1, 1).front().delivered, 1U);
    QCOMPARE(after->anomalies(), 0U);
  }

  void eventFromBeforeWhatIsComplete_isKeptAndCountedAsOdd() {
    std::mt19937_64 random(seed());
    const StreamOptions options{.steps = 30000, .pools = 1, .workers = 4, .max_gap = 500};
    Sessions sessions(random_stream(options, random), 6, 1, random);
    const auto before = sessions.got;
    const auto sink = sessions.limited.add_process(directory_of(1));
    const Event late{.time_ns = static_cast<std::uint64_t>(before->begin()) + 1,
                     .task = 1,
                     .thread = 1,
                     .kind = EventKind::task_queued,
                     .pool = 1};
    sink->consume({&late, 1});
    sink->consume({});
    const auto after = sessions.limited.snapshot();
    QCOMPARE(after->anomalies(), before->anomalies() + 1);
    QCOMPARE(after->event_count(), before->event_count() + 1);
    QCOMPARE(after->task_count(), before->task_count());
    Collected collected;
    after->replay(1, collected);
    QCOMPARE(collected.events.size(), std::size_t{1});
  }

 private:
  static void compareWhole(const Snapshot& got, const Snapshot& expected) {
    const TimeNs begin = expected.begin();
    const TimeNs end = expected.end() + 1;
    compare(got.range_statistics(begin, end), expected.range_statistics(begin, end));
    for (const Pool& pool : expected.pools()) {
      const Statistics of_pool = got.range_statistics(begin, end, pool.index);
      compare(of_pool, expected.range_statistics(begin, end, pool.index));
      QCOMPARE(of_pool.queue_depth_max,
               expected.range_statistics(begin, end, pool.index).queue_depth_max);
    }
    compareColumns(got, expected, begin, end, 1);
  }

  /// Wherever a stretch is cut, the parts make the whole.
  static void compareParts(const Snapshot& got, std::mt19937_64& random) {
    const TimeNs begin = got.begin();
    const TimeNs end = got.end() + 1;
    std::vector<TimeNs> edges{begin, end};
    for (int i = 0; i < 30; ++i) {
      edges.push_back(begin +
                      static_cast<TimeNs>(random() % static_cast<std::uint64_t>(end - begin)));
    }
    std::sort(edges.begin(), edges.end());
    std::array<std::uint64_t, 7> sums{};
    double busy = 0;
    DurationHistogram waits, runs;
    const auto add = [](DurationHistogram& to, const std::optional<Distribution>& from) {
      if (from) {
        to.add(from->histogram);
      }
    };
    const auto figures_of = [](const Statistics& part) {
      std::array<std::uint64_t, 7> figures{
          part.queued, part.started, part.finished, part.failed, part.cancelled, 0, 0};
      for (const KindStatistics& kind : part.kinds) {
        figures[5] += kind.started + kind.cancelled;
        figures[6] += kind.finished + kind.failed;
      }
      return figures;
    };
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
      const Statistics part = got.range_statistics(edges[i], edges[i + 1]);
      const auto figures = figures_of(part);
      for (std::size_t k = 0; k < sums.size(); ++k) {
        sums[k] += figures[k];
      }
      add(waits, part.queue_wait);
      add(runs, part.run_time);
      for (const WorkerStatistics& worker : part.workers) {
        busy += worker.busy;
      }
    }
    const Statistics whole = got.range_statistics(begin, end);
    QVERIFY(sums == figures_of(whole));
    DurationHistogram wholeWaits, wholeRuns;
    add(wholeWaits, whole.queue_wait);
    add(wholeRuns, whole.run_time);
    QVERIFY(waits == wholeWaits);
    QVERIFY(runs == wholeRuns);
    double wholeBusy = 0;
    for (const WorkerStatistics& worker : whole.workers) {
      wholeBusy += worker.busy;
    }
    QVERIFY(near(busy, wholeBusy));
    // Nothing less than nothing, and no part more than the whole.
    for (const Lane& lane : got.lanes()) {
      std::uint64_t failed = 0, submitted = 0;
      for (const LaneColumn& column : got.lane_columns(lane.id, begin, end, 200)) {
        QVERIFY(column.busy >= 0 && column.busy <= 1.001F);
        failed += column.failed_count;
      }
      for (const CallerColumn& column : got.caller_columns(lane.id, begin, end, 200)) {
        submitted += column.submitted;
      }
      QVERIFY(failed >= got.lane_columns(lane.id, begin, end, 1).front().failed_count);
      QCOMPARE(submitted, got.caller_columns(lane.id, begin, end, 1).front().submitted);
    }
  }

  /// Since then nothing is missing.
  static void compareSince(const Snapshot& got, const Snapshot& expected, std::mt19937_64& random) {
    const TimeNs since = *got.complete_since();
    const TimeNs end = expected.end() + 1;
    QVERIFY(since < end);
    compareColumns(got, expected, since, end, 40);
    compare(got.range_statistics(since, end), expected.range_statistics(since, end));
    for (int i = 0; i < 40; ++i) {
      const TimeNs time =
          since + static_cast<TimeNs>(random() % static_cast<std::uint64_t>(end - since));
      for (const Lane& lane : expected.lanes()) {
        const LaneState state = got.lane_state(lane.id, time);
        const LaneState wanted = expected.lane_state(lane.id, time);
        QCOMPARE(state.alive, wanted.alive);
        QVERIFY(state.task == wanted.task);
        QCOMPARE(state.phase.has_value(), wanted.phase.has_value());
        QCOMPARE(state.blocked.has_value(), wanted.blocked.has_value());
        if (wanted.task) {
          const auto task = got.task(wanted.task);
          QVERIFY(task && !task->forgotten);
          QVERIFY(task->queued == expected.task(wanted.task)->queued);
          QVERIFY(task->finished == expected.task(wanted.task)->finished);
        }
        QCOMPARE(got.blocked(lane.id, time, end, 5).size(),
                 expected.blocked(lane.id, time, end, 5).size());
      }
      for (const Pool& pool : expected.pools()) {
        QCOMPARE(got.queue_depth(pool.index, time), expected.queue_depth(pool.index, time));
        QVERIFY(got.waiting(pool.index, time, 50) == expected.waiting(pool.index, time, 50));
        QCOMPARE(got.picks(pool.index, time, end, 50).size(),
                 expected.picks(pool.index, time, end, 50).size());
      }
      QVERIFY(got.next_event(time) == expected.next_event(time));
      if (time > since) {
        QVERIFY(got.previous_event(time) == expected.previous_event(time) ||
                expected.previous_event(time) < since);
      }
    }
  }

  static void compareReplay(const Snapshot& got, std::vector<Event> events) {
    const std::vector<Event> told = sorted(replayed(got));
    std::ranges::sort(events, {}, fields);
    QVERIFY(told.size() < events.size());
    QVERIFY(std::ranges::includes(events, told, {}, fields, fields));
    const auto since = static_cast<std::uint64_t>(*got.complete_since());
    const auto is_since = [&](const Event& event) { return event.time_ns >= since; };
    QCOMPARE(std::ranges::count_if(told, is_since), std::ranges::count_if(events, is_since));
  }
};

QTEST_APPLESS_MAIN(ForgettingTest)
#include "forgetting_test.moc"
