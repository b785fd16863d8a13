// SPDX-License-Identifier: Apache-2.0
#include "core/session/stalls.h"

#include "core/session/session.h"
#include "simulated_program.h"

#include <QTest>

#include <algorithm>
#include <random>
#include <vector>

using namespace poolscope;
using namespace poolscope::session;
using trace::BlockReason;
using trace::Event;
using trace::EventKind;
using trace::Outcome;

namespace {

constexpr PoolIndex kPool{0};
constexpr PoolIndex kOther{1};
constexpr trace::ThreadId kCaller = 9;

constexpr TimeNs ms(std::int64_t time) {
  return time * 1'000'000;
}

/// What is told to a session, each at the time set by at(), in ms.
class Story {
 public:
  Story& at(std::int64_t time) {
    time_ = static_cast<std::uint64_t>(ms(time));
    return *this;
  }
  Story& pool(trace::PoolId pool, std::uint32_t max_workers) {
    return tell(EventKind::pool_created, 0, kCaller, pool, trace::pool_detail(max_workers, 0));
  }
  Story& max_workers(trace::PoolId pool, std::uint32_t count) {
    return tell(EventKind::max_workers_changed, 0, kCaller, pool,
                trace::max_workers_detail(count, 0));
  }
  Story& worker(trace::ThreadId thread, trace::PoolId pool) {
    pool_of_[thread] = pool;
    return tell(EventKind::worker_started, 0, thread, pool, 0);
  }
  Story& exits(trace::ThreadId thread) {
    return tell(EventKind::worker_exited, 0, thread, pool_of_[thread], 1);
  }
  Story& queued(std::uint64_t task, trace::PoolId pool) {
    return tell(EventKind::task_queued, task, kCaller, pool, 0);
  }
  Story& started(std::uint64_t task, trace::ThreadId thread) {
    runs_[thread] = task;
    return tell(EventKind::task_started, task, thread, pool_of_[thread], 0);
  }
  Story& finished(std::uint64_t task, trace::ThreadId thread) {
    runs_[thread] = 0;
    return tell(EventKind::task_finished, task, thread, pool_of_[thread], 0);
  }
  Story& cancelled(std::uint64_t task, trace::PoolId pool) {
    events_.push_back(
        {time_, task, kCaller, EventKind::task_finished, Outcome::cancelled, pool, 0});
    return *this;
  }
  /// A worker with a task of its own, `task`, that waits for the task `awaited`.
  Story& runs_and_waits(std::uint64_t task, trace::ThreadId thread, std::uint64_t awaited) {
    return queued(task, pool_of_[thread]).started(task, thread).waits(thread, awaited);
  }
  Story& waits(trace::ThreadId thread, std::uint64_t awaited,
               BlockReason reason = BlockReason::result, bool timed = false,
               trace::PoolId pool = 1) {
    return tell(EventKind::blocked_begin, runs_[thread], thread, pool,
                trace::blocked_detail(reason, awaited, timed));
  }
  Story& goes_on(trace::ThreadId thread, std::uint64_t awaited) {
    return tell(EventKind::blocked_end, runs_[thread], thread, 1,
                trace::blocked_detail(BlockReason::result, awaited));
  }
  Story& names(trace::ThreadId thread, const std::vector<std::uint64_t>& tasks, bool any,
               std::uint32_t count) {
    for (const std::uint64_t task : tasks) {
      tell(EventKind::awaits, task, thread, 1, trace::awaits_detail(any, count));
    }
    return *this;
  }
  Story& note(EventKind kind, trace::PoolId pool = 1, std::uint64_t detail = 0) {
    return tell(kind, 0, kCaller, pool, detail);
  }

  Stalls stalls(std::int64_t time_ms) const {
    Session session;
    const auto sink = session.add_process(std::make_shared<trace::Directory>());
    sink->consume(events_);
    sink->consume({});
    return find_stalls(*session.snapshot(), ms(time_ms));
  }

 private:
  Story& tell(EventKind kind, std::uint64_t task, trace::ThreadId thread, trace::PoolId pool,
              std::uint64_t detail) {
    events_.push_back({time_, task, thread, kind, Outcome::ok, pool, detail});
    return *this;
  }

