// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>

namespace poolscope {

/// The cores this process may use: the affinity mask, and where a cgroup sets a smaller CPU quota,
/// that quota rounded up. Never 0. As os.process_cpu_count() of Python 3.13, plus the quota.
/// Threads: any.
std::size_t usable_cores();

/// The rule of thumb that Poolscope puts to the test: cores + 4.
constexpr std::size_t rule_of_thumb_workers(std::size_t cores) {
  return cores + 4;
}
inline std::size_t rule_of_thumb_workers() {
  return rule_of_thumb_workers(usable_cores());
}

/// What ThreadPoolExecutor of Python 3.13 takes where nothing is said: min(32, cores + 4).
constexpr std::size_t python_default_workers(std::size_t cores) {
  return std::min<std::size_t>(32, cores + 4);
}

}  // namespace poolscope
