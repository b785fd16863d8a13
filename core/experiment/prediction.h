// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/measured_run.h"
#include "core/experiment/queue_wait.h"
#include "core/experiment/simulation.h"
#include "core/experiment/sweep.h"
#include "core/workload/scenario.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

namespace poolscope::experiment {

/// Predicts what a sweep measures at its counts from what its runs did at one of them. Repeat k has
/// the same tasks at all counts: those that it had at the one are replayed at each other, for as
/// long as its run there took, so that their chance is in both and the difference is the model's.
/// Threads: one at a time.
class Prediction {
 public:
  explicit Prediction(const workload::Scenario& scenario);  ///< which must outlive it

  /// Keeps what the tasks of a run with figures did. Cost: some us a task.
  void keep(std::uint64_t workers, std::uint64_t repeat, const MeasuredRun& run);
  /// Fills in what the points have predicted, and `calibrated_at`. Cost: as replay() and
  /// simulate(), for each run that was not there before.
  void predict(SweepResult& result);

 private:
  /// What the tasks of a run did.
  struct RunWork {
    std::uint64_t repeat = 0;
    double throughput = 0;
    SimulatedWork work = {};
  };

  struct Figures {
    double throughput = 0;
    QueueWait wait = {};
  };

  std::optional<std::uint64_t> best_count(const SweepResult& result) const;
  bool predict_its_runs(std::uint64_t from, SweepPoint& point);
  const Figures& replayed(std::uint64_t from, const RunWork& work, std::uint64_t workers,
                          const RunFigures& measured);
  const Figures& simulated(std::uint64_t from, std::uint64_t workers);
  Figures in_the_long_run(const SimulatedWork& work, std::uint64_t workers,
                          std::uint64_t tasks) const;
  std::optional<PickOrder> known_order() const;
  bool knows_waits() const;

  const workload::Scenario& scenario_;
  std::map<std::uint64_t, std::vector<RunWork>> works_;  ///< of the first runs of each count
  /// By the count that it is made from, that which it is for, and the repeat, the same at both.
  std::map<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>, Figures> replays_;
  /// From, for, and how many runs there were to choose the one in the middle from.
  std::map<std::tuple<std::uint64_t, std::uint64_t, std::size_t>, Figures> simulations_;
};

}  // namespace poolscope::experiment
