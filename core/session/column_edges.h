// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/state.h"
#include "core/session/types.h"

#include <algorithm>
#include <cstddef>

namespace poolscope::session {

inline TimeNs clamp_time(TimeNs time) {
  return std::clamp(time, -kMaxTime, kMaxTime + 1);
}

/// [begin, end) in equal spans, to the nanosecond.
class ColumnEdges {
 public:
  ColumnEdges(TimeNs begin, TimeNs end, int columns)
      : begin_(clamp_time(begin)),
        span_(std::max<TimeNs>(clamp_time(end) - begin_, 0)),
        columns_(std::max(columns, 0)) {}

  std::size_t size() const { return static_cast<std::size_t>(columns_); }
  /// Nothing to ask for: every column is empty.
  bool nothing() const { return span_ == 0 || columns_ == 0; }
  TimeNs end() const { return begin_ + span_; }
  TimeNs edge(std::size_t column) const {
    const auto i = static_cast<TimeNs>(column);
    return begin_ + span_ / columns_ * i + span_ % columns_ * i / columns_;
  }
  /// Which of the columns `time`, in [begin, end), lies in.
  std::size_t column_of(TimeNs time) const {
    // The product of all would not fit into 64 bits; what rounding does is set right.
    const double share = static_cast<double>(time - begin_) / static_cast<double>(span_);
    auto column =
        std::min(static_cast<std::size_t>(share * static_cast<double>(columns_)), size() - 1);
    while (column > 0 && edge(column) > time) {
      --column;
    }
    while (column + 1 < size() && edge(column + 1) <= time) {
      ++column;
    }
    return column;
  }
  /// The end of what a column shows of states: narrower than a nanosecond it still shows the one it
  /// lies in.
  TimeNs shown_until(std::size_t column) const {
    return std::max(edge(column + 1), edge(column) + 1);
  }

 private:
  TimeNs begin_;
  TimeNs span_;
  TimeNs columns_;
};

}  // namespace poolscope::session
