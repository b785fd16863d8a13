// SPDX-License-Identifier: Apache-2.0
// Walks through the slowest, the longest queued and the failed tasks, beside going through all.
#include "core/session/task_walk.h"

#include "core/session/session.h"
#include "core/session/task_kind.h"
#include "core/session/task_query.h"
#include "random_stream.h"
#include "seed.h"
#include "session_pair.h"

#include <QTest>

#include <algorithm>
#include <cstdio>
#include <random>
#include <stop_token>
#include <string>
#include <vector>

using namespace poolscope;
using namespace poolscope::session;
using trace::Event;
using trace::EventKind;
using trace::Outcome;

namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr int kStreams = 8;
#else
constexpr int kStreams = 40;
#endif

const std::stop_token kGoOn;
constexpr WalkOrder kOrders[] = {WalkOrder::slowest, WalkOrder::longest_queued, WalkOrder::failed};

std::vector<TaskKey> keys_of(const std::vector<Event>& events, std::uint32_t process) {
  std::vector<TaskKey> keys;
  for (const Event& event : events) {
    keys.push_back({process, event.task});
  }
  std::ranges::sort(keys);
  keys.erase(std::ranges::unique(keys).begin(), keys.end());
  return keys;
}

/// A walk, slow and obvious.
std::vector<WalkPlace> brute(const Snapshot& snapshot, const std::vector<TaskKey>& keys,
                             const TaskWalk& walk, const std::optional<std::string>& kind) {
  std::vector<WalkPlace> places;
  for (const TaskKey& key : keys) {
    const std::optional<Task> task = snapshot.task(key);
    if (!task || task->forgotten || (kind && kind_of(task->name) != *kind)) {
      continue;
    }
    const std::optional<WalkPlace> place = walk_place(*task, walk.order);
    const auto counted = walk.order == WalkOrder::longest_queued ? task->started : task->finished;
    if (place && counted && *counted >= walk.begin && *counted < walk.end) {
      places.push_back(*place);
    }
  }
  std::ranges::sort(places, [](const WalkPlace& a, const WalkPlace& b) { return a < b; });
  return places;
}

void compare(const Snapshot& snapshot, const TaskWalk& walk, const std::vector<WalkPlace>& places,
             const WalkPlace& place) {
  const WalkAnswer answer = snapshot.walk_tasks(walk, place, kGoOn);
  const auto less = [](const WalkPlace& a, const WalkPlace& b) { return a < b; };
  const auto at = std::ranges::lower_bound(places, place, less);
  const auto next = std::ranges::upper_bound(places, place, less);
  QCOMPARE(answer.total, places.size());
  QCOMPARE(answer.before, static_cast<std::uint64_t>(at - places.begin()));
  QCOMPARE(answer.next.has_value(), next != places.end());
  QVERIFY(!answer.next || *answer.next == *next);
  QCOMPARE(answer.previous.has_value(), at != places.begin());
  QVERIFY(!answer.previous || *answer.previous == *std::prev(at));
}

/// Walks at random, each from places at random.
void compare_walks(const Snapshot& snapshot, const std::vector<TaskKey>& keys,
                   std::mt19937_64& random, int rounds) {
  const auto length = static_cast<std::uint64_t>(snapshot.end() - snapshot.begin() + 1);
  for (int round = 0; round < rounds; ++round) {
    for (const WalkOrder order : kOrders) {
      TaskWalk walk{.order = order};
      if (random() % 2 == 0) {
        walk.begin = snapshot.begin() - 5 + static_cast<TimeNs>(random() % length);
        walk.end = walk.begin + static_cast<TimeNs>(random() % length);
      }
      std::optional<std::string> kind;
      TaskQuery query("");
      if (random() % 3 == 0) {
        kind = std::vector<std::string>{"alpha", "beta", "", "page"}[random() % 4];
        query = TaskQuery::of_kind(*kind);
        QVERIFY(query.read_names(snapshot));
        walk.kind = &query;
      }
      const std::vector<WalkPlace> places = brute(snapshot, keys, walk, kind);
      WalkPlace place;
      for (int i = 0; i < 6 && !QTest::currentTestFailed(); ++i) {
        compare(snapshot, walk, places, place);
        place = places.empty() || random() % 4 == 0
                    ? WalkPlace::behind(static_cast<TimeNs>(random() % 200))
                    : places[i == 0 ? 0 : random() % places.size()];
      }
      if (QTest::currentTestFailed()) {
        return;
      }
    }
  }
}

