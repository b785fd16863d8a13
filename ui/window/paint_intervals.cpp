// SPDX-License-Identifier: Apache-2.0
#include "ui/window/paint_intervals.h"

#include <algorithm>
#include <cmath>

namespace poolscope::ui {

void PaintIntervals::add(std::int64_t timeNs) {
  if (last_) {
    const double ms = static_cast<double>(timeNs - *last_) / 1e6;
    const auto bucket = static_cast<std::size_t>(std::max(0.0, ms / kBucketMs));
    ++buckets_[std::min(bucket, kBuckets - 1)];
    ++count_;
  }
  last_ = timeNs;
}

void PaintIntervals::clear() {
  buckets_.fill(0);
  count_ = 0;
  last_.reset();
}

double PaintIntervals::quantileMs(double quantile) const {
  const double wanted = std::max(1.0, std::ceil(quantile * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; count_ > 0 && i < kBuckets; ++i) {
    seen += buckets_[i];
    if (static_cast<double>(seen) >= wanted) {
      return static_cast<double>(i + 1) * kBucketMs;
    }
  }
  return 0;
}

}  // namespace poolscope::ui
