// SPDX-License-Identifier: Apache-2.0
// Tasks looked for by name, error and id, beside going through all of them.
#include "core/session/column_edges.h"
#include "core/session/session.h"
#include "core/session/task_query.h"
#include "random_stream.h"
#include "seed.h"
#include "session_pair.h"

#include <QTest>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <numeric>
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

constexpr TaskMatch kPastAll{std::numeric_limits<TimeNs>::max(), {}};
const std::stop_token kGoOn;

bool isIn(const std::string& pattern, std::string_view text) {
  return !pattern.empty() && folded(text).find(folded(pattern)) != std::string::npos;
}

/// What a query of a text or of an id means, slow and obvious.
struct Brute {
  Brute(const Snapshot& snapshot, const std::vector<TaskKey>& keys, const std::string& text,
        std::uint64_t id) {
    for (const TaskKey& key : keys) {
      const std::optional<Task> task = snapshot.task(key);
      if (!task) {
        continue;
      }
      const bool failed = task->state == TaskState::failed && isIn(text, task->error);
      const bool named = isIn(text, task->name);
      if (!failed && !named && key.task != id) {
        continue;
      }
      if (task->forgotten) {
        ++forgotten;
        uncertain += named ? 0 : 1;
      } else {
        matches.push_back({*match_time(*task), key});
      }
    }
    std::ranges::sort(matches);
  }
  std::vector<TaskMatch> matches = {};  // known ones
  std::uint64_t forgotten = 0;
  std::uint64_t uncertain = 0;  // of those, not on any lane that is still told apart
};

void compare(const Snapshot& snapshot, const TaskQuery& query, const Brute& brute,
             std::mt19937_64& random) {
  const TimeNs length = snapshot.end() - snapshot.begin();
  const auto any = [&](TimeNs span) {
    return static_cast<TimeNs>(random() % static_cast<std::uint64_t>(std::max<TimeNs>(span, 1)));
  };
  const bool all = random() % 3 == 0;
  const TimeNs begin = all ? snapshot.begin() : snapshot.begin() - 5 + any(length);
  const TimeNs end = all ? snapshot.end() + 1 : begin + any(length + 10);
  const int columns = static_cast<int>(random() % 60);
  TaskMatch place{snapshot.begin() + any(length + 1), {}};
  if (!brute.matches.empty() && random() % 4 != 0) {
    place = brute.matches[random() % brute.matches.size()];
  }
  const FoundTasks found = snapshot.find_tasks(query, begin, end, columns, place, kGoOn);
  QCOMPARE(found.total, brute.matches.size() + brute.forgotten);
  QCOMPARE(found.forgotten, brute.forgotten);
  const auto at = std::ranges::lower_bound(brute.matches, place);
  QCOMPARE(found.before, static_cast<std::uint64_t>(at - brute.matches.begin()));

  const ColumnEdges edges(begin, end, columns);
  QCOMPARE(found.columns.size(), edges.size());
  for (std::size_t i = 0; i < edges.size() && brute.forgotten == 0; ++i) {
    const auto inside = std::ranges::count_if(brute.matches, [&](const TaskMatch& match) {
      return match.time >= edges.edge(i) && match.time < edges.edge(i + 1);
    });
    QCOMPARE(found.columns[i], static_cast<std::uint32_t>(inside));
  }
  if (all && columns > 0) {
    QCOMPARE(std::accumulate(found.columns.begin(), found.columns.end(), std::uint64_t{0}),
             found.total - brute.uncertain);
  }

  const auto next = std::ranges::upper_bound(brute.matches, place);
  const auto told = snapshot.next_match(query, place, kGoOn);
  QCOMPARE(told.has_value(), next != brute.matches.end());
  QVERIFY(!told || *told == *next);
  const auto before = snapshot.previous_match(query, place, kGoOn);
  QCOMPARE(before.has_value(), at != brute.matches.begin());
  QVERIFY(!before || *before == *std::prev(at));
  const auto first = snapshot.next_match(query, {}, kGoOn);
  const auto last = snapshot.previous_match(query, kPastAll, kGoOn);
  QCOMPARE(first.has_value(), !brute.matches.empty());
  QVERIFY(!first || (*first == brute.matches.front() && *last == brute.matches.back()));
}