  std::uint64_t time_ = 0;
  std::vector<Event> events_;
  std::map<trace::ThreadId, trace::PoolId> pool_of_;
  std::map<trace::ThreadId, std::uint64_t> runs_;
};

/// A pool of two, whose workers 1 and 2 run tasks 1 and 2; tasks 3 and 4 are queued.
Story two_workers() {
  Story story;
  story.at(1).pool(1, 2).worker(1, 1).worker(2, 1).queued(1, 1).queued(2, 1);
  story.at(2).started(1, 1).started(2, 2).queued(3, 1).queued(4, 1);
  return story;
}

/// The same, and both workers wait for what is queued, since 100 ms.
Story two_stuck() {
  return two_workers().at(100).waits(1, 3).waits(2, 4);
}

std::vector<TaskKey> keys(std::initializer_list<std::uint64_t> tasks) {
  std::vector<TaskKey> result;
  for (const std::uint64_t task : tasks) {
    result.push_back({0, task});
  }
  return result;
}

}  // namespace

class StallsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void empty_hasNone() {
    QVERIFY(Story().stalls(0).deadlocks.empty());
    QVERIFY(Story().stalls(ms(1)).starved.empty());
  }

  void workersWaitingForTheirOwnQueue_areDeadlockedAfterHalfASecond() {
    const Story story = two_stuck();
    QVERIFY(story.stalls(599).deadlocks.empty());
    for (const std::int64_t time : {600, 60'000}) {
      const Stalls stalls = story.stalls(time);
      QCOMPARE(stalls.deadlocks.size(), std::size_t(1));
      const Deadlock& deadlock = stalls.deadlocks[0];
      QCOMPARE(deadlock.pool, kPool);
      QCOMPARE(deadlock.since, ms(100));
      QCOMPARE(deadlock.workers.size(), std::size_t(2));
      QVERIFY(deadlock.workers[0].task == (TaskKey{0, 1}));
      QVERIFY(deadlock.workers[0].awaited == keys({3}));
      QCOMPARE(deadlock.workers[0].reason, BlockReason::result);
      QCOMPARE(deadlock.workers[0].since, ms(100));
      QVERIFY(deadlock.workers[1].task == (TaskKey{0, 2}));
      QVERIFY(deadlock.workers[1].awaited == keys({4}));
      QVERIFY(stalls.starved.empty());
    }
  }

  void whatEndedLater_isToldForItsTime() {
    Story story = two_stuck().at(2'000).max_workers(1, 3).worker(3, 1).started(3, 3);
    story.at(2'100).finished(3, 3).goes_on(1, 3);
    QCOMPARE(story.stalls(1'999).deadlocks.size(), std::size_t(1));
    QVERIFY(story.stalls(2'000).deadlocks.empty());
    QVERIFY(story.stalls(9'000).deadlocks.empty());
  }

  void healthyPools_areNotReported_data() {
    QTest::addColumn<Story>("story");
    QTest::newRow("one worker works") << two_workers().at(100).waits(1, 3);
    QTest::newRow("one worker waits for the other, which works")
        << two_workers().at(100).waits(1, 2);
    QTest::newRow("one worker has no task, and will take one")
        << two_stuck().at(110).goes_on(2, 4).finished(2, 2);
    QTest::newRow("a wait has a timeout")
        << two_workers().at(100).waits(1, 3).waits(2, 4, BlockReason::result, true);
    QTest::newRow("what is waited for is not known")
        << two_workers().at(100).waits(1, 3).waits(2, 0);
    QTest::newRow("what is waited for was never queued")
        << two_workers().at(100).waits(1, 3).waits(2, 77);
    QTest::newRow("what is waited for was cancelled")
        << two_workers().at(90).cancelled(4, 1).at(100).waits(1, 3).waits(2, 4);
    QTest::newRow("another worker will come") << two_stuck().at(110).max_workers(1, 3);
    QTest::newRow("the pool is paused") << two_stuck().at(110).note(EventKind::paused);
    QTest::newRow("events were lost") << two_stuck().at(50).note(EventKind::lost, 0, 1);
    QTest::newRow("any of several would do, and one runs elsewhere")
        << two_workers()
               .pool(2, 1)
               .worker(5, 2)
               .queued(6, 2)
               .started(6, 5)
               .at(100)
               .waits(1, 3)
               .waits(2, 0, BlockReason::as_completed)
               .at(350)
               .names(2, {4, 6}, true, 2);
    QTest::newRow("any of several would do, and not all were told")
        << two_workers()
               .at(100)
               .waits(1, 3)
               .waits(2, 0, BlockReason::wait)
               .at(350)
               .names(2, {4, 3}, true, 3);
    QTest::newRow("all of several are needed, and they run elsewhere")
        << two_workers()
               .pool(2, 1)
               .worker(5, 2)
               .queued(6, 2)
               .started(6, 5)
               .at(100)
               .waits(1, 3)
               .waits(2, 0, BlockReason::wait)
               .at(350)
               .names(2, {6}, false, 1);
    QTest::newRow("it waits for the queue of a pool that is paused")
        << two_workers()
               .pool(2, 1)
               .worker(5, 2)
               .queued(6, 2)
               .note(EventKind::paused, 2)
               .at(100)
               .waits(1, 3)
               .waits(2, 6);
    QTest::newRow("a full queue, of which one will be taken")
        << two_workers().pool(2, 1).worker(5, 2).queued(6, 2).at(100).waits(1, 3).waits(
               2, 0, BlockReason::full_queue, false, 2);
  }
  void healthyPools_areNotReported() {
    QFETCH(Story, story);
    QVERIFY(story.stalls(9'000).deadlocks.empty());
  }

  void stuckPools_areReported_data() {
    QTest::addColumn<Story>("story");
    QTest::addColumn<qint64>("since");
    QTest::newRow("as_completed, of what is queued") << two_workers()
                                                            .at(100)
                                                            .waits(1, 3)
                                                            .waits(2, 0, BlockReason::as_completed)
                                                            .at(350)
                                                            .names(2, {3, 4}, true, 2)
                                                     << qint64(100);
    QTest::newRow("wait for all, one of which is queued") << two_workers()
                                                                 .pool(2, 1)
                                                                 .worker(5, 2)
                                                                 .queued(6, 2)
                                                                 .started(6, 5)
                                                                 .at(100)
                                                                 .waits(1, 3)
                                                                 .at(120)
                                                                 .waits(2, 0, BlockReason::wait)
                                                                 .at(370)
                                                                 .names(2, {6, 4}, false, 2)
                                                          << qint64(120);
    QTest::newRow("they wait for each other")
        << two_workers().at(100).waits(1, 2).waits(2, 1) << qint64(100);
    QTest::newRow("for itself") << two_workers().at(100).waits(1, 1).waits(2, 3) << qint64(100);
    QTest::newRow("one for the other, which waits for the queue")
        << two_workers().at(100).waits(1, 2).at(200).waits(2, 3) << qint64(200);
    QTest::newRow("the room in its own queue")
        << two_workers().at(100).waits(1, 3).waits(2, 0, BlockReason::full_queue) << qint64(100);
    QTest::newRow("in a callback")
        << two_workers().at(90).finished(2, 2).at(100).waits(1, 3).waits(2, 4) << qint64(100);
    QTest::newRow("the last worker that could help left")
        << two_workers().at(100).waits(1, 3).at(200).max_workers(1, 1).at(300).finished(2, 2).exits(
               2)
        << qint64(300);
    QTest::newRow("max_workers fell, and nobody left")
        << two_stuck().at(300).max_workers(1, 1) << qint64(100);
    QTest::newRow("max_workers rose, and fell before anybody came")
        << two_stuck().at(200).max_workers(1, 3).at(300).max_workers(1, 2) << qint64(300);
    QTest::newRow("resumed")
        << two_stuck().at(110).note(EventKind::paused).at(700).note(EventKind::resumed)
        << qint64(700);
    QTest::newRow("events were lost later")
        << two_stuck().at(9'001).note(EventKind::lost, 0, 1) << qint64(100);
  }
  void stuckPools_areReported() {
    QFETCH(Story, story);
    QFETCH(qint64, since);
    const Stalls stalls = story.stalls(9'000);
    QCOMPARE(stalls.deadlocks.size(), std::size_t(1));
    QCOMPARE(stalls.deadlocks[0].pool, kPool);
    QCOMPARE(stalls.deadlocks[0].since, ms(since));
    QVERIFY(story.stalls(since + 499).deadlocks.empty());
    QCOMPARE(story.stalls(since + 500).deadlocks.size(), std::size_t(1));
  }

  void poolsThatWaitForEachOther_areBothReported_withAllThatStandInTheWay() {
    Story story;
    story.at(1).pool(1, 1).worker(1, 1).pool(2, 1).worker(2, 2).queued(3, 1).queued(4, 2);
    story.at(100).runs_and_waits(1, 1, 4).at(200).runs_and_waits(2, 2, 3);
    const Stalls stalls = story.stalls(700);
    QCOMPARE(stalls.deadlocks.size(), std::size_t(2));
    QCOMPARE(stalls.deadlocks[0].pool, kPool);
    QCOMPARE(stalls.deadlocks[1].pool, kOther);
    for (const Deadlock& deadlock : stalls.deadlocks) {
      QCOMPARE(deadlock.since, ms(200));
      QCOMPARE(deadlock.workers.size(), std::size_t(2));
    }
    QVERIFY(stalls.deadlocks[0].workers[0].task == (TaskKey{0, 1}));
    QVERIFY(stalls.deadlocks[1].workers[0].task == (TaskKey{0, 2}));
  }

  void queuesThatAreFullOfEachOther_areBothReported() {
    Story story;
    story.at(1).pool(1, 1).worker(1, 1).pool(2, 1).worker(2, 2).queued(1, 1).queued(2, 2);
    story.at(2).started(1, 1).started(2, 2).queued(3, 1).queued(4, 2);
    story.at(100).waits(1, 0, BlockReason::full_queue, false, 2);
    story.waits(2, 0, BlockReason::full_queue, false, 1);
    const Stalls stalls = story.stalls(600);
    QCOMPARE(stalls.deadlocks.size(), std::size_t(2));
    QVERIFY(stalls.deadlocks[0].workers[0].pool == kOther);
    QVERIFY(stalls.deadlocks[1].workers[0].pool == kPool);
  }

  /// A worker of a pool that goes on can be part of what keeps another pool.
  void workerOfAnotherPool_isNamed() {
    Story story = two_workers().pool(2, 1).worker(5, 2).queued(6, 2).queued(7, 2);
    story.at(100).started(6, 5).waits(5, 1);  // 6 waits for 1, which waits for 7, behind 6
    story.at(150).waits(1, 7);
    const Stalls stalls = story.stalls(9'000);
    QCOMPARE(stalls.deadlocks.size(), std::size_t(1));
    QCOMPARE(stalls.deadlocks[0].pool, kOther);
    QCOMPARE(stalls.deadlocks[0].since, ms(150));
    QCOMPARE(stalls.deadlocks[0].workers.size(), std::size_t(2));
    QVERIFY(stalls.deadlocks[0].workers[1].task == (TaskKey{0, 1}));
    QVERIFY(stalls.deadlocks[0].workers[1].awaited == keys({7}));
  }

  /// What joins later does not put the report off.
  void anotherReasonToWait_doesNotEndTheReport() {
    Story story = two_workers().pool(2, 1).worker(5, 2).queued(6, 2).queued(7, 2);
    story.at(3).started(6, 5);
    story.at(100).waits(1, 3).waits(2, 0, BlockReason::wait).at(350).names(2, {4, 6}, false, 2);
    story.at(1'000).waits(5, 7);
    for (const std::int64_t time : {600, 1'000, 1'100, 1'499}) {
      QCOMPARE(story.stalls(time).deadlocks.size(), std::size_t(1));
      QCOMPARE(story.stalls(time).deadlocks[0].since, ms(100));
    }
    QCOMPARE(story.stalls(1'500).deadlocks.size(), std::size_t(2));
    QCOMPARE(story.stalls(1'500).deadlocks[0].since, ms(100));
    QCOMPARE(story.stalls(1'500).deadlocks[1].since, ms(1'000));
  }

  void randomPrograms_areReportedWhileNothingCanHelpThem() {
    const QByteArray given = qgetenv("POOLSCOPE_SEED");
    const std::uint64_t seed =
        given.isEmpty() ? std::uint64_t(std::random_device()()) : given.toULongLong();
    qInfo("POOLSCOPE_SEED=%llu", static_cast<unsigned long long>(seed));
    int healthy = 0;
    int stuck = 0;
    int checks = 0;
    for (std::uint64_t i = 0; healthy < 1'000 || stuck < 300; ++i) {
      const SimulatedProgram program = simulate(seed + i);
      Session session;
      const auto sink = session.add_process(std::make_shared<trace::Directory>());
      sink->consume(program.events);
      sink->consume({});
      (program.deadlocks.empty() ? healthy : stuck) += 1;
      for (const TimeNs time : program.moments()) {
        const std::string wrong =
            difference(program.deadlocked_at(time), time, find_stalls(*session.snapshot(), time));
        QVERIFY2(wrong.empty(), qPrintable(QStringLiteral("POOLSCOPE_SEED=%1 at %2 ns: %3")
                                               .arg(seed + i)
                                               .arg(time)
                                               .arg(QString::fromStdString(wrong))));
        ++checks;
      }
    }
    qInfo("%d healthy programs, %d with deadlocks, looked at %d times", healthy, stuck, checks);
  }

  void queueWhoseOldestTaskIsPassedOver_isStarved() {
    Story story;
    story.at(1).pool(1, 1).worker(1, 1).queued(1, 1);
    for (int i = 0; i < 40; ++i) {
      const auto task = static_cast<std::uint64_t>(i + 2);
      story.at(10 + 50 * i).queued(task, 1).at(12 + 50 * i).started(task, 1);
      story.at(50 + 50 * i).finished(task, 1);
    }
    QVERIFY(story.stalls(1'000).starved.empty());  // not for long enough
    const Stalls stalls = story.stalls(1'001);
    QVERIFY(stalls.deadlocks.empty());
    QCOMPARE(stalls.starved.size(), std::size_t(1));
    QCOMPARE(stalls.starved[0].pool, kPool);
    QVERIFY(stalls.starved[0].oldest == (TaskKey{0, 1}));
    QCOMPARE(stalls.starved[0].queued, ms(1));
    QCOMPARE(stalls.starved[0].cause, StarvedQueue::Cause::passed_over);
    story.at(1'990).note(EventKind::paused);
    QVERIFY(story.stalls(2'000).starved.empty());
  }

  void queueThatIsWorkedOff_isNotStarved_data() {
    QTest::addColumn<bool>("newest_first");
    QTest::newRow("oldest first") << false;
    QTest::newRow("newest first") << true;
  }
  void queueThatIsWorkedOff_isNotStarved() {
    QFETCH(bool, newest_first);
    constexpr std::uint64_t kTasks = 200;
    Story story;
    story.at(1).pool(1, 1).worker(1, 1);
    for (std::uint64_t task = 1; task <= kTasks; ++task) {
      story.queued(task, 1);
    }
    for (std::uint64_t i = 0; i < kTasks; ++i) {
      const std::uint64_t task = newest_first ? kTasks - i : i + 1;
      const auto begin = static_cast<std::int64_t>(2 + 40 * i);
      story.at(begin).started(task, 1).at(begin + 39).finished(task, 1);
    }
    for (std::int64_t time = 0; time < 8'000; time += 97) {
      QVERIFY(story.stalls(time).starved.empty());
    }
  }

  void queueBehindWorkersThatWaitForSomethingElse_isHeldUp() {
    const Story story = two_workers().at(100).waits(1, 0).waits(2, 4, BlockReason::result, true);
    QVERIFY(story.stalls(10'099).starved.empty());
    const Stalls stalls = story.stalls(10'100);
    QCOMPARE(stalls.starved.size(), std::size_t(1));
    QCOMPARE(stalls.starved[0].cause, StarvedQueue::Cause::held_up);
    QVERIFY(stalls.starved[0].oldest == (TaskKey{0, 3}));
    QVERIFY(two_workers().at(100).waits(1, 0).stalls(60'000).starved.empty());  // one works
  }

 private:
  static std::string difference(const std::vector<SimulatedDeadlock>& expected, TimeNs time,
                                const Stalls& stalls) {
    constexpr TimeNs kNear = 1'000;
    auto told = stalls.deadlocks.begin();
    for (const SimulatedDeadlock& each : expected) {
      if (told == stalls.deadlocks.end() || told->pool != each.pool) {
        if (time - each.settled < kDeadlockAfter) {
          continue;
        }
        return "a deadlock that is not reported";
      }
      if (told->since < each.begin - kNear || told->since > each.settled + kNear) {
        return "since " + std::to_string(told->since) + " instead of " + std::to_string(each.begin);
      }
      ++told;
    }
    if (told != stalls.deadlocks.end()) {
      return "a report of what is no deadlock";
    }
    return std::ranges::any_of(stalls.starved,
                               [](const StarvedQueue& starved) {
                                 return starved.cause == StarvedQueue::Cause::passed_over;
                               })
               ? "a starved queue"
               : "";
  }
};

QTEST_APPLESS_MAIN(StallsTest)
#include "stalls_test.moc"
