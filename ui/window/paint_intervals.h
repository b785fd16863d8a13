// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace poolscope::ui {

/// How long it took from one paint to the next, as a histogram of constant size: what a user sees
/// of smoothness.
class PaintIntervals {
 public:
  static constexpr double kBucketMs = 0.25;

  /// A paint at this time, monotonic.
  void add(std::int64_t timeNs);
  /// Nothing moves for a while: the time until the next paint is no interval.
  void rest() { last_.reset(); }
  void clear();

  std::uint64_t count() const { return count_; }
  /// The upper end of the bucket that holds this quantile, 0..1; 0 without intervals. Beyond 1 s it
  /// says 1 s.
  double quantileMs(double quantile) const;

 private:
  static constexpr std::size_t kBuckets = 4000;

  std::array<std::uint32_t, kBuckets> buckets_ = {};
  std::uint64_t count_ = 0;
  std::optional<std::int64_t> last_;
};

}  // namespace poolscope::ui
