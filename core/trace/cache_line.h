// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace poolscope::trace {

inline constexpr std::size_t kCacheLine = 64;

/// Asks for the cache line at `address`, to be written to soon: a store that has to fetch it from
/// another core holds up the next atomic operation. Any address will do.
inline void prefetch_for_write(const void* address) noexcept {
#if defined(__x86_64__)
  // Where the processor has no such thing, it does nothing. The compiler's own would fetch for
  // reading unless told that all processors have it.
  asm volatile("prefetchw %0" : : "m"(*static_cast<const char*>(address)));
#else
  __builtin_prefetch(address, 1);
#endif
}

}  // namespace poolscope::trace
