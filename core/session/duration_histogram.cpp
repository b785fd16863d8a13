// SPDX-License-Identifier: Apache-2.0
#include "core/session/duration_histogram.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

namespace poolscope::session {
namespace {

constexpr unsigned kTopBit = 63;
/// Where the buckets of an octave begin, its begin being 2^63: 2^(63 + i/16), rounded up.
constexpr std::array<std::uint64_t, DurationHistogram::kPerOctave> kBegins = {
    0x8000000000000000, 0x85aac367cc487b15, 0x8b95c1e3ea8bd6e7, 0x91c3d373ab11c337,
    0x9837f0518db8a970, 0x9ef5326091a111ae, 0xa5fed6a9b15138eb, 0xad583eea42a14ac7,
    0xb504f333f9de6485, 0xbd08a39f580c36bf, 0xc5672a115506dade, 0xce248c151f8480e4,
    0xd744fccad69d6af5, 0xe0ccdeec2a94e112, 0xeac0c6e7dd24392f, 0xf5257d152486cc2d};

}  // namespace

std::size_t DurationHistogram::bucket_of(std::int64_t duration_ns) {
  if (duration_ns <= 0) {
    return 0;
  }
  const auto value = static_cast<std::uint64_t>(duration_ns);
  const auto octave = static_cast<unsigned>(std::bit_width(value)) - 1;
  const std::uint64_t mantissa = value << (kTopBit - octave);
  // Sixteenths of the octave's length begin no earlier than its buckets do.
  std::size_t place = static_cast<std::size_t>(mantissa >> (kTopBit - 4)) & (kPerOctave - 1);
  while (place + 1 < kPerOctave && kBegins[place + 1] <= mantissa) {
    ++place;
  }
  return 1 + octave * kPerOctave + place;
}

std::int64_t DurationHistogram::begin_of(std::size_t bucket) {
  if (bucket == 0 || bucket >= kMostBuckets) {
    return bucket == 0 ? 0 : std::numeric_limits<std::int64_t>::max();
  }
  const std::size_t octave = (bucket - 1) / kPerOctave;
  const auto shift = static_cast<unsigned>(kTopBit - octave);
  const std::uint64_t begin = kBegins[(bucket - 1) % kPerOctave];
  const std::uint64_t cut_off = begin & ((std::uint64_t{1} << shift) - 1);
  return static_cast<std::int64_t>((begin >> shift) + (cut_off != 0 ? 1 : 0));
}

void DurationHistogram::add_to(std::size_t bucket, std::uint64_t count) {
  if (bucket >= counts_.size()) {
    counts_.resize(bucket + 1, 0);
  }
  counts_[bucket] += count;
  count_ += count;
}

void DurationHistogram::add(const DurationHistogram& other) {
  counts_.resize(std::max(counts_.size(), other.counts_.size()), 0);
  for (std::size_t i = 0; i < other.counts_.size(); ++i) {
    counts_[i] += other.counts_[i];
  }
  count_ += other.count_;
}

void DurationHistogram::clear() {
  counts_.clear();
  count_ = 0;
}

double DurationHistogram::value_at(std::uint64_t rank) const {
  std::uint64_t below = 0;
  std::size_t bucket = 0;
  while (bucket + 1 < counts_.size() && below + counts_[bucket] <= rank) {
    below += counts_[bucket++];
  }
  const auto begin = static_cast<double>(begin_of(bucket));
  const auto last = static_cast<double>(begin_of(bucket + 1) - 1);
  const double share = (static_cast<double>(rank - below) + 0.5) /
                       static_cast<double>(std::max<std::uint64_t>(counts_[bucket], 1));
  return begin + (last - begin) * share;
}

}  // namespace poolscope::session
