// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace poolscope::experiment {

/// Which of so many has the least value, where one changes at a time: a winner tree. Of equals it
/// is the one with the smaller index. Cost: O(log size) a change. Threads: one.
class MinTree {
 public:
  static constexpr double kNone = std::numeric_limits<double>::infinity();

  explicit MinTree(std::size_t size)
      : leaves_(std::bit_ceil(size < 1 ? std::size_t{1} : size)),
        values_(leaves_, kNone),
        winners_(2 * leaves_) {
    for (std::size_t i = 0; i < leaves_; ++i) {
      winners_[leaves_ + i] = static_cast<std::uint32_t>(i);
    }
    for (std::size_t node = leaves_ - 1; node > 0; --node) {
      winners_[node] = winners_[2 * node];
    }
  }

  std::uint32_t least() const { return winners_[1]; }
  double value() const { return values_[winners_[1]]; }

  void set(std::uint32_t index, double value) {
    values_[index] = value;
    for (std::size_t node = (leaves_ + index) / 2; node > 0; node /= 2) {
      const std::uint32_t left = winners_[2 * node];
      const std::uint32_t right = winners_[2 * node + 1];
      winners_[node] = values_[left] <= values_[right] ? left : right;
    }
  }
  void clear(std::uint32_t index) { set(index, kNone); }

 private:
  std::size_t leaves_;
  std::vector<double> values_;
  std::vector<std::uint32_t> winners_;  // by node; the root is 1, the leaves are the last half
};

}  // namespace poolscope::experiment
