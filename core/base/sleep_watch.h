// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace poolscope {

/// Notices that the computer slept: CLOCK_MONOTONIC, the time of all events, stands still
/// meanwhile, CLOCK_BOOTTIME goes on. Times in ns. Threads: one at a time.
class SleepWatch {
 public:
  SleepWatch(std::uint64_t boot_ns, std::uint64_t monotonic_ns)
      : apart_(static_cast<std::int64_t>(boot_ns - monotonic_ns)) {}

  /// What to tell of a sleep since the last call; empty without one. Less than a second is none:
  /// the clocks are not read at the same moment.
  std::string look(std::uint64_t boot_ns, std::uint64_t monotonic_ns);

 private:
  std::int64_t apart_;
};

}  // namespace poolscope
