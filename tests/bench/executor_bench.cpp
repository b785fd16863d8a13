// SPDX-License-Identifier: Apache-2.0
// The executor against the pools that one could take instead, in turns within one run.
#include "core/session/session.h"
#include "tests/bench/pools.h"
#include "tests/bench/rounds.h"

#include <QJsonArray>
#include <QStringList>

#include <algorithm>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace poolscope::bench {
namespace {

enum class Way { futures, four_producers, microsecond_tasks, fire_and_forget, round_trip };

struct Trial {
  Way way = Way::futures;
  std::size_t workers = 1;
  int tasks = 0;
};

/// One who takes part. run() makes the pool anew and gives tasks per second, or round trips in us.
struct Contender {
  QString name = {};
  bool peer = true;
  bool callerHelps = false;  ///< its waiting caller runs tasks: no fair round trip
  std::function<std::vector<double>(const Trial&)> run = {};
};

template <typename Pool>
std::vector<double> measure(Pool& pool, PinnedThreads& threads, const Trial& trial) {
  warmUp(pool, threads, trial.workers);
  switch (trial.way) {
    case Way::futures:
      return {withFutures<EmptyTask>(pool, trial.tasks)};
    case Way::four_producers:
      return {fromFourProducers(pool, threads, trial.tasks)};
    case Way::microsecond_tasks:
      return {withFutures<MicrosecondTask>(pool, trial.tasks)};
    case Way::fire_and_forget:
      return {fireAndForget(pool, trial.tasks)};
    case Way::round_trip:
      return roundTrips(pool, trial.tasks);
  }
  return {};
}

template <typename Pool>
std::vector<double> runPeer(const Trial& trial) {
  PinnedThreads threads;
  Pool pool(trial.workers);
  return measure(pool, threads, trial);
}

std::vector<double> runPlain(const Trial& trial) {
  return trial.way == Way::fire_and_forget ? runPeer<PlainPool<std::function<void()>>>(trial)
                                           : runPeer<PlainPool<std::packaged_task<void()>>>(trial);
}

struct Discard final : trace::Sink {
  void consume(std::span<const trace::Event> /*events*/) override {}
};

std::vector<double> runTraced(const Trial& trial, std::shared_ptr<trace::Sink> sink,
                              trace::Tracer& tracer) {
  tracer.add_sink(std::move(sink));
  PinnedThreads threads;
  PoolscopePool pool(trial.workers, &tracer);
  return measure(pool, threads, trial);
}

std::vector<Contender> contenders() {
  return {
      {QStringLiteral("poolscope_traced"), false, false,
       [](const Trial& trial) {
         trace::Tracer tracer;
         return runTraced(trial, std::make_shared<Discard>(), tracer);
       }},
      {QStringLiteral("poolscope_traced_into_session"), false, false,
       [](const Trial& trial) {
         session::Session session;
         trace::Tracer tracer;
         return runTraced(trial, session.add_process(tracer.directory()), tracer);
       }},
      {QStringLiteral("poolscope_untraced"), false, false, runPeer<PoolscopePool>},
      {QStringLiteral("boost_asio_thread_pool"), true, false, runPeer<AsioPool>},
      {QStringLiteral("onetbb_task_arena"), true, false, runPeer<TbbArenaPool>},
      {QStringLiteral("onetbb_task_group"), true, true, runPeer<TbbGroupPool>},
      {QStringLiteral("qthreadpool"), true, false, runPeer<QtPool>},
      {QStringLiteral("mutex_and_condition_variable"), true, false, runPlain},
  };
}

bool takesPart(const Contender& contender, Way way) {
  return !contender.callerHelps || (way != Way::round_trip && way != Way::four_producers);
}

/// What one contender gave over all rounds of a trial.
struct Score {
  const Contender* contender = nullptr;
  std::vector<double> values = {};
  bool trips = false;

  double typical() const { return median(values); }
  QJsonValue json() const {
    if (!trips) {
      return rounded(typical());
    }
    return QJsonObject{{QStringLiteral("p50"), rounded(quantile(values, 0.5))},
                       {QStringLiteral("p99"), rounded(quantile(values, 0.99))}};
  }
};

std::vector<Score> playTrial(const std::vector<Contender>& all, const Trial& trial, int rounds) {
  std::vector<Score> scores;
  for (const Contender& contender : all) {
    if (takesPart(contender, trial.way)) {
      scores.push_back({&contender, {}, trial.way == Way::round_trip});
    }
  }
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < scores.size(); ++i) {
      Score& score = scores[(i + static_cast<std::size_t>(round)) % scores.size()];
      const std::vector<double> values = score.contender->run(trial);
      score.values.insert(score.values.end(), values.begin(), values.end());
    }
  }
  return scores;
}

