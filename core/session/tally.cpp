// SPDX-License-Identifier: Apache-2.0
#include "core/session/tally.h"

#include <algorithm>
#include <cmath>

namespace poolscope::session {
namespace {

// A few in a bucket and a few empty ones before it are one byte.
constexpr unsigned kGapBits = 4;
constexpr std::size_t kWideGap = (1U << kGapBits) - 1;

}  // namespace

void DurationTally::add(const DurationTally& other) {
  histogram_.add(other.histogram_);
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

void DurationTally::clear() {
  histogram_.clear();
  sum_ = 0;
  max_ = 0;
}

std::optional<Distribution> DurationTally::distribution() const {
  if (count() == 0) {
    return {};
  }
  const auto most = static_cast<double>(max_);
  const auto quantile = [&](double p) {
    // As quantile() in statistics.cpp of all values, each of them taken from its bucket.
    const double h = static_cast<double>(count() - 1) * p;
    const auto below = static_cast<std::uint64_t>(std::floor(h));
    const double low = std::min(histogram_.value_at(below), most);
    const double high = std::min(histogram_.value_at(std::min(below + 1, count() - 1)), most);
    return (low + (h - std::floor(h)) * (high - low)) * 1e-9;
  };
  return Distribution{.count = count(),
                      .mean = static_cast<double>(static_cast<long double>(sum_) /
                                                  static_cast<long double>(count()) * 1e-9L),
                      .p50 = quantile(0.5),
                      .p90 = quantile(0.9),
                      .p99 = quantile(0.99),
                      .max = most * 1e-9,
                      .histogram = histogram_};
}

void DurationTally::write(SummaryWriter& writer) const {
  writer.put(histogram_.count());
  std::size_t next = 0;
  for (std::size_t bucket = 0; bucket < histogram_.size(); ++bucket) {
    if (histogram_[bucket] > 0) {
      const std::size_t gap = bucket - next;
      writer.put((histogram_[bucket] - 1) << kGapBits | std::min(gap, kWideGap));
      if (gap >= kWideGap) {
        writer.put(gap - kWideGap);
      }
      next = bucket + 1;
    }
  }
  if (histogram_.count() > 0) {
    writer.put(static_cast<std::uint64_t>(sum_));
    writer.put(static_cast<std::uint64_t>(sum_ >> 64));
    writer.put(static_cast<std::uint64_t>(max_));
  }
}

void DurationTally::read(SummaryReader& reader) {
  const std::uint64_t count = reader.take();
  std::size_t next = 0;
  for (std::uint64_t read = 0; read < count;) {
    const std::uint64_t code = reader.take();
    next += code & kWideGap;
    if ((code & kWideGap) == kWideGap) {
      next += reader.take();
    }
    const std::uint64_t of_bucket = (code >> kGapBits) + 1;
    histogram_.add_to(next++, of_bucket);
    read += of_bucket;
  }
  if (count > 0) {
    const std::uint64_t low = reader.take();
    sum_ += static_cast<Area>(low) + (static_cast<Area>(reader.take()) << 64);
    max_ = std::max(max_, static_cast<TimeNs>(reader.take()));
  }
}

DurationTally::Brief DurationTally::read_brief(SummaryReader& reader) {
  Brief brief{.count = reader.take()};
  for (std::uint64_t read = 0; read < brief.count;) {
    const std::uint64_t code = reader.take();
    if ((code & kWideGap) == kWideGap) {
      reader.take();
    }
    read += (code >> kGapBits) + 1;
  }
  if (brief.count > 0) {
    reader.take();  // the sum's two halves
    reader.take();
    brief.max = static_cast<TimeNs>(reader.take());
  }
  return brief;
}

KindTally::Entry& KindTally::entry(trace::NameId name) {
  std::uint32_t& recent = recent_[name % recent_.size()];
  if (recent == 0 || entries_[recent - 1].name != name) {
    const auto [place, fresh] = places_.try_emplace(name, entries_.size());
    if (fresh) {
      entries_.push_back({.name = name});
    }
    recent = static_cast<std::uint32_t>(place->second + 1);
  }
  return entries_[recent - 1];
}

void KindTally::add(const KindTally& other) {
  for (const Entry& theirs : other.entries_) {
    Entry& ours = entry(theirs.name);
    for (std::size_t i = 0; i < kCounts; ++i) {
      ours.counts[i] += theirs.counts[i];
    }
  }
}

void KindTally::clear() {
  entries_.clear();
  places_.clear();
  recent_ = {};
}

void KindTally::write(Count count, SummaryWriter& writer) const {
  const auto told = [&](const Entry& entry) { return entry.counts[count] > 0; };
  writer.put(static_cast<std::uint64_t>(std::ranges::count_if(entries_, told)));
  for (const Entry& entry : entries_) {
    if (told(entry)) {
      writer.put(entry.name);
      writer.put(entry.counts[count]);
    }
  }
}

void KindTally::read(Count count, SummaryReader& reader) {
  for (std::uint64_t left = reader.take(); left > 0; --left) {
    const auto name = static_cast<trace::NameId>(reader.take());
    add(name, count, reader.take());
  }
}

void TaskTally::add(const TaskTally& other) {
  started += other.started;
  finished += other.finished;
  failed += other.failed;
  waits.add(other.waits);
  runs.add(other.runs);
  kinds.add(other.kinds);
}

void TaskTally::clear() {
  started = finished = failed = 0;
  waits.clear();
  runs.clear();
  kinds.clear();
}

}  // namespace poolscope::session
