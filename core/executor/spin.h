// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace poolscope::detail {

/// Whether it makes sense to wait for another thread without sleeping: it can run only if there is
/// a second core.
bool may_spin();

inline void relax_cpu() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Looks for `condition` for up to `limit`; says whether it came true.
template <typename Condition>
bool spin_until(Condition condition, std::chrono::nanoseconds limit) {
  if (!may_spin()) {
    return condition();
  }
  const auto end = std::chrono::steady_clock::now() + limit;
  do {
    for (int i = 0; i < 32; ++i) {
      if (condition()) {
        return true;
      }
      relax_cpu();
    }
  } while (std::chrono::steady_clock::now() < end);
  return condition();
}

}  // namespace poolscope::detail
