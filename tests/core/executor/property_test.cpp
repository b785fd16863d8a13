// SPDX-License-Identifier: Apache-2.0
#include "support.h"

#include <QtTest>

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;
using trace::EventKind;

namespace {

using Events = std::vector<trace::Event>;

/// What a random program did, for the checks.
struct Run {
  std::size_t max_workers = 1;  // at the beginning
  Events events;
  std::uint64_t lost = 0;
  std::vector<Future<int>> futures;
  std::vector<int> callbacks;  // calls, by future
};

/// A pool, a few dozen random calls from one thread and from tasks, and its end.
class RandomProgram {
 public:
  explicit RandomProgram(std::uint64_t seed) : random_(seed) {}

  Run run() {
    Traced traced;
    ExecutorOptions options;
    options.max_workers = run_.max_workers = 1 + pick(4);
    options.queue_discipline = static_cast<QueueDiscipline>(pick(4));
    options.queue_capacity = pick(3) == 0 ? 1 + pick(4) : 0;
    options.tracer = &traced.tracer;
    counts_ = std::make_unique<std::atomic<int>[]>(kMostTasks);
    {
      ThreadPoolExecutor pool(options);
      const std::size_t steps = 5 + pick(40);
      for (std::size_t i = 0; i < steps; ++i) {
        step(pool);
      }
      finish(pool);
    }
    run_.events = traced.events();
    run_.lost = traced.tracer.lost_events();
    for (std::size_t i = 0; i < run_.futures.size(); ++i) {
      run_.callbacks.push_back(counts_[i]);
    }
    return std::move(run_);
  }

 private:
  static constexpr std::size_t kMostTasks = 64;

  std::size_t pick(std::size_t count) { return random_() % count; }

  void step(ThreadPoolExecutor& pool) {
    switch (pick(10)) {
      case 0:
        pool.set_max_workers(1 + pick(5));
        break;
      case 1:
        pool.pause();
        break;
      case 2:
        pool.resume();
        break;
      case 3:
        if (!run_.futures.empty()) {
          run_.futures[pick(run_.futures.size())].cancel();
        }
        break;
      case 4:
        if (!run_.futures.empty()) {
          pool.resume();
          static_cast<void>(wait(std::vector{run_.futures[pick(run_.futures.size())]}));
        }
        break;
      default:
        submit(pool);
    }
  }

  void submit(ThreadPoolExecutor& pool) {
    const std::size_t kind = pick(6);
    // By try_submit(): a paused pool with a full queue would hold the program for ever.
    auto future = pool.try_submit({.priority = int(pick(3))}, [&pool, kind]() -> int {
      switch (kind) {
        case 0:
          throw std::domain_error("random");
        case 1:
          try {
            pool.submit([] {});
          } catch (const std::runtime_error&) {
            return -1;  // after the shutdown
          }
          return 1;
        case 2:
          for (int i = 0; i < 20; ++i) {
            std::this_thread::yield();
          }
          return 2;
        default:
          return 3;
      }
    });
    if (future) {
      std::atomic<int>& count = counts_[run_.futures.size()];
      run_.futures.push_back(*future);
      future->add_done_callback([&count](const Future<int>&) { ++count; });
    }
  }

  void finish(ThreadPoolExecutor& pool) {
    switch (pick(4)) {
      case 0:
        pool.shutdown();
        break;
      case 1:
        pool.shutdown(true, true);
        break;
      case 2:
        pool.shutdown(false, pick(2) == 0);
        break;
      default:
        break;  // the destructor's
    }
  }

  std::minstd_rand random_;
  std::unique_ptr<std::atomic<int>[]> counts_;
  Run run_;
};

/// The invariants, each an empty text or what is wrong. Numbers as in the list of the executor's
/// semantics.
class Checker {
 public:
  explicit Checker(const Run& run) : run_(run), max_(run.max_workers) {}

  std::string check() {
    for (const trace::Event& event : run_.events) {
      take(event);
    }
    expect(queued_ == started_.size() + cancelled_, "I1: tasks are left in the queue");
    expect(finished_.size() == queued_, "I2: a task has no end");
    expect(alive_.empty(), "I3: a worker has no end");
    expect(blocked_.empty(), "I10: a thread is blocked for ever");
    expect(run_.lost == 0, "events were lost");
    for (std::size_t i = 0; i < run_.futures.size(); ++i) {
      expect(run_.futures[i].done(), "I9: a future is not done");
      expect(run_.callbacks[i] == 1,
             "I9: a callback was called " + std::to_string(run_.callbacks[i]) + " times");
    }
    return wrong_;
  }

