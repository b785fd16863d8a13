// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <ctime>

namespace poolscope::trace {

inline std::uint64_t read_clock_ns(clockid_t clock) noexcept {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(t.tv_nsec);
}

/// CLOCK_MONOTONIC in ns: the time of every event.
inline std::uint64_t now_ns() noexcept {
  return read_clock_ns(CLOCK_MONOTONIC);
}

/// CPU time of the calling thread in ns. Costs about ten times a now_ns().
inline std::uint64_t thread_cpu_ns() noexcept {
  return read_clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

}  // namespace poolscope::trace