/// Tasks one after the other on one lane, each queued some time before it starts.
struct Made {
  std::string name = {};
  TimeNs wait = 5;
  TimeNs run = 10;
  bool failed = false;
};
std::vector<Event> events_of(const std::vector<Made>& tasks, trace::Directory& directory) {
  std::vector<Event> events;
  TimeNs time = 1'000'000;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const auto at = [](TimeNs moment) { return static_cast<std::uint64_t>(moment); };
    const Made& task = tasks[i];
    events.push_back({at(time - task.wait), i + 1, 2, EventKind::task_queued, Outcome::ok, 1,
                      directory.intern(task.name)});
    events.push_back({at(time), i + 1, 1, EventKind::task_started, Outcome::ok, 1, 0});
    time += task.run;
    events.push_back({at(time), i + 1, 1, EventKind::task_finished,
                      task.failed ? Outcome::error : Outcome::ok, 1, 0});
    ++time;
  }
  return events;
}

std::shared_ptr<const Snapshot> session_of(const std::vector<Made>& tasks) {
  Session session;
  const auto directory = directory_of(2);
  const auto sink = session.add_process(directory);
  sink->consume(events_of(tasks, *directory));
  sink->consume({});
  return session.snapshot();
}

std::uint64_t task_of(const std::optional<WalkPlace>& place) {
  return place ? place->task.task : 0;
}

}  // namespace

class TaskWalkTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    std::fprintf(stderr, "POOLSCOPE_SEED=%llu\n", static_cast<unsigned long long>(seed()));
  }
  void kind_isTheNameWithoutItsNumber_data();
  void kind_isTheNameWithoutItsNumber();
  void slowest_comeLongestFirst_equalOnesInTime();
  void failed_comeInTime_alsoWithoutAStart();
  void kind_meansNames_notErrors();
  void range_agreesWithItsStatistics();
  void anyStream_agreesWithGoingThroughAll_data();
  void anyStream_agreesWithGoingThroughAll();
  void manyTasks_agreeWithGoingThroughAll();
  void limitedMemory_passesOverForgottenTasks();
  void growingSession_staysRight();
  void stopped_returns();
  void emptySession_hasNothing();
};

void TaskWalkTest::kind_isTheNameWithoutItsNumber_data() {
  QTest::addColumn<QString>("name");
  QTest::addColumn<QString>("kind");
  QTest::newRow("no number") << "fetch page"
                             << "fetch page";
  QTest::newRow("number") << "fetch page 17"
                          << "fetch page";
  QTest::newRow("number behind a sign") << "page #17"
                                        << "page";
  QTest::newRow("number at once") << "page17"
                                  << "page";
  QTest::newRow("number alone") << "17"
                                << "";
  QTest::newRow("sign without a number") << "page_"
                                         << "page_";
  QTest::newRow("nothing") << ""
                           << "";
  QTest::newRow("white space") << " \t "
                               << "";
}

void TaskWalkTest::kind_isTheNameWithoutItsNumber() {
  QFETCH(QString, name);
  const std::string text = name.toStdString();
  QTEST(QString::fromUtf8(kind_of(text)), "kind");
}

void TaskWalkTest::slowest_comeLongestFirst_equalOnesInTime() {
  const auto snapshot =
      session_of({{.run = 30}, {.wait = 9, .run = 50}, {.run = 30}, {.run = 40, .failed = true}});
  std::vector<std::uint64_t> walked;
  WalkPlace place;
  const TaskWalk walk{.order = WalkOrder::slowest};
  for (auto next = snapshot->walk_tasks(walk, place, kGoOn).next; next;
       next = snapshot->walk_tasks(walk, place, kGoOn).next) {
    place = *next;
    walked.push_back(place.task.task);
  }
  QCOMPARE(walked, (std::vector<std::uint64_t>{2, 4, 1, 3}));
  QCOMPARE(snapshot->walk_tasks(walk, place, kGoOn).before, 3U);
  QCOMPARE(task_of(snapshot->walk_tasks(walk, place, kGoOn).previous), 1U);
  const TaskWalk queued{.order = WalkOrder::longest_queued};
  QCOMPARE(task_of(snapshot->walk_tasks(queued, {}, kGoOn).next), 2U);
  // How many were faster: all but those that took as long, or longer.
  const WalkAnswer slower = snapshot->walk_tasks(walk, WalkPlace::behind(30), kGoOn);
  QCOMPARE(slower.total - slower.before, 0U);
  const WalkAnswer than40 = snapshot->walk_tasks(walk, WalkPlace::behind(40), kGoOn);
  QCOMPARE(than40.total - than40.before, 2U);
}