/// Names and errors as given, ids 1, 2, ...; each ran for 10 ns, one after the other.
std::shared_ptr<const Snapshot> sessionOf(
    const std::vector<std::pair<std::string, std::string>>& tasks) {
  Session session;
  auto directory = directory_of(2);
  const auto sink = session.add_process(directory);
  std::vector<Event> events;
  std::uint64_t time = 1000;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const trace::NameId error = directory->intern(tasks[i].second);
    events.push_back({time, i + 1, 2, EventKind::task_queued, Outcome::ok, 1,
                      directory->intern(tasks[i].first)});
    events.push_back({time + 1, i + 1, 1, EventKind::task_started, Outcome::ok, 1, 0});
    events.push_back({time += 10, i + 1, 1, EventKind::task_finished,
                      error != 0 ? Outcome::error : Outcome::ok, 1,
                      trace::finished_detail(0, error)});
  }
  sink->consume(events);
  sink->consume({});
  return session.snapshot();
}

std::uint64_t countOf(const Snapshot& snapshot, TaskQuery query) {
  query.read_names(snapshot);
  return snapshot.find_tasks(query, 0, 1, 0, {}, kGoOn).total;
}

}  // namespace

class FindTasksTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    std::fprintf(stderr, "POOLSCOPE_SEED=%llu\n", static_cast<unsigned long long>(seed()));
  }
  void query_saysNameErrorAndId_data();
  void query_saysNameErrorAndId();
  void anyStream_agreesWithGoingThroughAll_data();
  void anyStream_agreesWithGoingThroughAll();
  void wholeBlocks_agreeWithGoingThroughAll();
  void limitedMemory_countsForgottenTasksByName();
  void narrowerQuery_findsTheSame();
  void growingSession_looksAtNewNamesOnly();
  void distinctNames_areAllLookedAt();
  void stopped_returnsAndIsAskedAgain();
  void emptySession_hasNothing();
};

void FindTasksTest::query_saysNameErrorAndId_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<int>("count");
  QTest::newRow("name") << QStringLiteral("fetch") << 3;
  QTest::newRow("name, any case, space around it") << QStringLiteral("  FETCH ") << 3;
  QTest::newRow("error") << QStringLiteral("timed out") << 2;
  QTest::newRow("name and error of one task count once") << QStringLiteral("o") << 2;
  QTest::newRow("id") << QStringLiteral("#2") << 1;
  QTest::newRow("a number is an id or in a name") << QStringLiteral("4") << 2;
  QTest::newRow("a number with a hash is an id alone") << QStringLiteral("#4") << 1;
  QTest::newRow("as a task is called") << QStringLiteral("fetch page 2") << 1;
  QTest::newRow("as the inspector calls it") << QStringLiteral("Fetch page #2") << 1;
  QTest::newRow("as a nameless task is called") << QStringLiteral("task 5") << 1;
  QTest::newRow("called otherwise") << QStringLiteral("parse 2") << 0;
  QTest::newRow("no such id") << QStringLiteral("#77") << 0;
  QTest::newRow("no task has it") << QStringLiteral("alpha") << 0;
  QTest::newRow("no id is 0") << QStringLiteral("#0") << 0;
  QTest::newRow("more than an id can be") << QStringLiteral("#99999999999999999999") << 0;
  QTest::newRow("nothing") << QStringLiteral(" ") << 0;
}

void FindTasksTest::query_saysNameErrorAndId() {
  QFETCH(QString, text);
  const auto snapshot = sessionOf({{"fetch page", ""},
                                   {"fetch page", "timed out"},
                                   {"parse no 4", "timed out"},
                                   {"Fetch page", ""},
                                   {"", ""}});
  QTEST(static_cast<int>(countOf(*snapshot, TaskQuery(text.toStdString()))), "count");
}

