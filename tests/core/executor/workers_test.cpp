// SPDX-License-Identifier: Apache-2.0
#include "core/executor/native_thread.h"
#include "support.h"

#include <QtTest>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <pthread.h>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;
using trace::EventKind;

namespace {

std::string os_name() {
  std::array<char, 16> name = {};
  pthread_getname_np(pthread_self(), name.data(), name.size());
  return name.data();
}

}  // namespace

/// How a pool is made, and when its threads start.
class WorkersTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void s01_defaultMaxWorkers_isCoresPlusFour_atMost32() {
    const ThreadPoolExecutor pool;
    QCOMPARE(pool.max_workers(), std::min<std::size_t>(32, usable_cores() + 4));
  }

  void s01_defaultMaxWorkers_respectsTheAffinityMask() {
    std::size_t workers = 0;
    std::thread([&] {  // the mask is this thread's
      cpu_set_t one;
      CPU_ZERO(&one);
      CPU_SET(static_cast<unsigned>(sched_getcpu()), &one);
      sched_setaffinity(0, sizeof(one), &one);
      workers = default_max_workers();
    })
        .join();
    QCOMPARE(workers, std::size_t(5));
  }

  void s02_maxWorkersOutOfRange_leavesNothing() {
    std::atomic<int> living = 0;
    const ThreadPoolExecutor before;
    QVERIFY_THROWS_EXCEPTION(
        std::invalid_argument,
        ThreadPoolExecutor(
            {.max_workers = 0,
             .on_callback_error = [c = Counted(living)](const std::exception_ptr&) {}}));
    QCOMPARE(living.load(), 0);
    const ThreadPoolExecutor after;  // S5: no number is taken
    const auto number = [](const ThreadPoolExecutor& pool) {
      return std::stoi(pool.thread_name_prefix().substr(std::string("ThreadPoolExecutor-").size()));
    };
    QCOMPARE(number(after), number(before) + 1);
  }
  void s02_maxWorkersOutOfRange_throws_data() {
    QTest::addColumn<quint64>("count");
    QTest::addColumn<QByteArray>("words");
    QTest::newRow("0") << quint64(0) << QByteArray("max_workers must be greater than 0");
    QTest::newRow("4097") << quint64(4097)
                          << QByteArray("max_workers must not be greater than 4096");
    QTest::newRow("-1") << ~quint64(0) << QByteArray("max_workers must not be greater than 4096");
  }
  void s02_maxWorkersOutOfRange_throws() {
    QFETCH(quint64, count);
    QFETCH(QByteArray, words);
    try {
      const ThreadPoolExecutor pool({.max_workers = count});
      QFAIL("no exception");
    } catch (const std::invalid_argument& error) {
      QCOMPARE(QByteArray(error.what()), words);
    }
  }

  void s04_unusedPool_startsNoThread() {
    Traced traced;
    {
      const ThreadPoolExecutor pool({.max_workers = 4096, .tracer = &traced.tracer});
      QCOMPARE(pool.worker_count(), std::size_t(0));
    }
    QVERIFY(traced.of(EventKind::worker_started).empty());  // nor did its destructor
  }

  void s05_defaultPrefixes_areCounted() {
    const ThreadPoolExecutor first;
    const ThreadPoolExecutor named({.thread_name_prefix = "x"});
    const ThreadPoolExecutor second;
    const std::string stem = "ThreadPoolExecutor-";
    QVERIFY(first.thread_name_prefix().starts_with(stem));
    const int number = std::stoi(first.thread_name_prefix().substr(stem.size()));
    QCOMPARE(second.thread_name_prefix(), stem + std::to_string(number + 1));
    QCOMPARE(named.thread_name_prefix(), std::string("x"));
  }

  void s06_threadsStartOnlyWhenNoneIsIdle() {
    Gate gate;
    ThreadPoolExecutor pool({.max_workers = 3});
    pool.submit([] {}).result();
    QCOMPARE(pool.worker_count(), std::size_t(1));
    pool.submit([&] { gate.pass(); });
    gate.await(1);
    QCOMPARE(pool.worker_count(), std::size_t(1));
    pool.submit([&] { gate.pass(); });
    gate.await(2);
    const std::size_t workers = pool.worker_count();
    gate.open();
    QCOMPARE(workers, std::size_t(2));
  }

  void s06_submit_startsOneThreadAtMost_andClaimsAnIdleWorkerFirst() {
    ThreadPoolExecutor pool({.max_workers = 3});
    pool.submit([] {}).result();  // one worker, idle
    pool.pause();
    std::vector<std::size_t> workers;
    for (int i = 0; i < 5; ++i) {
      pool.submit([] {});
      workers.push_back(pool.worker_count());
    }
    pool.resume();
    QCOMPARE(workers, (std::vector<std::size_t>{1, 2, 3, 3, 3}));
  }

  void s07_submitThenResultRepeatedly_usesOneThread() {
    for (int round = 0; round < 20; ++round) {
      ThreadPoolExecutor pool({.max_workers = 8});
      for (int i = 0; i < 500; ++i) {
        QCOMPARE(pool.submit([i] { return i; }).result(), i);
      }
      QCOMPARE(pool.worker_count(), std::size_t(1));
    }
  }

  void s07_burst_startsAtMostMaxWorkers() {
    for (int round = 0; round < 100; ++round) {
      ThreadPoolExecutor pool({.max_workers = 8});
      for (int i = 0; i < 20; ++i) {
        pool.submit([] {});
      }
      const std::size_t workers = pool.worker_count();
      QVERIFY(workers >= 1 && workers <= 8);
    }
  }

  void s08_blockedTasks_startExactlyMaxWorkers() {
    Gate gate;
    ThreadPoolExecutor pool({.max_workers = 4});
    for (int i = 0; i < 60; ++i) {
      pool.submit([&] { gate.pass(); });
    }
    gate.await(4);
    const std::size_t workers = pool.worker_count();
    const std::size_t queued = pool.queue_depth();
    const std::size_t arrived = gate.arrived();
    gate.open();
    QCOMPARE(workers, std::size_t(4));
    QCOMPARE(queued, std::size_t(56));
    QCOMPARE(arrived, std::size_t(4));
  }

  void s09_idleWorkers_stay() {
    Gate gate;
    ThreadPoolExecutor pool({.max_workers = 3});
    std::vector<Future<void>> futures;
    for (int i = 0; i < 3; ++i) {
      futures.push_back(pool.submit([&] { gate.pass(); }));
    }
    gate.open();
    wait(futures);
    for (int i = 0; i < 100; ++i) {
      pool.submit([] {}).result();
    }
    QCOMPARE(pool.worker_count(), std::size_t(3));
  }

  void s10_threads_areNamedInOrder() {
    Gate gate;
    Traced traced;
    ThreadPoolExecutor pool(
        {.max_workers = 2, .thread_name_prefix = "a-very-long-prefix", .tracer = &traced.tracer});
    auto first = pool.submit([&] {
      gate.pass();
      return os_name();
    });
    gate.await(1);
    auto second = pool.submit([&] {
      gate.pass();
      return os_name();
    });
    gate.await(2);
    gate.open();
    QCOMPARE(first.result(), std::string("a-very-long-p_0"));
    QCOMPARE(second.result(), std::string("a-very-long-p_1"));
    const auto started = traced.of(EventKind::worker_started);
    QCOMPARE(started.size(), std::size_t(2));
    for (const auto& event : started) {  // whole in the trace
      QCOMPARE(traced.tracer.directory()->thread(event.thread).name,
               "a-very-long-prefix_" + std::to_string(trace::worker_index(event.detail)));
    }
  }

  void s11_noThreadAtAll_throwsAndKeepsNothing() {
    std::atomic<int> living = 0;
    ThreadPoolExecutor pool({.max_workers = 2});
    detail::refuse_thread_starts(1);
    QVERIFY_THROWS_EXCEPTION(std::system_error, pool.submit([c = Counted(living)] {}));
    QCOMPARE(living.load(), 0);
    QCOMPARE(pool.queue_depth(), std::size_t(0));
    QCOMPARE(pool.worker_count(), std::size_t(0));
    QCOMPARE(pool.submit([] { return 1; }).result(), 1);
  }

  void s11_noFurtherThread_isSaidOnce() {
    Traced traced;
    BusyPool busy({.max_workers = 3, .thread_name_prefix = "few", .tracer = &traced.tracer});
    detail::refuse_thread_starts(2);
    busy.pool.submit([] {});
    busy.pool.submit([] {});
    busy.gate.open();
    const auto markers = traced.of(EventKind::marker);
    QCOMPARE(markers.size(), std::size_t(1));
    QCOMPARE(traced.tracer.directory()->name(trace::NameId(markers[0].detail)),
             std::string_view("few: the system refuses another thread; 1 of 3 workers go on"));
  }

  void s11_noFurtherThread_isSaidOnStderr_withoutATracer() {
    CapturedStderr captured;
    BusyPool busy({.max_workers = 2, .thread_name_prefix = "few"});
    detail::refuse_thread_starts(1);
    busy.pool.submit([] {});
    busy.gate.open();
    QCOMPARE(captured.text(),
             std::string("poolscope: few: the system refuses another thread; 1 of 2 workers go "
                         "on\n"));
  }

  void s11_lastWorkerGone_andNoOtherStarts_breaksThePool() {
    Gate gate;
    ThreadPoolExecutor pool({.max_workers = 1});
    auto last = pool.submit([&] {
      gate.pass();
      pthread_exit(nullptr);
    });
    gate.await();
    auto stranded = pool.submit([] {});
    detail::refuse_thread_starts(1);
    gate.open();
    try {
      stranded.result(std::chrono::seconds(30));
      QFAIL("no exception");
    } catch (const BrokenThreadPool& error) {
      QVERIFY(std::string(error.what()).starts_with("No worker is left"));
      QVERIFY_THROWS_EXCEPTION(std::system_error, std::rethrow_if_nested(error));
    }
    QVERIFY_THROWS_EXCEPTION(BrokenThreadPool, pool.submit([] {}));
  }

  void s22_threadsThatTasksEnded_areJoinedOnTheWay() {
    ThreadPoolExecutor pool({.max_workers = 1});
    const auto mapped = [] {  // a thread's stack is mapped until it is joined
      std::ifstream maps("/proc/self/maps");
      return std::count(std::istreambuf_iterator<char>(maps), {}, '\n');
    };
    const auto end_threads = [&](int count) {
      for (int i = 0; i < count; ++i) {
        QVERIFY_THROWS_EXCEPTION(std::runtime_error,
                                 pool.submit([] { pthread_exit(nullptr); }).result());
      }
    };
    end_threads(50);
    const auto before = mapped();
    end_threads(500);
    QVERIFY(mapped() < before + 100);
  }

  void s11_noFurtherThread_carriesOnWithThoseThere() {
    BusyPool busy({.max_workers = 3});
    detail::refuse_thread_starts(1);
    auto second = busy.pool.submit([] { return 2; });
    const std::size_t workers = busy.pool.worker_count();
    busy.gate.open();
    QCOMPARE(second.result(), 2);
    QCOMPARE(workers, std::size_t(1));
  }
};

QTEST_APPLESS_MAIN(WorkersTest)
#include "workers_test.moc"
