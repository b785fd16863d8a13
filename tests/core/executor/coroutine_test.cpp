// SPDX-License-Identifier: Apache-2.0
#include "core/executor/coroutine.h"

#include "support.h"

#include <QtTest>

#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;

namespace {

Future<std::thread::id> thread_after_schedule(ThreadPoolExecutor& pool) {
  co_await schedule(pool, {.name = "move over"});
  co_return std::this_thread::get_id();
}

Future<int> sum_of(ThreadPoolExecutor& pool, int count) {
  int sum = 0;
  for (int i = 1; i <= count; ++i) {
    sum += co_await pool.submit([i] { return i; });
  }
  co_return sum;
}

Future<std::string> outcome_of(Future<int> future) {
  try {
    co_return std::to_string(co_await future);
  } catch (const std::exception& error) {
    co_return error.what();
  }
}

Future<std::string> outcome_of_schedule(ThreadPoolExecutor& pool) {
  try {
    co_await schedule(pool);
    co_return "ran";
  } catch (const std::exception& error) {
    co_return error.what();
  }
}

/// A coroutine of another library, which throws its errors at whoever resumes it.
struct Rethrowing {
  struct promise_type {
    Rethrowing get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const { throw; }
  };
  std::coroutine_handle<> coroutine;
};

Rethrowing rethrowing_schedule(ThreadPoolExecutor& pool) {
  co_await schedule(pool);
}

Future<void> fails(ThreadPoolExecutor& pool) {
  co_await schedule(pool);
  throw std::domain_error("in the coroutine");
}

Future<std::unique_ptr<int>> doubled(Future<std::unique_ptr<int>> future) {
  std::unique_ptr<int> value = co_await std::move(future);
  *value *= 2;
  co_return value;
}

Future<int&> reference(ThreadPoolExecutor& pool, int& value) {
  co_await schedule(pool);
  co_return value;
}

Future<int> keeps(ThreadPoolExecutor& pool, std::shared_ptr<int> kept) {
  co_await schedule(pool);
  co_return *kept;
}

/// Cannot be moved, and throws when it is copied for the `fails_at`-th time.
struct BadCopy {
  explicit BadCopy(int fails_at) : left(fails_at) {}
  BadCopy(const BadCopy& other) : left(other.left - 1) {
    if (left == 0) {
      throw std::domain_error("copy");
    }
  }
  BadCopy& operator=(const BadCopy&) = delete;
  int left;
};

Future<BadCopy> copies(ThreadPoolExecutor& pool, int fails_at) {
  co_await schedule(pool);
  co_return BadCopy(fails_at);
}

/// Throws when it is destroyed, unless it was moved from.
struct BadDestructor {
  BadDestructor() = default;
  BadDestructor(BadDestructor&& other) noexcept : armed(std::exchange(other.armed, false)) {}
  BadDestructor& operator=(BadDestructor&&) = delete;
  ~BadDestructor() noexcept(false) {
    if (armed) {
      throw std::domain_error("destructor");
    }
  }
  bool armed = true;
};

template <typename R>
Future<R> with_argument(ThreadPoolExecutor& pool, BadDestructor /*kept*/) {
  co_await schedule(pool);
  if constexpr (!std::is_void_v<R>) {
    co_return R();
  }
}

}  // namespace

class CoroutineTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void schedule_goesOnOnAWorker() {
    ThreadPoolExecutor pool({.max_workers = 1});
    const auto worker = pool.submit([] { return std::this_thread::get_id(); }).result();
    QVERIFY(thread_after_schedule(pool).result() == worker);
    QVERIFY(worker != std::this_thread::get_id());
  }

  void awaitedFuture_givesItsValue_andBlocksNoWorker() {
    ThreadPoolExecutor pool(
        {.max_workers = 1});  // a worker that waited for the next would wait for ever
    const auto all = [](ThreadPoolExecutor& on) -> Future<int> {
      co_await schedule(on);
      co_return co_await sum_of(on, 100);
    };
    QCOMPARE(all(pool).result(), 5050);
  }

  void doneFutures_manyInARow_doNotNest() {
    const auto all = []() -> Future<int> {
      int sum = 0;
      for (int i = 0; i < 200'000; ++i) {
        Promise<int> promise;
        promise.set_result(1);
        sum += co_await promise.future();
      }
      co_return sum;
    };
    QCOMPARE(all().result(), 200'000);
  }

  void awaitedFuture_throwsItsError_orThatItWasCancelled() {
    ThreadPoolExecutor pool({.max_workers = 1});
    QCOMPARE(outcome_of(pool.submit([]() -> int { throw std::domain_error("oops"); })).result(),
             std::string("oops"));
    pool.pause();
    const Future<int> queued = pool.submit([] { return 1; });
    const Future<std::string> outcome = outcome_of(queued);
    QVERIFY(!outcome.done());
    QVERIFY(!outcome.cancel());  // it runs
    queued.cancel();
    QVERIFY(outcome.done());  // went on in this thread
    QCOMPARE(outcome.result(), std::string(CancelledError().what()));
  }

  void schedule_thatIsCancelled_goesOnWithCancelledError() {
    ThreadPoolExecutor pool({.max_workers = 1});
    pool.pause();
    const Future<std::string> outcome = outcome_of_schedule(pool);
    QVERIFY(!outcome.done());
    pool.shutdown(true, true);
    QCOMPARE(outcome.result(), std::string(CancelledError().what()));
  }

  void s13_schedule_onAPoolThatBreaks_throwsBrokenThreadPool() {
    Gate gate;
    ThreadPoolExecutor pool({.max_workers = 1, .initializer = [&] {
                               gate.pass();
                               throw std::domain_error("no database");
                             }});
    const auto broken = [](ThreadPoolExecutor& on) -> Future<bool> {
      try {
        co_await schedule(on);
        co_return false;
      } catch (const BrokenThreadPool&) {
        co_return true;
      }
    };
    const Future<bool> outcome = broken(pool);
    gate.open();
    QVERIFY(outcome.result());
  }

  void schedule_afterShutdown_throwsAtOnce() {
    ThreadPoolExecutor pool({.max_workers = 1});
    pool.shutdown();
    const Future<std::string> outcome = outcome_of_schedule(pool);
    QVERIFY(outcome.done());
    QCOMPARE(outcome.result(), std::string("cannot schedule new futures after shutdown"));
  }

  void errorOfACoroutine_isInItsFuture() {
    ThreadPoolExecutor pool({.max_workers = 1});
    QVERIFY_EXCEPTION_THROWN(fails(pool).result(), std::domain_error);
  }

  void errorOfAResultsOwnCopy_isInItsFuture_howeverOftenItIsCopied() {
    ThreadPoolExecutor pool({.max_workers = 1});
    bool failed = true;
    int copied = 0;
    while (failed) {
      failed = copies(pool, ++copied).exception() != nullptr;
    }
    QVERIFY(copied > 2);
  }

  void errorOfAnArgumentsDestructor_isInItsFuture() {
#if defined(__SANITIZE_ADDRESS__)
    QSKIP("g++ 12 does not free the frame then");
#endif
    ThreadPoolExecutor pool({.max_workers = 1});
    QVERIFY_EXCEPTION_THROWN(with_argument<int>(pool, BadDestructor()).result(), std::domain_error);
    QVERIFY_EXCEPTION_THROWN(with_argument<void>(pool, BadDestructor()).result(),
                             std::domain_error);
  }

  void moveOnlyAndReferenceResults_passThrough() {
    ThreadPoolExecutor pool({.max_workers = 1});
    QCOMPARE(*doubled(pool.submit([] { return std::make_unique<int>(21); })).result(), 42);
    int value = 5;
    QCOMPARE(&reference(pool, value).result(), &value);
  }

  void frame_isGoneBeforeTheResultIsVisible() {
    ThreadPoolExecutor pool({.max_workers = 2});
    for (int i = 0; i < 500; ++i) {
      auto kept = std::make_shared<int>(i);
      const std::weak_ptr<int> watched = kept;
      const Future<int> future = keeps(pool, std::move(kept));
      QCOMPARE(future.result(), i);
      QVERIFY(watched.expired());
    }
  }

  void manyCoroutines_onAFewWorkers_allEnd() {
    ThreadPoolExecutor pool({.max_workers = 4});
    std::vector<Future<int>> futures;
    for (int i = 0; i < 1'000; ++i) {
      futures.push_back(sum_of(pool, 10));
    }
    int sum = 0;
    for (const auto& future : futures) {
      sum += future.result();
    }
    QCOMPARE(sum, 55'000);
  }

  void cancelledSchedule_ofACoroutineThatRethrows_endsNoProcess() {
    BusyPool busy;
    const Rethrowing other = rethrowing_schedule(busy.pool);
    busy.pool.shutdown(false, true);
    QVERIFY(other.coroutine.done());
    other.coroutine.destroy();
  }
};

QTEST_APPLESS_MAIN(CoroutineTest)
#include "coroutine_test.moc"
