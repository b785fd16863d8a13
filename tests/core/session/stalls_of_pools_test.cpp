// SPDX-License-Identifier: Apache-2.0
// What find_stalls() says of real pools.
#include "../executor/support.h"
#include "core/executor/thread_pool_executor.h"
#include "core/session/session.h"
#include "core/session/stalls.h"
#include "core/trace/tracer.h"

#include <QtTest>

#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <vector>

using namespace poolscope;
using namespace poolscope::session;
using namespace std::chrono_literals;
using poolscope::testing::eventually;

namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t kPrograms = 200;
#else
constexpr std::uint64_t kPrograms = 1'000;
#endif

TimeNs now() {
  return static_cast<TimeNs>(trace::now_ns());
}

/// A tracer and the session that keeps what it tells.
struct Watched {
  Watched() { tracer.add_sink(session.add_process(tracer.directory())); }
  std::shared_ptr<const Snapshot> snapshot() {
    tracer.flush();
    return session.snapshot();
  }
  /// As of now.
  Stalls stalls(TimeNs lasting = kDeadlockAfter) {
    const TimeNs time = now();
    return find_stalls(*snapshot(), time, lasting);
  }

  Session session;
  trace::Tracer tracer;
};

enum class Wait { result, wait_for_all, wait_for_first, as_completed, map };

/// For a task: submits two more, and waits for them where nobody may be left to run them.
void submit_and_wait(ThreadPoolExecutor& pool, Wait how) {
  if (how == Wait::map) {
    for (const int each : pool.map([](int x) { return x; }, std::vector{1, 2})) {
      static_cast<void>(each);
    }
    return;
  }
  const std::vector futures{pool.submit({.name = "child"}, [] {}),
                            pool.submit({.name = "child"}, [] {})};
  switch (how) {
    case Wait::result:
      futures[1].result();
      break;
    case Wait::wait_for_all:
      static_cast<void>(wait(futures));
      break;
    case Wait::wait_for_first:
      static_cast<void>(wait(futures, ReturnWhen::first_completed));
      break;
    default:
      for (const auto& each : as_completed(futures)) {
        each.result();
      }
  }
}

std::vector<std::string_view> names(const Snapshot& snapshot, const std::vector<TaskKey>& tasks) {
  std::vector<std::string_view> result;
  for (const TaskKey key : tasks) {
    result.push_back(snapshot.task(key)->name);
  }
  return result;
}

/// A program that gets on at any moment, whatever its tasks do: of each pool one worker less than
/// there may be at least may wait for tasks of that pool; besides, tasks of the first pool wait for
/// those of the second.
class HealthyProgram {
 public:
  HealthyProgram(Watched& watched, std::uint64_t seed) : random_(seed) {
    for (Side& side : sides_) {
      side.least = 1 + random_() % 4;
      side.may_wait = static_cast<int>(side.least) - 1;
      side.pool = std::make_unique<ThreadPoolExecutor>(ExecutorOptions{
          .max_workers = side.least,
          .queue_discipline = static_cast<QueueDiscipline>(random_() % 4),
          .queue_capacity = &side != &sides_[0] && random_() % 3 == 0 ? 1 + random_() % 4 : 0,
          .tracer = &watched.tracer});
    }
  }

