// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/workers_predictor.h"

#include "core/trace/clock.h"

#include <algorithm>
#include <ctime>
#include <map>
#include <utility>

namespace poolscope::ui {
namespace {

constexpr double kSeconds = 10;      // of the session that the work is read from
constexpr double kModelSeconds = 1;  // so long it is taken as it is
constexpr std::uint64_t kTasks = 20'000;

double secondsOf(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double taskCpuOf(const session::Snapshot& snapshot) {
  double sum = 0;
  std::size_t count = 0;
  constexpr std::size_t kMost = 500;
  for (const session::Pool& pool : snapshot.pools()) {
    for (const session::Pick& pick :
         snapshot.picks(pool.index, snapshot.begin(), snapshot.end(), kMost)) {
      const auto task = snapshot.task(pick.task);
      if (task && task->finished && task->cpu_time) {
        sum += static_cast<double>(*task->cpu_time) * 1e-9;
        ++count;
      }
    }
  }
  return count > 0 ? sum / static_cast<double>(count) : 0;
}

}  // namespace

/// The work that was read last, and what was predicted from it.
struct WorkersPredictor::Model {
  std::optional<experiment::SimulatedWork> work = {};
  std::map<int, WorkersPrediction> known = {};
  std::optional<double> madeAt = {};

  void renew(const Question& question, double cpuPerTask) {
    const double now = static_cast<double>(trace::now_ns()) * 1e-9;
    if (madeAt && now - *madeAt < kModelSeconds) {
      return;
    }
    madeAt = now;
    known.clear();
    experiment::SessionWorkHints hints = question.hints;
    hints.other_cpu = std::max(0.0, cpuPerTask - taskCpuOf(*question.snapshot));
    work = experiment::work_of(*question.snapshot, kSeconds, question.cores, hints);
  }
  std::optional<WorkersPrediction> predict(int workers) {
    if (!work) {
      return std::nullopt;
    }
    const auto [found, isNew] = known.try_emplace(workers);
    if (isNew) {
      const auto result = experiment::simulate(
          *work, {.workers = static_cast<std::uint64_t>(workers), .tasks = kTasks});
      found->second = {workers, result.throughput, result.queue_wait_mean, result.queue_wait_p99,
                       work->task_count()};
    }
    return found->second;
  }
};

WorkersPredictor::WorkersPredictor(QObject* parent)
    : QObject(parent),
      model_(std::make_shared<Model>()),
      job_(this, "prediction") {}

WorkersPredictor::~WorkersPredictor() = default;

void WorkersPredictor::watch(const session::Snapshot& snapshot) {
  const double wall = static_cast<double>(trace::now_ns()) * 1e-9;
  std::uint64_t finished = 0;
  for (const session::Pool& pool : snapshot.pools()) {
    finished += snapshot.finished_count(pool.index, snapshot.begin(), snapshot.end() + 1);
  }
  usage_.push_back(
      {wall, secondsOf(CLOCK_PROCESS_CPUTIME_ID) - secondsOf(CLOCK_THREAD_CPUTIME_ID), finished});
  while (wall - usage_.front().wall > kSeconds) {
    usage_.pop_front();
  }
}

double WorkersPredictor::cpuPerTask() const {
  if (usage_.size() < 2 || usage_.back().finished <= usage_.front().finished) {
    return 0;
  }
  return (usage_.back().cpu - usage_.front().cpu) /
         static_cast<double>(usage_.back().finished - usage_.front().finished);
}

void WorkersPredictor::ask(const Question& question) {
  job_.start([this, question, model = model_, cpu = cpuPerTask()](const std::stop_token&) {
    model->renew(question, cpu);
    const auto prediction = model->predict(question.workers);
    return LatestJob::Result(
        [this, workers = question.workers, prediction] { Q_EMIT predicted(workers, prediction); });
  });
}

void WorkersPredictor::reset() {
  job_.giveUp();
  model_ = std::make_shared<Model>();
  usage_.clear();
}

}  // namespace poolscope::ui