void TaskWalkTest::failed_comeInTime_alsoWithoutAStart() {
  Session session;
  const auto directory = directory_of(2);
  const auto sink = session.add_process(directory);
  std::vector<Event> events = events_of({{.failed = true}, {}, {.failed = true}}, *directory);
  events.push_back({events.back().time_ns + 5, 9, 1, EventKind::task_finished, Outcome::error, 1,
                    0});  // its start was lost
  sink->consume(events);
  sink->consume({});
  const auto snapshot = session.snapshot();
  const TaskWalk walk{.order = WalkOrder::failed};
  const WalkAnswer first = snapshot->walk_tasks(walk, {}, kGoOn);
  QCOMPARE(first.total, 3U);
  QCOMPARE(task_of(first.next), 1U);
  const WalkAnswer second = snapshot->walk_tasks(walk, *first.next, kGoOn);
  QCOMPARE(task_of(second.next), 3U);
  const WalkAnswer third = snapshot->walk_tasks(walk, *second.next, kGoOn);
  QCOMPARE(task_of(third.next), 9U);
  QCOMPARE(third.before, 1U);
  QCOMPARE(task_of(third.previous), 1U);
}

void TaskWalkTest::kind_meansNames_notErrors() {
  Session session;
  const auto directory = directory_of(2);
  const auto sink = session.add_process(directory);
  std::vector<Event> events = events_of(
      {{"page 1"}, {"other", 5, 10, true}, {"page 2"}, {"pager"}, {"Page"}, {""}}, *directory);
  for (Event& event : events) {
    if (event.outcome == Outcome::error) {
      event.detail = trace::finished_detail(0, directory->intern("page"));
    }
  }
  sink->consume(events);
  sink->consume({});
  const auto snapshot = session.snapshot();
  TaskQuery query = TaskQuery::of_kind("page");
  QVERIFY(query.read_names(*snapshot));
  QCOMPARE(snapshot->find_tasks(query, 0, 1, 0, {}, kGoOn).total, 2U);
  const auto first = snapshot->next_match(query, {}, kGoOn);
  QVERIFY(first && first->task.task == 1);
  const auto second = snapshot->next_match(query, *first, kGoOn);
  QVERIFY(second && second->task.task == 3);
  QVERIFY(!snapshot->next_match(query, *second, kGoOn));
  TaskQuery nameless = TaskQuery::of_kind("");
  QVERIFY(nameless.read_names(*snapshot));
  QCOMPARE(snapshot->find_tasks(nameless, 0, 1, 0, {}, kGoOn).total, 1U);
}

void TaskWalkTest::range_agreesWithItsStatistics() {
  std::mt19937_64 random(seed());
  const StreamOptions options{.steps = 4000, .distinct = true, .drop = 0.02};
  Session session;
  const auto sink = session.add_process(directory_of(options.workers + options.callers));
  feed(*sink, random_stream(options, random), random);
  const auto snapshot = session.snapshot();
  const auto length = static_cast<std::uint64_t>(snapshot->end() - snapshot->begin());
  for (int round = 0; round < 50; ++round) {
    const TimeNs begin = snapshot->begin() + static_cast<TimeNs>(random() % length);
    const TimeNs end = begin + static_cast<TimeNs>(random() % length);
    const Statistics figures = snapshot->statistics(begin, end);
    const auto walk = [&](WalkOrder order) {
      return snapshot->walk_tasks({.order = order, .begin = begin, .end = end}, {}, kGoOn);
    };
    const auto seconds = [](const std::optional<WalkPlace>& place) {
      return place ? static_cast<double>(place->length) * 1e-9 : 0;
    };
    const Distribution runs = figures.run_time.value_or(Distribution{});
    const Distribution waits = figures.queue_wait.value_or(Distribution{});
    QCOMPARE(walk(WalkOrder::slowest).total, runs.count);
    QCOMPARE(seconds(walk(WalkOrder::slowest).next), runs.max);
    QCOMPARE(walk(WalkOrder::longest_queued).total, waits.count);
    QCOMPARE(seconds(walk(WalkOrder::longest_queued).next), waits.max);
    QCOMPARE(walk(WalkOrder::failed).total, figures.failed);
  }
}

void TaskWalkTest::anyStream_agreesWithGoingThroughAll_data() {
  QTest::addColumn<bool>("distinct");
  QTest::addColumn<double>("drop");
  QTest::addColumn<double>("swap");
  QTest::addColumn<double>("overlap");
  QTest::newRow("as it should be") << true << 0.0 << 0.0 << 0.0;
  QTest::newRow("many at the same time") << false << 0.0 << 0.0 << 0.0;
  QTest::newRow("events lost") << false << 0.1 << 0.0 << 0.0;
  QTest::newRow("out of order") << false << 0.02 << 0.1 << 0.0;
  QTest::newRow("two at once on a lane") << false << 0.02 << 0.02 << 0.4;
}

