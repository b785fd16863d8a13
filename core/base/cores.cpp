// SPDX-License-Identifier: Apache-2.0
#include "core/base/cores.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sched.h>
#include <string>
#include <thread>

namespace poolscope {
namespace {

std::size_t affinity_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) {
    return static_cast<std::size_t>(CPU_COUNT(&set));
  }
  return std::thread::hardware_concurrency();  // more than 1024 CPUs, or no such call
}

/// Cores granted by cgroup v2's cpu.max ("max 100000" or "150000 100000"); 0 where there is no
/// limit.
std::size_t quota_cores() {
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max" || period <= 0) {
    return 0;
  }
  const double limit = std::strtod(quota.c_str(), nullptr);
  return limit > 0 ? static_cast<std::size_t>(std::ceil(limit / period)) : 0;
}

}  // namespace

std::size_t usable_cores() {
  const std::size_t by_affinity = std::max<std::size_t>(1, affinity_cores());
  const std::size_t by_quota = quota_cores();
  return by_quota == 0 ? by_affinity : std::min(by_affinity, by_quota);
}

}  // namespace poolscope
