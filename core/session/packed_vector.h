// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/packed_column.h"

#include <cstddef>
#include <span>
#include <type_traits>

namespace poolscope::session {

/// A PackedColumn of unsigned numbers, with the interface of SharedVector. Threads: as
/// PackedColumn.
template <typename T>
class PackedVector {
  static_assert(std::is_unsigned_v<T>);

 public:
  std::size_t size() const { return column_.size(); }
  bool empty() const { return column_.empty(); }
  T operator[](std::size_t index) const { return static_cast<T>(column_[index]); }
  /// As numbers of the column, PackedColumn::kAbsent past the end and where nothing was set.
  void read(std::size_t first, std::span<PackedColumn::Value> values) const {
    column_.read(first, values);
  }
  T back() const { return static_cast<T>(column_.back()); }
  void push_back(T value) { column_.push_back(static_cast<PackedColumn::Value>(value)); }
  void set(std::size_t index, T value) {
    column_.set(index, static_cast<PackedColumn::Value>(value));
  }
  void truncate(std::size_t size) { column_.truncate(size); }
  void freeze() { column_.freeze(); }
  /// As of PackedColumn.
  void drop(std::size_t chunk) { column_.drop(chunk); }
  std::size_t bytes() const { return column_.bytes(); }

  /// For vectors that mostly hold `absent`: it is read where nothing else was set, and nothing is
  /// stored until something else comes. Of 64 bits, 2^63 is no value.
  T get_or(std::size_t index, T absent) const {
    const PackedColumn::Value value = column_.get(index);
    return value == PackedColumn::kAbsent ? absent : static_cast<T>(value);
  }
  void set_sparse(std::size_t index, T value, T absent) {
    if (value != absent) {
      column_.set(index, static_cast<PackedColumn::Value>(value));
    } else if (index < column_.size()) {
      column_.set(index, PackedColumn::kAbsent);
    }
  }

 private:
  PackedColumn column_;
};

}  // namespace poolscope::session