void TaskWalkTest::anyStream_agreesWithGoingThroughAll() {
  QFETCH(bool, distinct);
  QFETCH(double, drop);
  QFETCH(double, swap);
  QFETCH(double, overlap);
  std::mt19937_64 random(seed());
  for (int round = 0; round < kStreams; ++round) {
    const StreamOptions options{.steps = 50 + static_cast<int>(random() % 4000),
                                .workers = 1 + static_cast<int>(random() % 6),
                                .max_gap = distinct ? 20 : static_cast<int>(random() % 4),
                                .distinct = distinct,
                                .drop = drop,
                                .swap = swap,
                                .overlap = overlap,
                                .id_step = 1 + random() % 40,
                                .roam = random() % 2 == 0};
    Session session;
    std::vector<TaskKey> keys;
    for (std::uint32_t process = 0; process < 2; ++process) {
      const auto sink = session.add_process(directory_of(options.workers + options.callers));
      const std::vector<Event> events = random_stream(options, random);
      feed(*sink, events, random);
      std::ranges::copy(keys_of(events, process), std::back_inserter(keys));
    }
    compare_walks(*session.snapshot(), keys, random, 6);
    if (QTest::currentTestFailed()) {
      return;
    }
  }
}

void TaskWalkTest::manyTasks_agreeWithGoingThroughAll() {
  // Long stretches alike, so that blocks of the lane's runs are passed over or taken whole; so many
  // that several threads go through them.
  std::mt19937_64 random(seed());
  std::vector<Made> tasks;
  std::vector<TaskKey> keys;
  while (tasks.size() < 150'000) {
    const std::size_t length = 1 + random() % 9000;
    const TimeNs usual = 1 + static_cast<TimeNs>(random() % 50);
    const std::string name =
        std::vector<std::string>{"alpha", "beta", "gamma", "page 1"}[random() % 4];
    for (std::size_t i = 0; i < length; ++i) {
      const bool rare = random() % 2000 == 0;
      tasks.push_back({name, usual + static_cast<TimeNs>(random() % (rare ? 5000 : 20)),
                       usual + static_cast<TimeNs>(random() % (rare ? 5000 : 20)),
                       random() % 3000 == 0});
      keys.push_back({0, tasks.size()});
    }
  }
  compare_walks(*session_of(tasks), keys, random, 5);
}

void TaskWalkTest::limitedMemory_passesOverForgottenTasks() {
  std::mt19937_64 random(seed());
  const StreamOptions options{.steps = 30'000, .distinct = true};
  const std::vector<Event> events = random_stream(options, random);
  Session limited;
  limited.set_memory_limit(1);
  const auto sink = limited.add_process(directory_of(options.workers + options.callers));
  for (std::size_t i = 0; i < events.size(); i += 100) {
    sink->consume({events.data() + i, std::min<std::size_t>(100, events.size() - i)});
    sink->consume({});
  }
  const auto snapshot = limited.snapshot();
  QVERIFY(snapshot->complete_since());
  const std::vector<TaskKey> keys = keys_of(events, 0);
  const auto known = brute(*snapshot, keys, {.order = WalkOrder::slowest}, {});
  QVERIFY(!known.empty() && known.size() < snapshot->task_count() / 2);
  compare_walks(*snapshot, keys, random, 20);
}

void TaskWalkTest::growingSession_staysRight() {
  std::mt19937_64 random(seed());
  const StreamOptions options{.steps = 20'000};
  const std::vector<Event> events = random_stream(options, random);
  Session session;
  const auto sink = session.add_process(directory_of(options.workers + options.callers));
  const std::vector<TaskKey> keys = keys_of(events, 0);
  const std::size_t step = events.size() / 8;
  for (std::size_t i = 0; i < events.size(); i += step) {
    sink->consume({events.data() + i, std::min(step, events.size() - i)});
    sink->consume({});
    compare_walks(*session.snapshot(), keys, random, 2);
  }
}

void TaskWalkTest::stopped_returns() {
  const auto snapshot = session_of(std::vector<Made>(3000, Made{.failed = true}));
  std::stop_source stopped;
  stopped.request_stop();
  for (const WalkOrder order : kOrders) {
    QVERIFY(snapshot->walk_tasks({.order = order}, {}, stopped.get_token()).total < 3000);
    QCOMPARE(snapshot->walk_tasks({.order = order}, {}, kGoOn).total, 3000U);
  }
}

void TaskWalkTest::emptySession_hasNothing() {
  const Session session;
  for (const WalkOrder order : kOrders) {
    const WalkAnswer answer = session.snapshot()->walk_tasks({.order = order}, {}, kGoOn);
    QCOMPARE(answer.total, 0U);
    QVERIFY(!answer.next && !answer.previous);
  }
}

QTEST_APPLESS_MAIN(TaskWalkTest)
#include "task_walk_test.moc"
