// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/experiment/recommendation.h"
#include "core/experiment/run_figures.h"
#include "core/experiment/usl_fit.h"
#include "core/workload/scenario.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace poolscope::experiment {

inline constexpr double kSweepLevel = 0.95;

struct SweepProgress {
  std::uint64_t workers = 0;  ///< that are at work; 0: a first look at the scenario, or the end
  std::size_t repeat = 0;     ///< from 1
  std::size_t runs_done = 0;
  std::size_t runs_planned = 0;  ///< grows where the result is not sure yet
  double elapsed = 0;            ///< seconds
  /// The plan was done and did not decide it: it goes on until it does, or the budget is spent.
  bool unsure = false;
  double left = 0;  ///< seconds: of what is planned, about; if it is unsure, of the budget
};

struct SweepOptions {
  workload::Scenario scenario = {};
  std::vector<std::uint64_t> workers = {};  ///< ascending; empty: automatic
  std::optional<std::size_t> repeats = {};  ///< exactly so many; else as many as it takes
  std::optional<double> run_seconds = {};   ///< else from how long the tasks take
  double budget_seconds = 120;
  std::optional<double> queue_wait_p99 = {};  ///< the limit that a recommendation must keep
  bool trusted = false;
  /// Runs beside which other programs used much of the cores are made once more, up to a third.
  bool redo_disturbed = true;
  /// Called by the sweep's thread before each run.
  std::function<void(const SweepProgress&)> on_progress = {};
};

/// What was measured at one count.
struct SweepPoint {
  std::uint64_t workers = 0;
  std::vector<RunFigures> runs = {};
  MeanInterval throughput = {};
  std::optional<double> queue_wait_p99 = {};  ///< median of the runs
  bool queue_wait_at_least = false;           ///< tasks that still waited have a part in it
  double utilization = 0;                     ///< means of the runs
  double cpu = 0;
  std::uint64_t memory_bytes = 0;  ///< the most of the runs, the whole process's
  double lock_wait_share = 0;
  std::string lock = {};
  double paused_share = 0;
  // By replays of what the runs at one of the counts did:
  std::optional<double> predicted = {};                 ///< throughput
  std::optional<double> predicted_queue_wait_p99 = {};  ///< median, as the measured one
  bool predicted_queue_wait_at_least = false;
};

enum class SweepEnd : std::uint8_t { running, decided, budget, repeats, cancelled, failed };

struct SweepResult {
  std::string scenario = {};
  workload::Load load = {};             ///< of that scenario
  std::vector<SweepPoint> points = {};  ///< ascending; those with at least one run
  tl::expected<UslFit, NoFit> fit = tl::unexpected(NoFit::too_few_points);
  Recommendation recommendation = {};
  std::string reason = {};
  std::uint64_t rule_of_thumb = 0;
  std::optional<double> rule_of_thumb_throughput = {};
  std::optional<std::uint64_t> calibrated_at = {};  ///< the count that predictions are made from
  std::vector<std::string> notes = {};              ///< what else must be known, a sentence each
  SweepEnd end = SweepEnd::running;
  double seconds = 0;
};

/// Measures a scenario at several numbers of workers, interleaved and repeated, until the
/// recommendation is decided or its time is spent. Threads: runs on one of its own; all calls from
/// any thread, none of them blocks but wait(), wait_for() and the destructor.
class Sweep {
 public:
  static Result<std::unique_ptr<Sweep>> start(SweepOptions options);
  ~Sweep();  ///< cancel() and wait()
  Sweep(const Sweep&) = delete;
  Sweep& operator=(const Sweep&) = delete;

  /// Ends the run under way and all others; what was measured stays.
  void cancel();
  bool wait_for(std::chrono::nanoseconds time);  ///< whether it has ended
  void wait();
  bool finished() const;

  SweepProgress progress() const;
  SweepResult result() const;  ///< so far
  /// What stopped it from outside: the pool could not be started, nothing answers.
  std::optional<Error> error() const;

 private:
  struct Impl;
  explicit Sweep(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Sums up the runs of a count; `runs` has at least one.
SweepPoint sum_up(std::uint64_t workers, std::vector<RunFigures> runs);
/// What the points say together: fit, recommendation, reason. `to_the_end`: with the intervals of
/// the fit's coefficients, which take some 0.1 s.
void evaluate(SweepResult& result, const SweepOptions& options, bool to_the_end);

}  // namespace poolscope::experiment
