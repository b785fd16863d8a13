// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/duration_histogram.h"
#include "core/session/packed_column.h"
#include "core/session/queue_steps.h"
#include "core/session/summary_tree.h"
#include "core/session/types.h"
#include "core/trace/event.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace poolscope::session {

/// Durations summed up: exact but for the place of each within its bucket. Threads: as a value.
class DurationTally {
 public:
  void add(TimeNs duration) {
    histogram_.add(duration);
    sum_ += duration;
    max_ = std::max(max_, duration);
  }
  void add(const DurationTally& other);
  void clear();
  std::uint64_t count() const { return histogram_.count(); }
  std::uint64_t operator[](std::size_t bucket) const { return histogram_[bucket]; }
  /// None of nothing. Quantiles are off by less than a bucket, the rest is exact.
  std::optional<Distribution> distribution() const;

  void write(SummaryWriter& writer) const;
  /// Adds what write() has put.
  void read(SummaryReader& reader);
  struct Brief {
    std::uint64_t count = 0;
    TimeNs max = 0;
  };
  /// What write() has put, but for its histogram.
  static Brief read_brief(SummaryReader& reader);

 private:
  DurationHistogram histogram_;
  Area sum_ = 0;
  TimeNs max_ = 0;
};

/// Counts by the tasks' names. Threads: as a value.
class KindTally {
 public:
  static constexpr std::size_t kCounts = 4;
  enum Count : std::uint8_t { started, finished, failed, cancelled };
  struct Entry {
    trace::NameId name = 0;
    std::array<std::uint64_t, kCounts> counts = {};
  };

  void add(trace::NameId name, Count count, std::uint64_t tasks = 1) {
    entry(name).counts[count] += tasks;
  }
  void add(const KindTally& other);
  void clear();
  const std::vector<Entry>& entries() const { return entries_; }  ///< in no order

  /// Of one count, names that have none left out.
  void write(Count count, SummaryWriter& writer) const;
  void read(Count count, SummaryReader& reader);

 private:
  Entry& entry(trace::NameId name);

  std::vector<Entry> entries_;
  std::unordered_map<trace::NameId, std::size_t> places_;
  std::array<std::uint32_t, 16> recent_ = {};  // place + 1, by name
};

/// What is counted of the tasks of a stretch on one lane: of those that started in it, and of those
/// that ended in it. Threads: as a value.
struct TaskTally {
  std::uint64_t started = 0, finished = 0, failed = 0;
  DurationTally waits;  ///< in the queue, of those started
  DurationTally runs;   ///< of those finished
  KindTally kinds;

  void add(const TaskTally& other);
  void clear();
};

}  // namespace poolscope::session
