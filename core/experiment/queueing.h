// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace poolscope::experiment {

// Queueing theory, for lines next to what was measured. Times in seconds, rates per second.
// Threads: any. Stable for any size: nothing here forms a^c or c!.

/// The share of arrivals that find all `servers` busy where nobody may wait. `offered_load` is
/// arrival rate * mean run time. Erlang 1917, by the recursion B(k) = a B(k-1) / (k + a B(k-1)).
double erlang_b(std::uint64_t servers, double offered_load);
/// The share of arrivals that must wait (M/M/c); 1 where the load is too much for the servers.
double erlang_c(std::uint64_t servers, double offered_load);

/// Poisson arrivals, exponential run times, one queue.
struct Mmc {
  double utilization = 0;
  double wait_probability = 0;
  double wq = 0;            ///< mean wait in the queue
  double lq = 0;            ///< mean length of the queue
  double w = 0;             ///< mean time from arrival to end
  double l = 0;             ///< mean number waiting or running
  double servers_rate = 0;  ///< what the servers can do beyond what comes, per second

  /// The p-quantile of the wait in the queue.
  double wait_quantile(double p) const;
};
/// Nothing where there is no steady state: the tasks come faster than the servers can run them.
std::optional<Mmc> mmc(double arrival_rate, double service_rate, std::uint64_t servers);

/// The mean wait where arrivals and run times have the squared coefficients of variation `ca2` and
/// `cs2`: that of M/M/c times (ca2 + cs2) / 2. Allen and Cunneen; an approximation, good to some 10
/// % at a high load. Nothing where there is no steady state.
std::optional<double> allen_cunneen_wait(double arrival_rate, double mean_service,
                                         std::uint64_t servers, double ca2, double cs2);

/// L = X W: what is in a system is what comes per second times how long it stays. Little 1961.
double little_in_system(double throughput, double time_in_system);

/// What a queue's area (tasks * seconds) says of the tasks that left it; holds exactly for any
/// stretch that begins and ends with an empty queue.
struct QueueMeans {
  double queue = 0;  ///< tasks
  double wait = 0;   ///< seconds
};
QueueMeans little_means(double queue_area, double duration, std::uint64_t started);

/// A closed pool: each of n workers thinks for `think` and then queues at stations with these
/// demands, over and over. Exact mean value analysis, Reiser and Lavenberg 1980.
struct ClosedNetwork {
  double think = 0;
  std::vector<double> demands = {};

  double throughput(std::uint64_t workers) const;
  double upper_bound(std::uint64_t workers) const;
  /// Where the two upper bounds meet.
  double saturation_workers() const;
};

/// Workers that wait for `latency` outside of the cores and then compute for `cpu` on one of
/// `cores`: the machine-repairman chain. Only the mean of the latency matters; `cpu` is taken as
/// exponential.
struct ClosedPool {
  double latency = 0;
  double cpu = 0;
  std::uint64_t cores = 1;

  double throughput(std::uint64_t workers) const;
  double upper_bound(std::uint64_t workers) const;
};

}  // namespace poolscope::experiment
