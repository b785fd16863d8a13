// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/packed_vector.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
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