/// A table of all contenders at one worker count. `ratio_to_best_peer`: how many times as fast the
/// traced executor is as the best peer.
QJsonObject table(const std::vector<Score>& scores) {
  QJsonObject object;
  QJsonObject peers;
  double traced = 0;
  double best = 0;
  for (const Score& score : scores) {
    const double speed = score.trips ? 1 / score.typical() : score.typical();
    if (score.contender->peer) {
      peers[score.contender->name] = score.json();
      best = std::max(best, speed);
    } else {
      object[score.contender->name] = score.json();
    }
    if (score.contender->name == QLatin1String("poolscope_traced")) {
      traced = speed;
    }
  }
  object[QStringLiteral("peers")] = peers;
  object[QStringLiteral("ratio_to_best_peer")] = rounded(traced / best);
  return object;
}

/// All worker counts of a way; on top the table of the count where the ratio is worst.
QJsonObject compare(const std::vector<Contender>& all, Way way, const std::vector<int>& counts,
                    int tasks, int rounds) {
  QJsonObject worst;
  QJsonObject byWorkers;
  for (const int workers : counts) {
    const QJsonObject one =
        table(playTrial(all, {way, static_cast<std::size_t>(workers), tasks}, rounds));
    byWorkers[QString::number(workers)] = one;
    const QString ratio = QStringLiteral("ratio_to_best_peer");
    if (worst.isEmpty() || one[ratio].toDouble() < worst[ratio].toDouble()) {
      worst = one;
      worst[QStringLiteral("workers")] = workers;
    }
  }
  worst[QStringLiteral("by_workers")] = byWorkers;
  worst[QStringLiteral("rounds")] = rounds;
  worst[QStringLiteral("tasks_per_round")] = tasks;
  return worst;
}

/// std::async starts a thread a task, whatever the number of workers: tasks per second, 64 futures
/// kept at a time.
double asyncTasksPerSecond(int rounds) {
  std::vector<double> values;
  for (int round = 0; round < rounds; ++round) {
    constexpr int kBatches = 10;
    constexpr int kBatch = 64;
    const std::uint64_t begin = trace::now_ns();
    for (int batch = 0; batch < kBatches; ++batch) {
      std::vector<std::future<void>> futures;
      for (int i = 0; i < kBatch; ++i) {
        futures.push_back(std::async(std::launch::async, EmptyTask{}));
      }
    }
    values.push_back(kBatches * kBatch / secondsSince(begin));
  }
  return median(values);
}

QJsonObject measureAll(bool quick) {
  wakeAllCores();
  const std::vector<Contender> all = contenders();
  const int tasks = quick ? 20'000 : 100'000;
  const int rounds = quick ? 2 : 7;
  const std::vector<int> counts{1, 2, 4, 8, 64};
  QJsonObject kept = compare(all, Way::futures, counts, tasks, rounds);
  kept[QStringLiteral("std_async")] = rounded(asyncTasksPerSecond(rounds));
  kept[QStringLiteral("caller_runs_tasks_in")] = QJsonArray{QStringLiteral("onetbb_task_group")};
  kept[QStringLiteral("four_producers")] =
      compare(all, Way::four_producers, counts, tasks, quick ? 1 : 5);
  kept[QStringLiteral("microsecond_tasks")] =
      compare(all, Way::microsecond_tasks, counts, tasks / 4, quick ? 1 : 5);

  QJsonObject trips = compare(all, Way::round_trip, counts, quick ? 500 : 2'000, quick ? 1 : 5);
  const QJsonObject traced = trips[QStringLiteral("poolscope_traced")].toObject();
  trips[QStringLiteral("p50")] = traced[QStringLiteral("p50")];
  trips[QStringLiteral("p99")] = traced[QStringLiteral("p99")];
  return {{QStringLiteral("empty_task_with_future"), kept},
          {QStringLiteral("fire_and_forget"),
           compare(all, Way::fire_and_forget, counts, tasks, quick ? 1 : 5)},
          {QStringLiteral("round_trip_us"), trips}};
}

}  // namespace
}  // namespace poolscope::bench

int main(int argc, char** argv) {
  const auto call = poolscope::bench::readCall(argc, argv);
  poolscope::bench::printFigures(poolscope::bench::measureAll(call.quick));
  return 0;
}
