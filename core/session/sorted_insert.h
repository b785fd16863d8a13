// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/packed_vector.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <vector>

namespace poolscope::session {

/// Puts `value` behind all that are not greater by `key`. Cost O(those behind it): stragglers are
/// few and late by little.
template <typename T, typename Key>
void insert_sorted(PackedVector<T>& values, T value, const Key& key) {
  std::vector<T> behind;
  while (!values.empty() && key(values.back()) > key(value)) {
    behind.push_back(values.back());
    values.truncate(values.size() - 1);
  }
  values.push_back(value);
  for (; !behind.empty(); behind.pop_back()) {
    values.push_back(behind.back());
  }
}

/// The same with all of `more`, which is empty then. Cost O(those behind the first of them), whose
/// number is the answer.
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

}  // namespace poolscope::session
