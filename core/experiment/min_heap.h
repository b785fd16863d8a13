// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace poolscope::experiment {

/// Values and whose each is, the least first; of equals it is the one with the smaller owner. A
/// binary heap: where only a few of many owners have a value, its steps are fewer than MinTree's.
/// Cost: O(log size) a change. Threads: one.
class MinHeap {
 public:
  /// Infinity where there is none.
  double value() const {
    return entries_.empty() ? std::numeric_limits<double>::infinity() : entries_.front().value;
  }
  /// Precondition: there is one.
  std::uint32_t least() const { return entries_.front().owner; }

  void add(std::uint32_t owner, double value) {
    const Entry entry{value, owner};
    std::size_t place = entries_.size();
    entries_.push_back(entry);
    while (place > 0 && before(entry, entries_[(place - 1) / 2])) {
      entries_[place] = entries_[(place - 1) / 2];
      place = (place - 1) / 2;
    }
    entries_[place] = entry;
  }

  /// Another takes the place of the least. Precondition: there is one.
  void replace_least(std::uint32_t owner, double value) { sink({value, owner}, entries_.size()); }

  /// Precondition: there is one.
  void remove_least() {
    sink(entries_.back(), entries_.size() - 1);
    entries_.pop_back();
  }

 private:
  struct Entry {
    double value = 0;
    std::uint32_t owner = 0;
  };

  static bool before(const Entry& a, const Entry& b) {
    return (a.value < b.value) | ((a.value == b.value) & (a.owner < b.owner));
  }

  /// From the top, where nothing is, down to its place among the first `size`.
  void sink(const Entry entry, std::size_t size) {
    std::size_t place = 0;
    for (std::size_t child = 1; child < size; child = 2 * place + 1) {
      child += child + 1 < size && before(entries_[child + 1], entries_[child]) ? 1 : 0;
      if (!before(entries_[child], entry)) {
        break;
      }
      entries_[place] = entries_[child];
      place = child;
    }
    entries_[place] = entry;
  }

  std::vector<Entry> entries_;
};

}  // namespace poolscope::experiment
