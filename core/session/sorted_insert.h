// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/packed_column.h"
#include "core/session/packed_vector.h"

#include <cstddef>
#include <vector>

namespace poolscope::session {

/// Puts `time` into its place among times in order. Cost O(those behind it): stragglers are few and
/// late by little.
inline void insert_sorted(PackedColumn& times, TimeNs time) {
  std::vector<TimeNs> behind;
  while (!times.empty() && times.back() > time) {
    behind.push_back(times.back());
    times.truncate(times.size() - 1);
  }
  times.push_back(time);
  for (; !behind.empty(); behind.pop_back()) {
    times.push_back(behind.back());
  }
}

/// Puts `value` behind all that are not greater by `key`.
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

}  // namespace poolscope::session
