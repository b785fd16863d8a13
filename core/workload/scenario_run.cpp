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
        runner(scenario, stopping.get_token(),
               {.server_port = server ? server->port() : std::uint16_t{0},
                .limits = options.http_limits,
                .trusted = options.trusted}),
        pool(executor_options(scenario, options)),
        caller(pool, scenario, planner, runner,
               {.most_tasks = most_tasks(scenario, options), .steady = options.steady},
               closing.get_token()),
        wanted_workers(pool.max_workers()) {}

  void call();
  void control();
  void perform(const ScriptStep& step);
  void set_max_workers(std::size_t count);
  void close(Clock::time_point deadline);
  void interrupt();
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
  bool finished = false;                              // guarded by mutex, as the rest
  std::optional<Clock::time_point> stop_wanted = {};  // when tasks are to be interrupted
  bool cancel_wanted = false;
  bool workers_wanted = false;
  std::optional<Error> trouble = {};  // why the caller had to give up

  const Clock::time_point started = Clock::now();
  // The controller's own.
  std::size_t script_done = 0;
  std::optional<Clock::time_point> ends = {};
  bool closed = false;  // nothing is queued any more; `ends`: when tasks are interrupted
  bool interrupted = false;

  std::thread controller_thread;
  std::thread caller_thread;
};

void ScenarioRun::Impl::call() {
  set_current_thread_name("main");
  if (options.tracer != nullptr) {
    options.tracer->name_this_thread("main");
  }
  std::optional<Error> given_up;
  try {
    caller.run();
  } catch (const std::exception& error) {
    given_up = Error{"The pool can start no thread", error.what(), "give it fewer max_workers"};
  }
  pool.shutdown();
  const std::lock_guard lock(mutex);
  trouble = std::move(given_up);
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
    const auto stop = std::exchange(stop_wanted, std::nullopt);
    const bool cancel = std::exchange(cancel_wanted, false);
    const bool workers = std::exchange(workers_wanted, false);
    lock.unlock();
    if (workers) {
      pool.set_max_workers(wanted_workers.load());
    }
    if (cancel) {
      caller.cancel_queued();
    }
    if (stop) {
      close(*stop);
    }
    if (ends && Clock::now() >= *ends) {
      closed ? interrupt() : close(Clock::now() + kStopGrace);
    } else if (due && !closed) {
      perform(scenario.script[script_done++]);
    }
    lock.lock();
  }
}

Clock::time_point ScenarioRun::Impl::next_due() const {
  auto due = Clock::time_point::max();
  if (interrupted) {
    return due;
  }
  if (ends) {
    due = *ends;
  }
  if (!closed && script_done < scenario.script.size()) {
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

/// What is queued is cancelled, what runs may end, but not for ever. The queue goes first: a worker
/// that becomes free must find nothing that it would only start to see it stopped.
void ScenarioRun::Impl::close(Clock::time_point deadline) {
  ends = closed && ends ? std::min(*ends, deadline) : deadline;
  closed = true;
  closing.request_stop();
  pool.shutdown(false, true);
}

void ScenarioRun::Impl::interrupt() {
  interrupted = true;
  stopping.request_stop();
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
  stop(Nanoseconds(0));
  if (!impl_->controller_thread.joinable()) {  // it never came to life: nobody else would do it
    impl_->close(Clock::now());
    impl_->interrupt();
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

void ScenarioRun::hold_arrivals(bool hold) {
  impl_->caller.hold_arrivals(hold);
}

bool ScenarioRun::paused() const {
  return impl_->paused;
}

void ScenarioRun::stop(Nanoseconds grace) {
  const auto deadline = Clock::now() + grace;
  const std::lock_guard lock(impl_->mutex);
  impl_->stop_wanted = std::min(impl_->stop_wanted.value_or(deadline), deadline);
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

bool ScenarioRun::wait_for(Nanoseconds time) {
  std::unique_lock lock(impl_->mutex);
  return impl_->changed.wait_for(lock, time, [this] { return impl_->finished; });
}

bool ScenarioRun::script_ended() const {
  const auto& script = impl_->scenario.script;
  return script.empty() || Clock::now() > impl_->started + script.back().at;
}

std::optional<Error> ScenarioRun::network_trouble() const {
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->trouble) {
      return impl_->trouble;
    }
  }
  return impl_->runner.network_trouble();
}

Failures ScenarioRun::failures() const {
  return impl_->caller.failures();
}

}  // namespace poolscope::workload
