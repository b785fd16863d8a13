// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/trace/tracer.h"
#include "core/workload/failures.h"
#include "core/workload/http_client.h"
#include "core/workload/scenario.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace poolscope::workload {

/// How long tasks may go on after a stop, unless told otherwise.
inline constexpr Nanoseconds kStopGrace = std::chrono::seconds(1);

struct RunOptions {
  trace::Tracer* tracer = nullptr;              ///< null: nothing is traced
  std::optional<std::size_t> max_workers = {};  ///< instead of the scenario's
  std::optional<std::uint64_t> tasks = {};      ///< exactly so many, once
  std::optional<Nanoseconds> duration = {};     ///< batch after batch until then
  bool one_batch = false;  ///< the scenario's batch once, also where it says repeat
  /// For measurements of a pool that always has work: the next batch is submitted as soon as
  /// nothing waits in the queue, not when the last result is there. Of map, submit and
  /// as_completed.
  bool steady = false;
  std::uint64_t seed_offset = 0;  ///< repeat k of a sweep draws from seed + k
  HttpLimits http_limits = {};    ///< of each request
  bool trusted = false;           ///< the user lets it reach the network, also by a redirect
  std::function<void(const ScriptStep&)> on_script =
      {};  ///< called by the script's thread, after the step was done
};

/// A scenario at work: a pool, its caller (a thread named "main" in the trace) and, where needed,
/// the local server. Threads: any. No call but wait(), wait_for() and the destructor blocks;
/// commands take effect while tasks run.
class ScenarioRun {
 public:
  /// Starts the caller's thread; tasks run when it returns or soon after.
  static Result<std::unique_ptr<ScenarioRun>> start(Scenario scenario, RunOptions options);
  ~ScenarioRun();  ///< stop() without grace, and wait()

  void set_max_workers(std::size_t count);  ///< 1..4096, else ignored
  std::size_t max_workers() const;
  void pause();
  void resume();
  bool paused() const;
  /// Of a load whose tasks come by themselves (poisson, burst): none come while it is held; then
  /// they go on where they were. A pause alone lets them pile up in the queue.
  void hold_arrivals(bool hold);
  /// Submits no more and cancels what is queued. Tasks that run may end by themselves for `grace`;
  /// what lasts longer is interrupted and fails as TaskStopped. Again with less grace: sooner.
  void stop(Nanoseconds grace = kStopGrace);
  /// Cancels what is queued, now; the caller goes on.
  void cancel_queued();

  /// All is done: the last task ended and the pool was shut down.
  bool finished() const;
  void wait();
  bool wait_for(Nanoseconds time);  ///< whether it has finished
  /// The script has nothing more to do: what stands still now, it will not help.
  bool script_ended() const;
  /// Of tasks that fail because nothing answers (no network, no server) or every page is an error:
  /// what is wrong and what to do. Nothing: all is well. Also says so where the pool could start no
  /// thread at all.
  std::optional<Error> network_trouble() const;
  Failures failures() const;

 private:
  struct Impl;
  explicit ScenarioRun(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace poolscope::workload
