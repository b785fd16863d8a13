// SPDX-License-Identifier: Apache-2.0
// What it takes to find tasks by name, error text or id among 10 M of them, and to go from one to
// the next by a criterion.
#include "core/session/session.h"
#include "core/session/task_query.h"
#include "tests/bench/kit.h"
#include "tests/bench/synthetic.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope::bench {
namespace {

using session::TaskQuery;

constexpr std::uint64_t kTasks = 10'000'000;
constexpr std::uint64_t kFailsEvery = 100'000;
constexpr int kColumns = 1000;  // more than an overview has

std::shared_ptr<const session::Snapshot> fill(bool distinct_names) {
  constexpr std::uint64_t kBatch = 10'000;
  SyntheticPool pool({});
  const std::shared_ptr<trace::Directory> directory = pool.directory();
  const trace::NameId error = directory->intern("connection reset by peer");
  session::Session session;
  const auto sink = session.add_process(directory);
  std::vector<trace::Event> events;
  for (std::uint64_t done = 0; done < kTasks;) {
    done = std::min(kTasks, done + kBatch);
    pool.until(done, events);
    if (done == kTasks) {
      pool.end(events);
    }
    for (trace::Event& event : events) {
      if (event.kind == trace::EventKind::task_queued && distinct_names) {
        event.detail =
            directory->intern("fetch https://example.org/page/" + std::to_string(event.task));
      } else if (event.kind == trace::EventKind::task_finished && event.task % kFailsEvery == 0) {
        event.outcome = trace::Outcome::error;
        event.detail = trace::finished_detail(0, error);
      }
    }
    sink->consume(events);
    events.clear();
  }
  sink->consume({});
  return session.snapshot();
}

/// What the window asks for each letter: the texts, the counts, and the next match.
struct Asked {
  double ms = 0;
  std::uint64_t found = 0;
};
Asked ask(const session::Snapshot& snapshot, TaskQuery& query) {
  const std::stop_token go_on;
  const session::TaskMatch middle{snapshot.begin() + (snapshot.end() - snapshot.begin()) / 2, {}};
  const std::uint64_t begin = trace::now_ns();
  query.read_names(snapshot);
  const session::FoundTasks found =
      snapshot.find_tasks(query, snapshot.begin(), snapshot.end() + 1, kColumns, middle, go_on);
  static_cast<void>(snapshot.next_match(query, middle, go_on));
  return {secondsSince(begin) * 1e3, found.total};
}

double find(const session::Snapshot& snapshot, std::string_view text, std::uint64_t expected,
            int rounds) {
  std::vector<double> ms;
  for (int i = 0; i < rounds; ++i) {
    TaskQuery query(text);
    const Asked asked = ask(snapshot, query);
    if (asked.found != expected && expected != 0) {
      std::fprintf(stderr, "find_bench: %llu\n", static_cast<unsigned long long>(asked.found));
      return std::numeric_limits<double>::quiet_NaN();
    }
    ms.push_back(asked.ms);
  }
  return rounded(median(ms));
}

/// Letter by letter, each narrowing what the one before has found: the worst letter.
double type(const session::Snapshot& snapshot, std::string_view text, int rounds) {
  std::vector<double> worst;
  for (int i = 0; i < rounds; ++i) {
    TaskQuery query("");
    double most = 0;
    for (std::size_t length = 1; length <= text.size(); ++length) {
      query = TaskQuery(text.substr(0, length), &query);
      const double ms = ask(snapshot, query).ms;
      most = std::max(most, ms);
    }
    worst.push_back(most);
  }
  return rounded(median(worst));
}

/// From match to match, from the begin on.
double step(const session::Snapshot& snapshot, std::string_view text, int steps) {
  TaskQuery query(text);
  query.read_names(snapshot);
  session::TaskMatch place;
  std::vector<double> ms;
  for (int i = 0; i < steps; ++i) {
    const std::uint64_t begin = trace::now_ns();
    place = snapshot.next_match(query, place, {}).value_or(session::TaskMatch{});
    ms.push_back(secondsSince(begin) * 1e3);
  }
  return rounded(quantile(ms, 0.99));
}

/// From one to the next of a walk, from its head on: the slowest of the steps.
double walk(const session::Snapshot& snapshot, session::WalkOrder order, int steps) {
  session::WalkPlace place;
  std::vector<double> ms;
  for (int i = 0; i < steps; ++i) {
    const std::uint64_t begin = trace::now_ns();
    const auto next = snapshot.walk_tasks({.order = order}, place, {}).next;
    ms.push_back(secondsSince(begin) * 1e3);
    place = next.value_or(session::WalkPlace{});
  }
  return rounded(quantile(ms, 0.99));
}

/// How many tasks, of all or of its kind, were faster than the one in the middle: what the
/// inspector says of a task.
double standing(const session::Snapshot& snapshot, bool of_kind, int rounds) {
  const auto key = snapshot.next_match(TaskQuery("#5000000"), {}, {});
  const auto task = snapshot.task(key ? key->task : session::TaskKey{});
  if (!task || !task->started || !task->finished) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  std::vector<double> ms;
  for (int i = 0; i < rounds; ++i) {
    const std::uint64_t begin = trace::now_ns();
    TaskQuery kind = TaskQuery::of_kind(task->name);
    kind.read_names(snapshot);
    static_cast<void>(snapshot.walk_tasks(
        {.order = session::WalkOrder::slowest, .kind = of_kind ? &kind : nullptr},
        session::WalkPlace::behind(*task->finished - *task->started), {}));
    ms.push_back(secondsSince(begin) * 1e3);
  }
  return rounded(median(ms));
}

QJsonObject measure(bool quick) {
  const int rounds = quick ? 1 : 9;
  QJsonObject few;
  QJsonObject walks;
  {
    const auto snapshot = fill(false);
    few = {
        {QStringLiteral("many_hits"), find(*snapshot, "page", 0, rounds)},
        {QStringLiteral("all_hit"), find(*snapshot, "e", kTasks, rounds)},
        {QStringLiteral("rare_error"), find(*snapshot, "reset by", kTasks / kFailsEvery, rounds)},
        {QStringLiteral("id"), find(*snapshot, "#7654321", 1, rounds)},
        {QStringLiteral("no_hit"), find(*snapshot, "unheard of", 0, rounds)},
        {QStringLiteral("worst_letter"), type(*snapshot, "fetch page", rounds)},
        {QStringLiteral("next_match_p99"), step(*snapshot, "page", 1000)},
        {QStringLiteral("next_error_p99"),
         step(*snapshot, "reset by", static_cast<int>(kTasks / kFailsEvery))}};
    const int steps = quick ? 30 : 1000;
    walks = {{QStringLiteral("slowest_p99"), walk(*snapshot, session::WalkOrder::slowest, steps)},
             {QStringLiteral("longest_queued_p99"),
              walk(*snapshot, session::WalkOrder::longest_queued, steps)},
             {QStringLiteral("failed_p99"), walk(*snapshot, session::WalkOrder::failed, 100)},
             {QStringLiteral("slower_than_share_of_all"), standing(*snapshot, false, rounds)},
             {QStringLiteral("slower_than_share_of_kind"), standing(*snapshot, true, rounds)}};
  }
  const auto snapshot = fill(true);
  return {{QStringLiteral("find_10M_ms"), few},
          {QStringLiteral("walk_10M_ms"), walks},
          {QStringLiteral("find_10M_names_ms"),
           QJsonObject{{QStringLiteral("many_hits"), find(*snapshot, "page/7", 0, rounds)},
                       {QStringLiteral("no_hit"), find(*snapshot, "unheard of", 0, rounds)},
                       {QStringLiteral("worst_letter"), type(*snapshot, "page/7654321", rounds)},
                       {QStringLiteral("next_match_p99"), step(*snapshot, "page/7654321", 20)}}}};
}

}  // namespace
}  // namespace poolscope::bench

int main(int argc, char** argv) {
  const auto call = poolscope::bench::readCall(argc, argv);
  poolscope::bench::printFigures(poolscope::bench::measure(call.quick));
  return 0;
}
