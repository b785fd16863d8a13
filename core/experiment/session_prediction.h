// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/session_work.h"
#include "core/session/snapshot.h"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace poolscope::experiment {

/// What a stretch of a session shows of one number of workers: times in seconds, rates per second.
struct SeenFigures {
  double throughput = 0;
  std::optional<double> queue_wait_p99 = {};
  double utilization = 0;  ///< 0..1
};

/// One number of workers: what is predicted, and what was seen where the pool had so many.
struct PredictedPoint {
  std::uint64_t workers = 0;
  std::optional<SeenFigures> seen = {};
  PredictedFigures predicted = {};
};

/// What other numbers of workers would do with the work of a recorded session.
struct SessionPrediction {
  std::string pool = {};
  std::uint64_t recorded_workers = 0;  ///< max_workers of the stretch; of several the most used
  std::size_t cores = 1;               ///< that its tasks can compute on at once
  std::vector<PredictedPoint> points = {};  ///< ascending; if it is doubtful those that were seen
  /// The fewest of them within 5 % of the best that is predicted; 0: the simulation is more than
  /// 10 % off for the recorded number, so it does not tell what would be either.
  std::uint64_t enough_workers = 0;
  bool still_rises = false;  ///< that is the most that was asked for
  /// How far the prediction for the recorded number is from what was seen there, as a share of it.
  /// -1 where it comes to a standstill by simulation alone.
  std::optional<double> error_there = {};

  SessionWork work = {};  ///< for predict() of further numbers

  bool is_doubtful() const { return enough_workers == 0; }
};

struct SessionPredictionOptions {
  std::vector<std::uint64_t> workers = {};  ///< ascending; empty: 1, 2, 4, ... as a sweep takes
  std::size_t cores = 1;                    ///< of the machine that it was recorded on
  /// That its tasks compute on, if that is known better than computing_cores() does.
  std::optional<std::size_t> exact_cores = {};
  SessionWorkHints hints = {};
  std::stop_token stop = {};  ///< ends it early, with nothing
};

/// Predicts by simulation from what the tasks of a stretch did. Cost: as work_of() and
/// range_statistics(), and for each number as simulate(); for a job thread. Threads: any.
tl::expected<SessionPrediction, NoWork> predict_session(const session::Snapshot& snapshot,
                                                        const SessionStretch& stretch,
                                                        const SessionPredictionOptions& options);

/// Why nothing is predicted, and what to do: parts of an Error.
std::string text_of(NoWork why);
std::string advice_of(NoWork why);
/// Threads wake up no faster than that, and a simulation does not know how much slower.
inline constexpr double kShortestWait = 0.001;
/// A predicted wait: "1.48 s", "< 1.00 ms".
std::string wait_text(double seconds);
/// The result in a sentence or two, for people.
std::string prediction_text(const SessionPrediction& prediction);

}  // namespace poolscope::experiment
