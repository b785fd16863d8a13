// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace poolscope::session {

/// How many durations lie in each of buckets that are the same for all: one of 0 ns, and above it
/// sixteen an octave, each ending at 2^(1/16) times its begin (to the nanosecond). What is read off
/// is wrong by less than 4.5 %. Two can be added, so that a stretch is the sum of its parts.
/// Threads: as a value.
class DurationHistogram {
 public:
  static constexpr std::size_t kPerOctave = 16;
  static constexpr std::size_t kMostBuckets = 1 + 63 * kPerOctave;
  /// The end of a bucket over its begin, to what the nanosecond allows.
  static constexpr double kBucketRatio = 1.0442737824274138;

  /// The bucket of a duration; what is below 0 counts as 0.
  static std::size_t bucket_of(std::int64_t duration_ns);
  /// The least duration in a bucket, and the end of the one before it: the bucket is
  /// [begin_of(bucket), begin_of(bucket + 1)). Some of the first buckets hold no whole nanosecond.
  static std::int64_t begin_of(std::size_t bucket);

  /// Of all buckets.
  std::uint64_t count() const { return count_; }
  /// Past the last bucket that holds any.
  std::size_t size() const { return counts_.size(); }
  std::uint64_t operator[](std::size_t bucket) const { return counts_[bucket]; }

  void add(std::int64_t duration_ns) { add_to(bucket_of(duration_ns), 1); }
  void add_to(std::size_t bucket, std::uint64_t count);
  void add(const DurationHistogram& other);
  void clear();

  /// The value with `rank` smaller ones, 0 <= rank < count(), somewhere in its bucket.
  double value_at(std::uint64_t rank) const;

  friend bool operator==(const DurationHistogram&, const DurationHistogram&) = default;

 private:
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
};

}  // namespace poolscope::session
