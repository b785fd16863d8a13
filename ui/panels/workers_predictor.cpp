// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/workers_predictor.h"

#include "core/trace/clock.h"

#include <algorithm>
#include <ctime>
#include <map>
#include <unistd.h>
#include <utility>

namespace poolscope::ui {
namespace {

constexpr double kSeconds = 10;      // of the session that the work is read from
constexpr double kModelSeconds = 1;  // so long it is taken as it is

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

/// The pool is one of this process, whose computing is known.
bool isOwn(const session::Snapshot& snapshot, session::PoolIndex pool) {
  const auto process = snapshot.pools()[static_cast<std::size_t>(pool)].process;
  return snapshot.directory(process)->process().pid == getpid();
}

}  // namespace

/// The work that was read last, and what was predicted from it.
struct WorkersPredictor::Model {
  tl::expected<experiment::SessionWork, experiment::NoWork> work =
      tl::unexpected(experiment::NoWork::no_pool);
  bool isDoubtful = false;
  std::map<int, WorkersPrediction> known = {};
  std::optional<double> madeAt = {};
  std::shared_ptr<const session::Snapshot> madeOf = {};  ///< of a session that is over
  std::optional<std::pair<session::TimeNs, session::TimeNs>> madeOfPart = {};

  bool isNew(const Question& question, double now) const {
    if (question.part) {
      return madeOf == question.snapshot && madeOfPart == question.part;
    }
    return !madeOfPart && madeAt && now - *madeAt < kModelSeconds;
  }
  void renew(const Question& question, double cpuPerTask, const std::stop_token& stop) {
    const double now = static_cast<double>(trace::now_ns()) * 1e-9;
    if (isNew(question, now)) {
      return;
    }
    madeAt = now;
    madeOf = question.part ? question.snapshot : nullptr;
    madeOfPart = question.part;
    known.clear();
    isDoubtful = false;
    if (question.part) {
      readPart(question, stop);
    } else {
      readPresent(question, cpuPerTask);
    }
  }
  void readPart(const Question& question, const std::stop_token& stop) {
    const auto [begin, end] = *question.part;
    const auto stretch = experiment::busiest_stretch(*question.snapshot, begin, end);
    if (!stretch) {
      work = tl::unexpected(experiment::NoWork::no_pool);
      return;
    }
    auto prediction =
        experiment::predict_session(*question.snapshot, *stretch,
                                    {.workers = {static_cast<std::uint64_t>(question.workers)},
                                     .cores = question.cores,
                                     .hints = {.server_capacity = question.hints.server_capacity,
                                               .order = question.hints.order},
                                     .stop = stop});
    if (!prediction) {
      work = tl::unexpected(prediction.error());
      if (work.error() == experiment::NoWork::stopped) {
        madeOf = nullptr;  // the next question reads it again
      }
      return;
    }
    isDoubtful = prediction->is_doubtful();
    work = std::move(prediction->work);
  }
  void readPresent(const Question& question, double cpuPerTask) {
    const auto stretch = experiment::last_stretch(*question.snapshot, kSeconds);
    if (!stretch) {
      work = tl::unexpected(experiment::NoWork::no_pool);
      return;
    }
    const std::size_t cores =
        experiment::computing_cores(*question.snapshot, stretch->pool, question.cores);
    experiment::SessionWorkHints hints = question.hints;
    if (isOwn(*question.snapshot, stretch->pool)) {
      hints.other_cpu = std::max(0.0, cpuPerTask - taskCpuOf(*question.snapshot));
    }
    work = experiment::work_of(*question.snapshot, *stretch, cores, hints);
  }
  WorkersAnswer predict(int workers) {
    if (!work) {
      return tl::unexpected(work.error());
    }
    const auto [found, isNew] = known.try_emplace(workers);
    if (isNew) {
      found->second = {workers, experiment::predict(*work, static_cast<std::uint64_t>(workers)),
                       work->tasks.task_count(), isDoubtful};
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
  job_.start([this, question, model = model_, cpu = cpuPerTask()](const std::stop_token& stop) {
    model->renew(question, cpu, stop);
    const WorkersAnswer answer = model->predict(question.workers);
    return LatestJob::Result(
        [this, workers = question.workers, answer] { Q_EMIT predicted(workers, answer); });
  });
}

void WorkersPredictor::reset() {
  job_.giveUp();
  model_ = std::make_shared<Model>();
  usage_.clear();
}

}  // namespace poolscope::ui
