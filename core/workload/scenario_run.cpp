// SPDX-License-Identifier: Apache-2.0
#include "core/workload/scenario_run.h"

#include "core/base/thread_name.h"
#include "core/executor/thread_pool_executor.h"
#include "core/workload/caller.h"
#include "core/workload/local_server.h"
#include "core/workload/task_plan.h"
#include "core/workload/task_runner.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <sys/resource.h>
#include <thread>
#include <utility>

namespace poolscope::workload {
namespace {

using Clock = std::chrono::steady_clock;

// When a run's time is over, tasks that run may end by themselves for so long.
constexpr auto kGrace = std::chrono::seconds(1);
constexpr rlim_t kMostFiles = 65'536;

bool fetches(const Scenario& scenario) {
  return std::ranges::any_of(scenario.tasks, [](const TaskKind& kind) {
    return std::ranges::any_of(kind.steps,
                               [](const Step& s) { return std::holds_alternative<HttpStep>(s); });
  });
}

/// A request under way takes up to five files (two ends of a connection, libcurl's own); the usual
/// 1,024 are gone with some 200 workers.
void allow_many_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < kMostFiles) {
    limit.rlim_cur = std::min(limit.rlim_max, kMostFiles);
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

ExecutorOptions executor_options(const Scenario& scenario, const RunOptions& options) {
  ExecutorOptions result;
  result.max_workers =
      options.max_workers.value_or(scenario.max_workers.value_or(default_max_workers()));
  result.thread_name_prefix = scenario.pool.thread_name_prefix;
  result.queue_capacity = scenario.pool.queue_capacity;
  result.measure_cpu_time = true;
  result.tracer = options.tracer;
  switch (scenario.pool.queue_discipline) {
    case Discipline::fifo:
      result.queue_discipline = QueueDiscipline::fifo;
      break;
    case Discipline::lifo:
      result.queue_discipline = QueueDiscipline::lifo;
      break;
    case Discipline::priority:
      result.queue_discipline = QueueDiscipline::priority;
      break;
    case Discipline::work_stealing:
      result.queue_discipline = QueueDiscipline::work_stealing;
      break;
  }
  return result;
}

std::optional<std::uint64_t> most_tasks(const Scenario& scenario, const RunOptions& options) {
  if (options.tasks) {
    return options.tasks;
  }
  const Load& load = scenario.load;
  const bool once = options.one_batch || !load.repeat;
  if (options.duration || !once) {
    return {};
  }
  return load.pattern == LoadPattern::nested ? load.tasks * (load.children + 1) : load.tasks;
}

}  // namespace

/// Two threads: the caller, and a controller that does what is due (the script, the end of the
/// duration) and what was commanded, so that who commands never waits for the pool.
struct ScenarioRun::Impl {
  Impl(Scenario its_scenario, RunOptions its_options, std::unique_ptr<LocalServer> its_server)
      : scenario(std::move(its_scenario)),
        options(std::move(its_options)),
        server(std::move(its_server)),
        planner(scenario, options.seed_offset),
        runner(scenario, server ? server->port() : std::uint16_t{0}, stopping.get_token(),
               options.http_limits),
        pool(executor_options(scenario, options)),
        caller(pool, scenario, planner, runner, most_tasks(scenario, options), closing.get_token()),
        wanted_workers(pool.max_workers()) {}

  void call();
  void control();
  void perform(const ScriptStep& step);
  void set_max_workers(std::size_t count);
  void drain();
  void abort();
  Clock::time_point next_due() const;

  const Scenario scenario;
  const RunOptions options;
  const std::unique_ptr<LocalServer> server;
  std::stop_source closing;   // submit no more
  std::stop_source stopping;  // tasks end early
  const Planner planner;
  TaskRunner runner;
  ThreadPoolExecutor pool;
  Caller caller;
  std::atomic<std::size_t> wanted_workers;
  std::atomic<bool> paused = false;

  mutable std::mutex mutex;
  std::condition_variable changed;
  bool finished = false;  // guarded by mutex, as the rest
  bool stop_wanted = false;
  bool cancel_wanted = false;
  bool workers_wanted = false;
  std::string trouble;  // why the caller had to give up

  // The controller's own.
  Clock::time_point started = Clock::now();
  std::size_t script_done = 0;
  std::optional<Clock::time_point> ends = {};
  bool draining = false;
  bool aborted = false;

