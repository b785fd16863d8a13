// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/queueing.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

namespace poolscope::experiment {
namespace {

double as_double(std::uint64_t count) {
  return static_cast<double>(count);
}

double ratio_or_none(double above, double below) {
  return below > 0 ? above / below : std::numeric_limits<double>::infinity();
}

}  // namespace

double erlang_b(std::uint64_t servers, double offered_load) {
  double blocking = 1;
  for (std::uint64_t k = 1; k <= servers; ++k) {
    blocking = offered_load * blocking / (as_double(k) + offered_load * blocking);
  }
  return blocking;
}

double erlang_c(std::uint64_t servers, double offered_load) {
  const double utilization = offered_load / as_double(servers);
  if (!(utilization < 1)) {
    return 1;
  }
  const double blocking = erlang_b(servers, offered_load);
  return blocking / (1 - utilization * (1 - blocking));
}

double Mmc::wait_quantile(double p) const {
  return std::max(0.0, std::log(wait_probability / (1 - p)) / servers_rate);
}

std::optional<Mmc> mmc(double arrival_rate, double service_rate, std::uint64_t servers) {
  const double load = arrival_rate / service_rate;
  Mmc result;
  result.utilization = load / as_double(servers);
  if (!(result.utilization < 1)) {
    return std::nullopt;
  }
  result.servers_rate = as_double(servers) * service_rate - arrival_rate;
  result.wait_probability = erlang_c(servers, load);
  result.wq = result.wait_probability / result.servers_rate;
  result.lq = arrival_rate * result.wq;
  result.w = result.wq + 1 / service_rate;
  result.l = arrival_rate * result.w;
  return result;
}

std::optional<double> allen_cunneen_wait(double arrival_rate, double mean_service,
                                         std::uint64_t servers, double ca2, double cs2) {
  const auto exponential = mmc(arrival_rate, 1 / mean_service, servers);
  if (!exponential) {
    return std::nullopt;
  }
  return exponential->wq * (ca2 + cs2) / 2;
}

double little_in_system(double throughput, double time_in_system) {
  return throughput * time_in_system;
}

QueueMeans little_means(double queue_area, double duration, std::uint64_t started) {
  return {.queue = duration > 0 ? queue_area / duration : 0,
          .wait = started > 0 ? queue_area / as_double(started) : 0};
}

double ClosedNetwork::throughput(std::uint64_t workers) const {
  std::vector<double> queues(demands.size(), 0);
  double result = 0;
  for (std::uint64_t n = 1; n <= workers; ++n) {
    double time = think;
    for (std::size_t i = 0; i < demands.size(); ++i) {
      time += demands[i] * (1 + queues[i]);
    }
    result = ratio_or_none(as_double(n), time);
    for (std::size_t i = 0; i < demands.size(); ++i) {
      queues[i] = result * demands[i] * (1 + queues[i]);
    }
  }
  return result;
}

double ClosedNetwork::upper_bound(std::uint64_t workers) const {
  const double longest = demands.empty() ? 0 : *std::ranges::max_element(demands);
  const double alone = std::accumulate(demands.begin(), demands.end(), think);
  return std::min(ratio_or_none(as_double(workers), alone), ratio_or_none(1, longest));
}

double ClosedNetwork::saturation_workers() const {
  const double longest = demands.empty() ? 0 : *std::ranges::max_element(demands);
  return ratio_or_none(std::accumulate(demands.begin(), demands.end(), think), longest);
}

double ClosedPool::throughput(std::uint64_t workers) const {
  if (cpu <= 0) {
    return ratio_or_none(as_double(workers), latency);
  }
  if (latency <= 0) {
    return as_double(std::min(workers, cores)) / cpu;
  }
  // The weights grow and fall over many orders of magnitude: kept relative to the largest so far.
  double weight = 1;
  double sum = 1;
  double busy = 0;
  for (std::uint64_t k = 1; k <= workers; ++k) {
    const double working = as_double(std::min(k, cores));
    weight *= as_double(workers - k + 1) / latency * cpu / working;
    sum += weight;
    busy += weight * working;
    if (weight > 1e100) {
      sum /= weight;
      busy /= weight;
      weight = 1;
    }
  }
  return busy / cpu / sum;
}

double ClosedPool::upper_bound(std::uint64_t workers) const {
  return std::min(ratio_or_none(as_double(workers), latency + cpu),
                  ratio_or_none(as_double(cores), cpu));
}

}  // namespace poolscope::experiment
