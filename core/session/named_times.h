// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/packed_column.h"
#include "core/session/packed_vector.h"
#include "core/session/sorted.h"
#include "core/session/summary_tree.h"
#include "core/session/tally.h"
#include "core/session/types.h"
#include "core/trace/event.h"

#include <cstddef>
#include <utility>

namespace poolscope::session {

/// When tasks of a kind met the same fate, in time order. Threads: as SharedVector.
class NamedTimes {
 public:
  /// Out of order, too. What is not the latest is taken in by seal().
  void insert(TimeNs time, trace::NameId name);
  /// Takes one out, which is there.
  void remove(TimeNs time, trace::NameId name) { changes_.remove({time, name}); }
  /// One of `time` has another name than was thought.
  void rename(TimeNs time, trace::NameId from, trace::NameId to) {
    remove(time, from);
    changes_.add({time, to});
  }
  /// Takes in what waits and brings the summaries up to date. Cost O(new ones + those behind the
  /// earliest of what waited); how many these are.
  std::size_t seal();
  std::size_t bytes() const { return times_.bytes() + names_.bytes() + summaries_.bytes(); }
  void freeze();

  std::uint64_t count_in(TimeNs begin, TimeNs end) const {
    return times_.lower_bound(end) - times_.lower_bound(begin);
  }
  std::size_t lower_bound(TimeNs time) const { return times_.lower_bound(time); }
  /// Adds those in [begin, end) to `kinds`. Cost O(log times + a block), for each kind.
  void count_kinds(TimeNs begin, TimeNs end, KindTally::Count count, KindTally& kinds) const;

 private:
  using Entry = std::pair<TimeNs, trace::NameId>;

  std::size_t settle();
  void push(const Entry& entry);

  PackedColumn times_;
  PackedVector<trace::NameId> names_;
  SummaryTree summaries_;
  SortedChanges<Entry> changes_;  // the writer's only
};

}  // namespace poolscope::session