  std::thread controller_thread;
  std::thread caller_thread;
};

void ScenarioRun::Impl::call() {
  set_current_thread_name("main");
  if (options.tracer != nullptr) {
    options.tracer->name_this_thread("main");
  }
  std::string text;
  try {
    caller.run();
  } catch (const std::exception& error) {
    text = std::string("The pool can start no thread: ") + error.what();
  }
  pool.shutdown();
  const std::lock_guard lock(mutex);
  trouble = std::move(text);
  finished = true;
  changed.notify_all();
}

void ScenarioRun::Impl::control() {
  set_current_thread_name("script");
  std::unique_lock lock(mutex);
  while (!finished) {
    const bool due = Clock::now() >= next_due();
    if (!due && !stop_wanted && !cancel_wanted && !workers_wanted) {
      if (next_due() == Clock::time_point::max()) {
        changed.wait(lock);
      } else {
        changed.wait_until(lock, next_due());
      }
      continue;
    }
    const bool stop = std::exchange(stop_wanted, false);
    const bool cancel = std::exchange(cancel_wanted, false);
    const bool workers = std::exchange(workers_wanted, false);
    lock.unlock();
    if (workers) {
      pool.set_max_workers(wanted_workers.load());
    }
    if (cancel) {
      caller.cancel_queued();
    }
    if (stop || (draining && due)) {
      abort();
    } else if (ends && Clock::now() >= *ends) {
      drain();
    } else if (due) {
      perform(scenario.script[script_done++]);
    }
    lock.lock();
  }
}

Clock::time_point ScenarioRun::Impl::next_due() const {
  auto due = Clock::time_point::max();
  if (aborted) {
    return due;
  }
  if (ends) {
    due = *ends;
  }
  if (!draining && script_done < scenario.script.size()) {
    due = std::min(due, started + scenario.script[script_done].at);
  }
  return due;
}

void ScenarioRun::Impl::perform(const ScriptStep& step) {
  if (step.max_workers) {
    set_max_workers(*step.max_workers);
    pool.set_max_workers(*step.max_workers);
  }
  if (step.cancel) {
    caller.cancel_queued();
  }
  if (step.pause || step.resume) {
    paused = step.pause;
    step.pause ? pool.pause() : pool.resume();
  }
  if (!step.marker.empty() && options.tracer != nullptr) {
    options.tracer->marker(step.marker);
  }
  if (options.on_script) {
    options.on_script(step);
  }
}

void ScenarioRun::Impl::set_max_workers(std::size_t count) {
  wanted_workers.store(count);
}

/// The time is over: what is queued is cancelled, what runs may end, but not for ever.
void ScenarioRun::Impl::drain() {
  draining = true;
  ends = Clock::now() + kGrace;
  closing.request_stop();
  pool.shutdown(false, true);
}

void ScenarioRun::Impl::abort() {
  aborted = true;
  closing.request_stop();
  stopping.request_stop();
  pool.shutdown(false, true);
}

ScenarioRun::ScenarioRun(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<ScenarioRun>> ScenarioRun::start(Scenario scenario, RunOptions options) {
  const std::string name = scenario.name;
  if (options.max_workers &&
      (*options.max_workers < 1 || *options.max_workers > kMaxWorkersLimit)) {
    return failure("max_workers", "must be 1 to " + std::to_string(kMaxWorkersLimit));
  }
  std::unique_ptr<LocalServer> server;
  if (fetches(scenario)) {
    allow_many_files();
    if (scenario.http.urls.empty()) {
      auto started = LocalServer::start(scenario.http.max_concurrent);
      if (!started) {
        return tl::unexpected(started.error());
      }
      server = std::move(*started);
    }
  }
  std::unique_ptr<ScenarioRun> run;
  try {
    run.reset(new ScenarioRun(
        std::make_unique<Impl>(std::move(scenario), std::move(options), std::move(server))));
    Impl* impl = run->impl_.get();
    if (impl->options.duration) {
      impl->ends = impl->started + *impl->options.duration;
    }
    impl->caller_thread = std::thread([impl] { impl->call(); });
    impl->controller_thread = std::thread([impl] { impl->control(); });
  } catch (const std::exception& error) {
    return failure(name, std::string("cannot be started: ") + error.what());
  }
  return run;
}

ScenarioRun::~ScenarioRun() {
  stop();
  if (!impl_->controller_thread.joinable()) {
    impl_->abort();  // it never came to life: nobody else would do it
  }
  if (impl_->caller_thread.joinable()) {
    impl_->caller_thread.join();
  }
  if (impl_->controller_thread.joinable()) {
    impl_->controller_thread.join();
  }
}

void ScenarioRun::set_max_workers(std::size_t count) {
  if (count < 1 || count > kMaxWorkersLimit) {
    return;
  }
  impl_->set_max_workers(count);
  const std::lock_guard lock(impl_->mutex);
  impl_->workers_wanted = true;
  impl_->changed.notify_all();
}

std::size_t ScenarioRun::max_workers() const {
  return impl_->wanted_workers.load();
}

void ScenarioRun::pause() {
  impl_->paused = true;
  impl_->pool.pause();
}

void ScenarioRun::resume() {
  impl_->paused = false;
  impl_->pool.resume();
}

bool ScenarioRun::paused() const {
  return impl_->paused;
}

void ScenarioRun::stop() {
  const std::lock_guard lock(impl_->mutex);
  impl_->stop_wanted = true;
  impl_->changed.notify_all();
}

void ScenarioRun::cancel_queued() {
  const std::lock_guard lock(impl_->mutex);
  impl_->cancel_wanted = true;
  impl_->changed.notify_all();
}

bool ScenarioRun::finished() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->finished;
}

void ScenarioRun::wait() {
  std::unique_lock lock(impl_->mutex);
  impl_->changed.wait(lock, [this] { return impl_->finished; });
}

std::string ScenarioRun::network_trouble() const {
  {
    const std::lock_guard lock(impl_->mutex);
    if (!impl_->trouble.empty()) {
      return impl_->trouble;
    }
  }
  return impl_->runner.network_trouble();
}

}  // namespace poolscope::workload
