// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope::experiment {

/// What a pool has done since the last sample.
struct AutoSample {
  double seconds = 0;
  std::uint64_t finished = 0;
  bool queue_empty = false;  ///< nothing waited when the sample was taken
  bool paused = false;
};

struct AutoDecision {
  std::size_t workers = 1;  ///< from now on
  bool changed = false;
  std::string reason = {};  ///< "4 -> 8 workers: 96 % more throughput with 4 than with 2"
};

/// How often AutoWorkers wants a sample.
inline constexpr double kAutoPeriodSeconds = 0.25;

/// How its marks on the time axis begin: each decision's reason, and that it was switched on.
inline constexpr std::string_view kAutoDecisionMark = "auto: ";
inline constexpr std::string_view kAutoOnMark = "auto on: ";

/// Adapts max_workers to what the pool gets done: hill climbing on throughput, as the thread pool
/// of .NET does it (Hellerstein et al., "Applying control theory in the real world: experience with
/// building a controller for the .NET thread pool", 2010; here by comparison of windows, without
/// their wave). It goes up while that brings more, back where it does not, to the fewer workers
/// where both are the same, in ever smaller steps; then it holds, and looks again now and then and
/// when the throughput has changed. More workers must bring more than the noise within the windows;
/// fewer may lose a few percent of the best that was seen since it began to climb. While nothing
/// waits in the queue it holds: more workers would be idle, and how much gets done says nothing of
/// them, and a look at fewer ends where it began. Where tasks wait and none ends it adds one worker
/// every few seconds. Pure: knows no clock and no pool. Threads: one at a time.
class AutoWorkers {
 public:
  struct Options {
    std::size_t least = 1;
    std::size_t most = 256;
  };
  explicit AutoWorkers(std::size_t workers) : AutoWorkers(workers, Options{}) {}
  AutoWorkers(std::size_t workers, Options options);

  /// Something where there is something new to say: another number, or why it stays.
  std::optional<AutoDecision> take(const AutoSample& sample);
  std::size_t workers() const { return workers_; }

 private:
  struct Measured {
    std::size_t workers = 0;
    double rate = 0;   ///< tasks a second
    double noise = 0;  ///< standard error of the rate, relative
  };
  enum class State { climbing, holding };

  std::optional<Measured> window();
  bool differs_clearly(const Measured& now) const;
  std::optional<AutoDecision> nothing_waits();
  std::optional<AutoDecision> standstill();
  AutoDecision decide(const Measured& now);
  AutoDecision compare(const Measured& now);
  AutoDecision move(std::size_t workers, const std::string& why);
  AutoDecision turn(std::size_t from, const std::string& why);
  std::optional<AutoDecision> hold(const std::string& why);
  std::size_t stepped(std::size_t from, bool up) const;

  const Options options_;
  std::size_t workers_;
  State state_ = State::climbing;
  bool up_ = true;
  double step_ = 1;               ///< in doublings
  std::optional<Measured> base_;  ///< what the next window is compared with
  double best_rate_ = 0;          ///< of this climb
  std::vector<double> rates_;     ///< of the samples of this window
  double finished_ = 0;
  double seconds_ = 0;
  int settling_ = 0;  ///< samples that are still of the number before
  int empty_ = 0;     ///< samples in a row with an empty queue
  double held_seconds_ = 0;
  std::string said_;  ///< why it held last
};

}  // namespace poolscope::experiment
