// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace poolscope::experiment {

// Laws with one formula each, for what is shown beside measurements. Threads: any.

/// How much faster n workers are than one, if `parallel_fraction` (0..1) of the work can be shared:
/// 1 / ((1 - p) + p / n). Amdahl, AFIPS 1967.
double amdahl_speedup(double parallel_fraction, double n);
/// What no number of workers exceeds: 1 / (1 - p); nothing if all can be shared.
std::optional<double> amdahl_limit(double parallel_fraction);

/// The speed-up of work that grows with the workers; `serial_fraction` is that of the parallel run:
/// n - s (n - 1). Gustafson, CACM 1988. Not for a fixed list of tasks.
double gustafson_speedup(double serial_fraction, double n);

/// The workers that keep `cores` busy to `target_utilization` if a task waits for `wait` and
/// computes for `compute` (any unit): cores * U * (1 + W / C). Goetz et al., Java Concurrency in
/// Practice, 8.2. Nothing if the task computes nothing.
std::optional<double> goetz_workers(double cores, double target_utilization, double wait,
                                    double compute);

/// Python's default max_workers: min(32, cores + 4).
std::uint64_t python_default_workers(std::uint64_t cores);

}  // namespace poolscope::experiment