  void run() {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 2; ++i) {
      callers.emplace_back([this, seed = random_()] { call(seed); });
    }
    callers.clear();
    // Tasks that nobody waited for may yet submit others.
    while (true) {
      std::vector<Future<void>> left;
      {
        const std::lock_guard lock(mutex_);
        left.swap(submitted_);
      }
      if (left.empty()) {
        return;
      }
      static_cast<void>(wait(left));
    }
  }

 private:
  struct Side {
    std::unique_ptr<ThreadPoolExecutor> pool;
    std::size_t least = 1;
    std::atomic<int> may_wait{0};
  };

  Future<void> submit(Side& side, std::uint64_t seed, int depth) {
    auto future = side.pool->submit([this, &side, seed, depth] { work(side, seed, depth); });
    const std::lock_guard lock(mutex_);
    submitted_.push_back(future);
    return future;
  }

  void call(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<Future<void>> futures;
    for (int i = 0; i < 12; ++i) {
      Side& side = sides_[random() % 2];
      switch (random() % 8) {
        case 0:
          side.pool->set_max_workers(side.least + random() % 3);
          break;
        case 1:
          side.pool->pause();
          std::this_thread::yield();
          side.pool->resume();
          break;
        case 2:
          if (!futures.empty()) {
            futures[random() % futures.size()].cancel();
          }
          break;
        default:
          futures.push_back(submit(side, random(), 0));
      }
    }
    for (Side& side : sides_) {
      side.pool->resume();  // the other caller's pause may have come last
    }
    static_cast<void>(wait(futures));
  }

  void work(Side& side, std::uint64_t seed, int depth) {
    std::mt19937_64 random(seed);
    if (depth == 2 || random() % 2 == 0) {
      std::this_thread::yield();
      return;
    }
    const bool across = &side == &sides_[0] && random() % 2 == 0;
    Side& other = across ? sides_[1] : side;
    std::vector<Future<void>> children;
    for (auto n = 1 + random() % 3; n > 0; --n) {
      children.push_back(submit(other, random(), depth + 1));
    }
    if (!across && side.may_wait.fetch_sub(1) <= 0) {
      static_cast<void>(wait(children, std::chrono::microseconds(random() % 50)));
    } else {
      wait_for(children, random() % 4);
    }
    if (!across) {
      ++side.may_wait;
    }
  }

  static void wait_for(const std::vector<Future<void>>& children, std::uint64_t how) {
    switch (how) {
      case 0:
        static_cast<void>(wait(children));
        break;
      case 1:
        static_cast<void>(wait(children, ReturnWhen::first_completed));
        break;
      case 2:
        for (const auto& each : as_completed(children)) {
          static_cast<void>(each.done());
        }
        break;
      default:
        for (const auto& each : children) {
          try {
            each.result();
          } catch (const CancelledError&) {  // by a caller
          }
        }
    }
  }

  std::mt19937_64 random_;
  std::mutex mutex_;
  std::vector<Future<void>> submitted_;  // guarded by mutex_
  std::array<Side, 2> sides_;
};

/// The times of all events.
struct Times final : trace::Sink {
  void consume(std::span<const trace::Event> events) override {
    for (const trace::Event& event : events) {
      times.insert(static_cast<TimeNs>(event.time_ns));
    }
  }
  std::set<TimeNs> times;
};

}  // namespace

class StallsOfPoolsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void tasksThatWaitForTheirOwnPool_areReported_data() {
    QTest::addColumn<int>("workers");
    QTest::addColumn<int>("how");
    QTest::newRow("one worker, result()") << 1 << int(Wait::result);
    QTest::newRow("two workers, result()") << 2 << int(Wait::result);
    QTest::newRow("one worker, wait()") << 1 << int(Wait::wait_for_all);
    QTest::newRow("two workers, wait() for the first") << 2 << int(Wait::wait_for_first);
    QTest::newRow("two workers, as_completed()") << 2 << int(Wait::as_completed);
    QTest::newRow("one worker, map()") << 1 << int(Wait::map);
  }
  void tasksThatWaitForTheirOwnPool_areReported() {
    QFETCH(int, workers);
    QFETCH(int, how);
    Watched watched;
    std::barrier all_run(workers);
    std::vector<Future<void>> parents;
    ThreadPoolExecutor pool(
        {.max_workers = static_cast<std::size_t>(workers), .tracer = &watched.tracer});
    for (int i = 0; i < workers; ++i) {
      parents.push_back(pool.submit({.name = "parent"}, [&] {
        all_run.arrive_and_wait();
        submit_and_wait(pool, static_cast<Wait>(how));
      }));
    }
    const bool reported = eventually([&] { return !watched.stalls().deadlocks.empty(); });
    const Stalls stalls = watched.stalls();
    const auto snapshot = watched.snapshot();
    const auto helped = static_cast<std::size_t>(workers) + 1;
    pool.set_max_workers(helped);
    static_cast<void>(wait(parents));
    QVERIFY(reported);
    QCOMPARE(stalls.deadlocks.size(), std::size_t(1));
    const Deadlock& deadlock = stalls.deadlocks[0];
    QCOMPARE(deadlock.workers.size(), static_cast<std::size_t>(workers));
    for (const StuckWorker& worker : deadlock.workers) {
      QCOMPARE(snapshot->task(worker.task)->name, std::string_view("parent"));
      QVERIFY(!worker.awaited.empty());
      QVERIFY(worker.since <= deadlock.since);
      if (how != int(Wait::map)) {
        QCOMPARE(names(*snapshot, worker.awaited),
                 std::vector<std::string_view>(how == int(Wait::result) ? 1 : 2, "child"));
      }
    }
    // As it was at each moment, and when it was helped.
    QVERIFY(find_stalls(*snapshot, deadlock.since + kDeadlockAfter - 1).deadlocks.empty());
    QCOMPARE(find_stalls(*snapshot, deadlock.since + 2 * kDeadlockAfter).deadlocks.size(),
             std::size_t(1));
    QVERIFY(watched.stalls(0).deadlocks.empty());
    QVERIFY(find_stalls(*watched.snapshot(), watched.snapshot()->end()).deadlocks.empty());
  }

  void callbackThatWaitsForItsOwnPool_isReported() {
    Watched watched;
    poolscope::testing::Gate gate;
    ThreadPoolExecutor pool({.max_workers = 1, .tracer = &watched.tracer});
    const auto first = pool.submit([&] { gate.pass(); });
    first.add_done_callback([&](const Future<void>&) { pool.submit([] {}).result(); });
    gate.open();
    const bool reported = eventually([&] { return !watched.stalls(0).deadlocks.empty(); });
    const Stalls stalls = watched.stalls(0);
    pool.set_max_workers(2);
    QVERIFY(reported);
    QCOMPARE(stalls.deadlocks.size(), std::size_t(1));
    QVERIFY(!stalls.deadlocks[0].workers[0].task);
  }

  void poolsThatWaitForEachOther_areReported_data() {
    QTest::addColumn<bool>("full");
    QTest::newRow("for results") << false;
    QTest::newRow("for room in the queue") << true;
  }
  void poolsThatWaitForEachOther_areReported() {
    QFETCH(bool, full);
    Watched watched;
    std::barrier both_run(2);
    const ExecutorOptions options{.max_workers = 1,
                                  .queue_capacity = full ? std::size_t(1) : std::size_t(0),
                                  .tracer = &watched.tracer};
    ThreadPoolExecutor one(options);
    ThreadPoolExecutor other(options);
    const auto task = [&](ThreadPoolExecutor& elsewhere) {
      both_run.arrive_and_wait();
      auto future = elsewhere.submit([] {});
      full ? static_cast<void>(elsewhere.submit([] {})) : future.result();
    };
    const std::vector tasks{one.submit([&] { task(other); }), other.submit([&] { task(one); })};
    const bool reported = eventually([&] { return watched.stalls(0).deadlocks.size() == 2; });
    const Stalls stalls = watched.stalls(0);
    one.set_max_workers(2);
    other.set_max_workers(2);
    static_cast<void>(wait(tasks));
    QVERIFY(reported);
    QCOMPARE(stalls.deadlocks.size(), std::size_t(2));
    for (const Deadlock& deadlock : stalls.deadlocks) {
      QCOMPARE(deadlock.workers.size(), std::size_t(2));
      QCOMPARE(deadlock.workers[0].reason,
               full ? trace::BlockReason::full_queue : trace::BlockReason::result);
    }
  }

  void itsOwnFullQueue_holdsUpNoWorker() {
    Watched watched;
    ThreadPoolExecutor pool({.max_workers = 1, .queue_capacity = 1, .tracer = &watched.tracer});
    pool.submit([&] {
          for (int i = 0; i < 10; ++i) {
            static_cast<void>(pool.submit([] {}));
          }
        })
        .result();
    QVERIFY(watched.stalls(0).deadlocks.empty());
  }

  void lowPriority_amongASteadyLoad_starves() {
    Watched watched;
    std::atomic<bool> stop = false;
    ThreadPoolExecutor pool({.max_workers = 1,
                             .queue_discipline = QueueDiscipline::priority,
                             .tracer = &watched.tracer});
    std::function<void()> again = [&] {
      const auto end = std::chrono::steady_clock::now() + 2ms;
      if (!stop) {
        static_cast<void>(pool.submit({.priority = 1}, again));
      }
      while (std::chrono::steady_clock::now() < end) {
      }
    };
    const auto first = pool.submit(again);
    const auto low = pool.submit({.name = "low"}, [] {});
    const bool reported = eventually([&] { return !watched.stalls().starved.empty(); });
    const Stalls stalls = watched.stalls();
    const auto snapshot = watched.snapshot();
    stop = true;
    low.result();
    QVERIFY(reported);
    QCOMPARE(stalls.starved.size(), std::size_t(1));
    QCOMPARE(snapshot->task(stalls.starved[0].oldest)->name, std::string_view("low"));
    QVERIFY(watched.stalls().starved.empty());
  }

  void randomHealthyPrograms_areNeverReported() {
    const QByteArray given = qgetenv("POOLSCOPE_SEED");
    const std::uint64_t seed =
        given.isEmpty() ? std::uint64_t(std::random_device()()) : given.toULongLong();
    qInfo("POOLSCOPE_SEED=%llu", static_cast<unsigned long long>(seed));
    std::size_t moments = 0;
    for (std::uint64_t i = 0; i < kPrograms; ++i) {
      Watched watched;
      std::thread([&] { HealthyProgram(watched, seed + i).run(); }).join();
      const auto snapshot = watched.snapshot();
      QCOMPARE(snapshot->lost_events(), std::uint64_t(0));
      Times told;
      snapshot->replay(0, told);
      moments += told.times.size();
      for (const TimeNs time : told.times) {
        const Stalls stalls = find_stalls(*snapshot, time, 0);
        QVERIFY2(stalls.deadlocks.empty() && stalls.starved.empty(),
                 qPrintable(QStringLiteral("POOLSCOPE_SEED=%1").arg(seed + i)));
      }
    }
    qInfo("%zu moments of %llu programs", moments, static_cast<unsigned long long>(kPrograms));
  }

  void randomPrograms_ofWhichAllWorkersWait_areReported() {
    const QByteArray given = qgetenv("POOLSCOPE_SEED");
    const std::uint64_t seed =
        given.isEmpty() ? std::uint64_t(std::random_device()()) : given.toULongLong();
    qInfo("POOLSCOPE_SEED=%llu", static_cast<unsigned long long>(seed));
    std::mt19937_64 random(seed);
    for (int i = 0; i < 20; ++i) {
      Watched watched;
      const auto workers = 1 + random() % 6;
      std::barrier all_run(static_cast<std::ptrdiff_t>(workers));
      std::vector<Future<void>> parents;
      ThreadPoolExecutor pool({.max_workers = workers,
                               .queue_discipline = static_cast<QueueDiscipline>(random() % 4),
                               .tracer = &watched.tracer});
      for (std::size_t k = 0; k < workers; ++k) {
        parents.push_back(pool.submit([&, how = static_cast<Wait>(random() % 5)] {
          all_run.arrive_and_wait();
          submit_and_wait(pool, how);
        }));
      }
      const bool reported = eventually([&] { return !watched.stalls(0).deadlocks.empty(); });
      pool.set_max_workers(workers + 1);
      static_cast<void>(wait(parents));
      QVERIFY(reported);
      QVERIFY(watched.stalls(0).deadlocks.empty());
    }
  }
};

QTEST_APPLESS_MAIN(StallsOfPoolsTest)
#include "stalls_of_pools_test.moc"
