// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace poolscope::experiment {

/// The Universal Scalability Law: X(N) = lambda N / (1 + sigma (N - 1) + kappa N (N - 1)). N.
/// Gunther, Guerrilla Capacity Planning, 2007. Amdahl's law is its case kappa = 0, with 1 - sigma
/// the share that can be done in parallel. Threads: as a value.
struct Usl {
  double lambda = 0;  ///< throughput of one worker, per second
  double sigma = 0;   ///< contention, 0..1: the share that is one at a time
  double kappa = 0;   ///< coherency, >= 0: what every pair of workers costs

  double throughput(double workers) const;
  /// sqrt((1 - sigma) / kappa) as it is, also below 1; nothing if kappa is 0: no peak.
  std::optional<double> peak_workers() const;
  /// The better of the whole numbers about the peak, at least 1.
  std::optional<std::uint64_t> best_whole_workers() const;
  /// What contention alone allows: lambda / sigma; nothing if sigma is 0.
  std::optional<double> limit() const;
  /// The knee: 1 / sigma, where the linear bound meets the limit. Past it each worker adds less
  /// than half of what the first did. Nothing if sigma is 0.
  std::optional<double> knee_workers() const;
};

}  // namespace poolscope::experiment
