// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/packed_vector.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <span>
#include <vector>

namespace poolscope::session {

/// Puts each of `more` behind all that are not greater by `key`; it is empty then. Cost O(those
/// behind the first of them), whose number is the answer.
template <typename Values, typename T, typename Key>
std::size_t merge_sorted(Values& values, std::vector<T>& more, const Key& key) {
  if (more.empty()) {
    return 0;
  }
  const auto less = [&](const T& a, const T& b) { return key(a) < key(b); };
  std::stable_sort(more.begin(), more.end(), less);
  std::vector<T> behind;
  while (!values.empty() && key(values.back()) > key(more.front())) {
    behind.push_back(values.back());
    values.truncate(values.size() - 1);
  }
  std::vector<T> merged;
  std::merge(behind.rbegin(), behind.rend(), more.begin(), more.end(), std::back_inserter(merged),
             less);
  for (const T& value : merged) {
    values.push_back(value);
  }
  more.clear();
  return behind.size();
}

/// Values that are to be put among sorted ones, and others that are to be taken out, much at once.
template <typename T>
class SortedChanges {
 public:
  void add(const T& value) { added_.push_back(value); }
  /// One that is there, or is added, too.
  void remove(const T& value) { removed_.push_back(value); }
  bool empty() const { return added_.empty() && removed_.empty(); }
  bool adds() const { return !added_.empty(); }
  /// Puts them in order; the least of them. There are some.
  T sort() {
    if (!std::ranges::is_sorted(added_)) {
      std::ranges::sort(added_);
    }
    std::ranges::sort(removed_);
    return added_.empty() || (!removed_.empty() && removed_.front() < added_.front())
               ? removed_.front()
               : added_.front();
  }
  /// After sort(), what `tail`, the sorted ones from the least change on, becomes; until clear().
  std::span<const T> among(const std::vector<T>& tail) {
    if (tail.empty() && removed_.empty()) {
      return added_;
    }
    std::vector<T> all;
    std::ranges::merge(tail, added_, std::back_inserter(all));
    std::ranges::set_difference(all, removed_, std::back_inserter(changed_));
    return changed_;
  }
  void clear() {
    added_.clear();
    removed_.clear();
    changed_.clear();
  }

 private:
  std::vector<T> added_, removed_, changed_;
};

/// Takes out of rising ones those of `gone`, which are there. Cost as of merge_sorted().
template <typename T>
std::size_t take_out_sorted(PackedVector<T>& values, std::vector<T> gone) {
  std::ranges::sort(gone);
  std::vector<T> behind;
  while (!values.empty() && values.back() >= gone.front()) {
    behind.push_back(values.back());
    values.truncate(values.size() - 1);
  }
  std::vector<T> left;
  std::set_difference(behind.rbegin(), behind.rend(), gone.begin(), gone.end(),
                      std::back_inserter(left));
  for (const T value : left) {
    values.push_back(value);
  }
  return behind.size();
}

}  // namespace poolscope::session
