// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace poolscope::workload {

/// Random numbers that belong to a place, not to a moment: a stream is keyed by what it is drawn
/// for (seed, batch, position), so that a task draws the same whatever ran before it, on whichever
/// worker. SplitMix64 (Steele, Lea, Flood 2014); not the standard library's distributions, whose
/// results differ between implementations. Threads: one stream belongs to one thread.
class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t batch = 0, std::uint64_t position = 0)
      : state_(mix(mix(mix(seed + kStep) ^ (batch * kStep)) ^ (position + 1) * kStep)) {}

  std::uint64_t next() {
    state_ += kStep;
    return mix(state_);
  }

  /// In (0, 1): neither end, so that its logarithm is finite. 52 bits and the half are what a
  /// double holds.
  double uniform() { return (static_cast<double>(next() >> 12) + 0.5) * 0x1.0p-52; }

  /// Standard normal, by Box and Muller (1958); always two draws.
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
  }

 private:
  static constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15U;

  static constexpr std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
  }

  std::uint64_t state_;
};

}  // namespace poolscope::workload