void FindTasksTest::anyStream_agreesWithGoingThroughAll_data() {
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

void FindTasksTest::anyStream_agreesWithGoingThroughAll() {
  QFETCH(bool, distinct);
  QFETCH(double, drop);
  QFETCH(double, swap);
  QFETCH(double, overlap);
  std::mt19937_64 random(seed());
  for (int round = 0; round < 30; ++round) {
    const StreamOptions options{.steps = 50 + static_cast<int>(random() % 3000),
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
      for (const Event& event : events) {
        keys.push_back({process, event.task});
      }
    }
    std::ranges::sort(keys);
    keys.erase(std::ranges::unique(keys).begin(), keys.end());
    const auto snapshot = session.snapshot();
    for (const std::string text : {"alpha", "BET", "a", "zeta", "#"}) {
      const std::uint64_t id = text == "#" ? 1 + random() % 400 : 0;
      TaskQuery query(text + (id != 0 ? std::to_string(id) : ""));
      QVERIFY(query.read_names(*snapshot));
      compare(*snapshot, query, Brute(*snapshot, keys, id != 0 ? "" : text, id), random);
      if (QTest::currentTestFailed()) {
        return;
      }
    }
  }
}

void FindTasksTest::wholeBlocks_agreeWithGoingThroughAll() {
  // Long stretches of one name, so that blocks of the lane's runs are passed over or taken whole;
  // so many that several threads count them.
  std::mt19937_64 random(seed());
  std::vector<std::pair<std::string, std::string>> tasks;
  std::vector<TaskKey> keys;
  const std::vector<std::string> names = {"alpha", "beta", "gamma", "alphabet"};
  while (tasks.size() < 80'000) {
    const std::size_t length = 1 + random() % 9000;
    const std::string& name = names[random() % names.size()];
    for (std::size_t i = 0; i < length; ++i) {
      tasks.emplace_back(name, random() % 3000 == 0 ? "no alpha" : "");
      keys.push_back({0, tasks.size()});
    }
  }
  const auto snapshot = sessionOf(tasks);
  for (const std::string text : {"alpha", "gamma", "bet", "no ", "m"}) {
    TaskQuery query(text);
    QVERIFY(query.read_names(*snapshot));
    const Brute brute(*snapshot, keys, text, 0);
    for (int round = 0; round < 8; ++round) {
      compare(*snapshot, query, brute, random);
      if (QTest::currentTestFailed()) {
        return;
      }
    }
  }
}

void FindTasksTest::limitedMemory_countsForgottenTasksByName() {
  std::mt19937_64 random(seed());
  const StreamOptions options{.steps = 30'000, .distinct = true};
  const std::vector<Event> events = random_stream(options, random);
  Session limited;
  limited.set_memory_limit(1);
  Session whole;
  const auto directory = directory_of(options.workers + options.callers);
  const auto sinks = {limited.add_process(directory), whole.add_process(directory)};
  std::vector<TaskKey> keys;
  for (std::size_t i = 0; i < events.size(); i += 100) {
    for (const auto& sink : sinks) {
      sink->consume({events.data() + i, std::min<std::size_t>(100, events.size() - i)});
      sink->consume({});
    }
  }
  for (const Event& event : events) {
    keys.push_back({0, event.task});
  }
  std::ranges::sort(keys);
  keys.erase(std::ranges::unique(keys).begin(), keys.end());
  const auto snapshot = limited.snapshot();
  QVERIFY(snapshot->complete_since());
  for (const std::string text : {"alpha", "a", "zeta"}) {
    TaskQuery query(text);
    QVERIFY(query.read_names(*snapshot));
    const Brute brute(*snapshot, keys, text, 0);
    QCOMPARE(brute.forgotten > 0, text != "zeta");
    for (int round = 0; round < 8; ++round) {
      compare(*snapshot, query, brute, random);
      if (QTest::currentTestFailed()) {
        return;
      }
    }
  }
  // By name nothing is missed: an error's text is forgotten, but all that fail are called so, too.
  QCOMPARE(countOf(*snapshot, TaskQuery("alpha")), countOf(*whole.snapshot(), TaskQuery("alpha")));
}

void FindTasksTest::narrowerQuery_findsTheSame() {
  const auto snapshot =
      sessionOf({{"fetch", ""}, {"fetter", "x"}, {"fest", "fetched"}, {"get", ""}, {"FETCH", ""}});
  TaskQuery before("f");
  for (const std::string text : {"fe", "fet", "fetc", "fetch", "fetchx", "fet", "get", "#4"}) {
    before.read_names(*snapshot);
    const TaskQuery narrower(text, &before);
    QCOMPARE(countOf(*snapshot, narrower), countOf(*snapshot, TaskQuery(text)));
    before = narrower;
  }
}

void FindTasksTest::growingSession_looksAtNewNamesOnly() {
  Session session;
  const auto directory = directory_of(2);
  const auto sink = session.add_process(directory);
  TaskQuery query("late");
  QVERIFY(query.read_names(*session.snapshot()));
  QCOMPARE(session.snapshot()->find_tasks(query, 0, 1, 1, {}, kGoOn).total, 0U);
  const Event queued{
      5, 1, 2, EventKind::task_queued, Outcome::ok, 1, directory->intern("too late")};
  sink->consume({&queued, 1});
  sink->consume({});
  QVERIFY(query.read_names(*session.snapshot()));
  const FoundTasks found = session.snapshot()->find_tasks(query, 0, 10, 2, {}, kGoOn);
  QCOMPARE(found.total, 1U);
  QCOMPARE(found.columns, (std::vector<std::uint32_t>{0, 1}));
  QVERIFY(session.snapshot()->next_match(query, {}, kGoOn) == (TaskMatch{5, {0, 1}}));
}

void FindTasksTest::distinctNames_areAllLookedAt() {
  std::vector<std::pair<std::string, std::string>> tasks;
  for (int i = 1; i <= 100'000; ++i) {
    tasks.emplace_back("page/" + std::to_string(i), "");
  }
  const auto snapshot = sessionOf(tasks);
  TaskQuery query("");
  for (const auto& [text, count] :
       {std::pair("p", 100'000), {"page/9", 11'111}, {"page/99", 1'111}, {"page/99999", 1}}) {
    query = TaskQuery(text, &query);
    QCOMPARE(countOf(*snapshot, query), static_cast<std::uint64_t>(count));
    QVERIFY(query.read_names(*snapshot));
    QCOMPARE(countOf(*snapshot, TaskQuery(text)), static_cast<std::uint64_t>(count));
  }
}

void FindTasksTest::stopped_returnsAndIsAskedAgain() {
  std::vector<std::pair<std::string, std::string>> tasks;
  for (int i = 0; i < 3000; ++i) {
    tasks.emplace_back("n" + std::to_string(i), "");
  }
  const auto snapshot = sessionOf(tasks);
  std::stop_source stopped;
  stopped.request_stop();
  TaskQuery query("n");
  QVERIFY(!query.read_names(*snapshot, stopped.get_token()));
  QVERIFY(snapshot->find_tasks(query, 0, 1, 1, {}, stopped.get_token()).total < 3000);
  QVERIFY(query.read_names(*snapshot));
  QCOMPARE(snapshot->find_tasks(query, 0, 1, 1, {}, kGoOn).total, 3000U);
}

void FindTasksTest::emptySession_hasNothing() {
  const Session session;
  QCOMPARE(countOf(*session.snapshot(), TaskQuery("a")), 0U);
  QCOMPARE(countOf(*session.snapshot(), TaskQuery("#1")), 0U);
  QVERIFY(!session.snapshot()->next_match(TaskQuery("#1"), {}, kGoOn));
}

QTEST_APPLESS_MAIN(FindTasksTest)
#include "find_tasks_test.moc"