 private:
  void expect(bool holds, const std::string& text) {
    if (!holds && wrong_.empty()) {
      wrong_ = text;
    }
  }

  void take(const trace::Event& event) {
    switch (event.kind) {
      case EventKind::task_queued:
        ++queued_;
        break;
      case EventKind::task_started:
        expect(!paused_, "I7: a task started in a paused pool");
        expect(started_.emplace(event.task, event.thread).second, "I2: a task started twice");
        expect(alive_.contains(event.thread), "I3: a task started on no worker");
        expect(running_.emplace(event.thread, event.task).second, "I3: tasks of a worker overlap");
        expect(running_.size() <= alive_.size(), "I4: more tasks than workers");
        break;
      case EventKind::task_finished:
        finish(event);
        break;
      case EventKind::worker_started:
        expect(alive_.size() < max_, "I4: a worker too many");
        expect(alive_.insert(event.thread).second, "I3: a worker started twice");
        break;
      case EventKind::worker_exited:
        expect(!running_.contains(event.thread), "P4: a worker left its task");
        expect(alive_.erase(event.thread) == 1, "I3: a worker ended twice");
        expect(event.detail == 1 || shut_down_, "P3: a worker left that was not surplus");
        break;
      case EventKind::max_workers_changed:
        expect(trace::max_workers_before(event.detail) == max_, "P1: the old number is wrong");
        max_ = trace::max_workers_now(event.detail);
        break;
      case EventKind::pool_shut_down:
        shut_down_ = true;
        break;
      case EventKind::paused:
        paused_ = true;
        break;
      case EventKind::resumed:
        paused_ = false;
        break;
      case EventKind::blocked_begin:
        expect(blocked_.emplace(event.thread, event.detail).second, "I10: blocked twice");
        break;
      case EventKind::blocked_end:
        expect(blocked_.contains(event.thread) && blocked_[event.thread] == event.detail,
               "I10: an end without its begin");
        blocked_.erase(event.thread);
        break;
      case EventKind::result_delivered:
        expect(finished_.contains(event.task), "I10: delivered before it was finished");
        break;
      default:
        break;
    }
    expect(started_.size() + cancelled_ <= queued_, "I1: more tasks started than were queued");
  }

  void finish(const trace::Event& event) {
    expect(finished_.insert(event.task).second, "I2: a task ended twice");
    const auto started = started_.find(event.task);
    if (event.outcome == trace::Outcome::cancelled) {
      expect(started == started_.end(), "P9: a task that ran was cancelled");
      ++cancelled_;
      return;
    }
    expect(started != started_.end() && started->second == event.thread,
           "I2: a task ended on another worker");
    expect(running_.erase(event.thread) == 1, "I3: a task ended that did not run");
  }

  const Run& run_;
  std::string wrong_;
  std::size_t max_;
  std::size_t queued_ = 0;
  std::size_t cancelled_ = 0;
  std::map<std::uint64_t, trace::ThreadId> started_;
  std::set<std::uint64_t> finished_;
  std::map<trace::ThreadId, std::uint64_t> running_;
  std::map<trace::ThreadId, std::uint64_t> blocked_;
  std::set<trace::ThreadId> alive_;
  bool paused_ = false;
  bool shut_down_ = false;
};

}  // namespace

class PropertyTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void randomPrograms_keepTheInvariants() {
    const QByteArray given = qgetenv("POOLSCOPE_SEED");
    const std::uint64_t seed =
        given.isEmpty() ? std::uint64_t(std::random_device()()) : given.toULongLong();
    qInfo("POOLSCOPE_SEED=%llu", static_cast<unsigned long long>(seed));
    for (std::uint64_t i = 0; i < 3'000; ++i) {
      const Run run = RandomProgram(seed + i).run();
      const std::string wrong = Checker(run).check();
      QVERIFY2(
          wrong.empty(),
          qPrintable(
              QStringLiteral("program %1: %2").arg(seed + i).arg(QString::fromStdString(wrong))));
    }
  }
};

QTEST_APPLESS_MAIN(PropertyTest)
#include "property_test.moc"
