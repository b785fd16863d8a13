// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/workload/random.h"

#include <cstddef>
#include <cstdint>

namespace poolscope::experiment {

inline constexpr std::uint64_t kResamplingSeed = 1;
inline constexpr std::size_t kResamples = 2000;

/// A place to draw a value from for a resample, in [0, size). Precondition: size < 2^32.
inline std::size_t draw_place(workload::Random& random, std::size_t size) {
  return static_cast<std::size_t>(((random.next() >> 32) * size) >> 32);
}

}  // namespace poolscope::experiment
