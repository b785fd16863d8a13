// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace poolscope::experiment {

/// Which of so many has the least value, where one changes at a time: a winner tree. Of equals it
/// is the one with the smaller index. Cost: O(log size) a change, and less where the change does
/// not reach the top: a value set that is not among the least stops after a step or two. Threads:
/// one.
class MinTree {
 public:
  static constexpr double kNone = std::numeric_limits<double>::infinity();

  explicit MinTree(std::size_t size)
      : leaves_(std::bit_ceil(size < 1 ? std::size_t{1} : size)),
        nodes_(2 * leaves_) {
    for (std::size_t i = 0; i < leaves_; ++i) {
      nodes_[leaves_ + i].index = static_cast<std::uint32_t>(i);
    }
    for (std::size_t node = leaves_ - 1; node > 0; --node) {
      nodes_[node] = nodes_[2 * node];
    }
  }

  std::uint32_t least() const { return nodes_[1].index; }
  double value() const { return nodes_[1].value; }

  void set(std::uint32_t index, double value) {
    std::size_t node = leaves_ + index;
    Winner winner{value, index};
    nodes_[node] = winner;
    while (node > 1) {
      const Winner other = nodes_[node ^ 1];
      const bool loses = beats(other, winner, node);
      node /= 2;
      if (nodes_[node].index != index && loses) {
        return;  // it did not win here before, and does not now: nothing changes above
      }
      winner = loses ? other : winner;
      nodes_[node] = winner;
    }
  }

  /// The least has no value any longer. Without a branch that depends on values: all up to the root
  /// changes.
  void clear_least() {
    std::size_t node = leaves_ + least();
    Winner winner{kNone, least()};
    nodes_[node] = winner;
    while (node > 1) {
      const Winner other = nodes_[node ^ 1];
      const bool loses = beats(other, winner, node);
      winner.value = loses ? other.value : winner.value;
      winner.index = loses ? other.index : winner.index;
      node /= 2;
      nodes_[node] = winner;
    }
  }

 private:
  struct Winner {  // with its value, so that a step up reads one place and not three
    double value = kNone;
    std::uint32_t index = 0;
  };

  /// Of equals the left one wins, which has the smaller index.
  static bool beats(const Winner& other, const Winner& winner, std::size_t node) {
    return (other.value < winner.value) | ((other.value == winner.value) & ((node & 1) != 0));
  }

  std::size_t leaves_;
  std::vector<Winner> nodes_;  // the root is 1, the leaves are the last half
};

}  // namespace poolscope::experiment
