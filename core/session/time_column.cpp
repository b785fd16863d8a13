// SPDX-License-Identifier: Apache-2.0
#include "core/session/time_column.h"

#include <algorithm>

namespace poolscope::session {
namespace {

// The first value of a chunk may be followed by smaller ones (tasks are queued nearly in the order
// of their ids, not quite), so its base lies a little below it.
constexpr TimeNs kSlack = TimeNs{1} << 28;

}  // namespace

TimeColumn::Chunk::Chunk(const Chunk& other)
    : epoch(other.epoch),
      base(other.base),
      wide(other.wide ? std::make_unique<std::array<TimeNs, kChunk>>(*other.wide) : nullptr),
      narrow(other.narrow) {}

bool TimeColumn::Chunk::fits(TimeNs value) const {
  return wide || (base != kAbsent &&
                  static_cast<std::uint64_t>(wrapping_subtract(value, base)) < kNarrowAbsent);
}

void TimeColumn::Chunk::store(std::size_t at, TimeNs value) {
  if (value == kAbsent) {
    if (wide) {
      (*wide)[at] = kAbsent;
    } else {
      narrow[at] = kNarrowAbsent;
    }
    return;
  }
  if (base == kAbsent && !wide) {
    base = wrapping_subtract(value, kSlack);
  }
  if (!fits(value)) {
    widen();
  }
  if (wide) {
    (*wide)[at] = value;
  } else {
    narrow[at] = static_cast<std::uint32_t>(wrapping_subtract(value, base));
  }
}

void TimeColumn::Chunk::widen() {
  auto values = std::make_unique<std::array<TimeNs, kChunk>>();
  for (std::size_t i = 0; i < kChunk; ++i) {
    (*values)[i] = get(i);
  }
  wide = std::move(values);
}

void TimeColumn::push_back(TimeNs value) {
  const std::size_t chunk = size_ / kChunk;
  const std::size_t at = size_ % kChunk;
  if (at == 0) {
    tree_.renew(chunk).store(0, value);
  } else {
    // What readers of the chunk look at besides their own elements (base, wide) changes only in a
    // chunk of our own.
    Chunk& tail = tree_.tail(chunk);
    const bool in_place = size_ >= frozen_ && (value == kAbsent || tail.fits(value));
    (in_place ? tail : tree_.own(chunk)).store(at, value);
  }
  ++size_;
}

void TimeColumn::set(std::size_t index, TimeNs value) {
  tree_.own(index / kChunk).store(index % kChunk, value);
}

void TimeColumn::resize_absent(std::size_t size) {
  while (size_ < size) {
    push_back(kAbsent);
  }
}

void TimeColumn::freeze() {
  frozen_ = std::max(frozen_, size_);
  tree_.freeze();
}

std::size_t TimeColumn::search_chunk(std::size_t chunk, TimeNs value) const {
  const Chunk& values = tree_[chunk];
  const std::size_t count = std::min(kChunk, size_ - chunk * kChunk);
  if (values.wide) {
    const auto begin = values.wide->begin();
    const auto end = begin + static_cast<std::ptrdiff_t>(count);
    return chunk * kChunk + static_cast<std::size_t>(std::lower_bound(begin, end, value) - begin);
  }
  if (value <= values.base) {
    return chunk * kChunk;
  }
  const TimeNs offset = std::min(value - values.base, TimeNs{kNarrowAbsent});
  const auto begin = values.narrow.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(count);
  const auto found = std::lower_bound(begin, end, static_cast<std::uint32_t>(offset));
  return chunk * kChunk + static_cast<std::size_t>(found - begin);
}

std::size_t TimeColumn::lower_bound(TimeNs value, std::size_t hint) const {
  if (size_ == 0) {
    return 0;
  }
  const std::size_t chunks = (size_ + kChunk - 1) / kChunk;
  // The last chunk in [low, high) that begins below `value` holds the answer (or its end does).
  std::size_t low = std::min(hint / kChunk, chunks - 1);
  std::size_t high = chunks;
  if (tree_[low].get(0) >= value) {
    high = low;
    low = 0;
  } else {
    for (std::size_t step = 1; low + step < chunks; step *= 2) {
      if (tree_[low + step].get(0) >= value) {
        high = low + step;
        break;
      }
      low += step;
    }
  }
  while (low + 1 < high) {
    const std::size_t middle = low + (high - low) / 2;
    (tree_[middle].get(0) < value ? low : high) = middle;
  }
  return search_chunk(low, value);
}

}  // namespace poolscope::session
