// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cmath>

namespace poolscope::detail {

/// Until when to wait, on the steady clock; by default for ever.
struct Deadline {
  using Clock = std::chrono::steady_clock;

  Clock::time_point at = Clock::time_point::max();

  bool never() const { return at == Clock::time_point::max(); }
  bool passed() const { return !never() && Clock::now() >= at; }

  /// `timeout` from now: any representation, also hours::max() (for ever), negative or not a number
  /// (now).
  template <typename Rep, typename Period>
  static Deadline after(std::chrono::duration<Rep, Period> timeout) {
    using Seconds = std::chrono::duration<long double>;
    const Clock::time_point now = Clock::now();
    const Seconds asked(timeout);
    if (!(asked.count() > 0)) {
      return {now};
    }
    if (asked >= Seconds(Clock::time_point::max() - now)) {
      return {};
    }
    return {now + std::chrono::duration_cast<Clock::duration>(asked)};
  }
};

}  // namespace poolscope::detail
