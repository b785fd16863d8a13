// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/packed_column.h"
#include "core/session/packed_vector.h"
#include "core/session/summary_tree.h"
#include "core/session/tally.h"
#include "core/session/types.h"
#include "core/trace/event.h"

#include <cstddef>

namespace poolscope::session {

/// When tasks of a kind met the same fate, in time order. Threads: as SharedVector.
class NamedTimes {
 public:
  /// Cost O(those behind it): stragglers are few and late by little.
  void insert(TimeNs time, trace::NameId name);
  /// Takes one out, which is there.
  void remove(TimeNs time, trace::NameId name);
  /// One of `time` has another name than was thought. Cost O(those of the same time).
  void rename(TimeNs time, trace::NameId from, trace::NameId to);
  /// Brings the summaries up to date.
  void seal();
  std::size_t bytes() const { return times_.bytes() + names_.bytes() + summaries_.bytes(); }
  void freeze();

  std::uint64_t count_in(TimeNs begin, TimeNs end) const {
    return times_.lower_bound(end) - times_.lower_bound(begin);
  }
  std::size_t lower_bound(TimeNs time) const { return times_.lower_bound(time); }
  /// Adds those in [begin, end) to `kinds`. Cost O(log times + a block), for each kind.
  void count_kinds(TimeNs begin, TimeNs end, KindTally::Count count, KindTally& kinds) const;

 private:
  std::size_t place_of(TimeNs time, trace::NameId name) const;
  void truncate(std::size_t size);

  PackedColumn times_;
  PackedVector<trace::NameId> names_;
  SummaryTree summaries_;
};

}  // namespace poolscope::session
