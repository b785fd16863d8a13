// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/packed_column.h"
#include "core/session/packed_vector.h"
#include "core/session/shared_vector.h"
#include "core/session/types.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace poolscope::session {

/// A row of a TaskTable.
using Row = std::uint32_t;
inline constexpr std::uint32_t kNone32 = std::numeric_limits<std::uint32_t>::max();

/// The tasks of one process. Ids come from files too, so rows are given by first sight, in pages of
/// neighbouring ids; a page is found in its book, a book by its hash. Threads: as SharedVector.
class TaskTable {
 public:
  /// Who submitted tasks of a name to a pool; shared by many tasks.
  struct Origin {
    std::uint32_t pool = kNone32;
    std::uint32_t caller = kNone32;
    std::uint32_t name = 0;
    friend bool operator==(const Origin&, const Origin&) = default;
  };
  /// What became of a task.
  struct Fate {
    std::uint32_t lane = kNone32;  ///< that ran it, or kLoose
    std::uint32_t index = 0;       ///< of the lane's runs, or of the process's loose ends
  };
  /// Instead of a lane: the task ended without a run (cancelled, or its start was lost).
  static constexpr std::uint32_t kLoose = kNone32 - 1;

  std::uint64_t count() const { return count_; }
  std::optional<Row> find(std::uint64_t task) const;
  Row find_or_add(std::uint64_t task);
  std::uint64_t id_of(Row row) const { return page_key_[row / kPage] * kPage + row % kPage; }

  Fate fate(Row row) const {
    const std::uint32_t lane = lane_.get_or(row, kNone32);
    return {lane, lane == kNone32 ? 0 : index_[row]};
  }
  const Origin* origin(Row row) const {
    const std::uint32_t origin = origin_.get_or(row, kNone32);
    return origin == kNone32 ? nullptr : &origins_[origin];
  }
  /// The name in origin(), 0 without one.
  std::uint32_t name(Row row) const {
    const Origin* known = origin(row);
    return known == nullptr ? 0 : known->name;
  }
  /// As name() of `first` and those behind it.
  void read_names(Row first, std::span<std::uint32_t, PackedColumn::kChunk> names) const;
  TimeNs queued(Row row) const { return queued_.get(row); }  ///< PackedColumn::kAbsent: not known
  TimeNs delivered(Row row) const { return delivered_.get(row); }
  std::uint32_t receiver(Row row) const { return receiver_.get_or(row, kNone32); }

  /// Whether `origin` may be the first of its like: always if it is.
  bool set_origin(Row row, const Origin& origin);
  void set_run(Row row, std::uint32_t lane, std::uint32_t index);
  void set_queued(Row row, TimeNs time);
  void set_delivered(Row row, TimeNs time, std::uint32_t receiver);
  /// That a queued task has left the queue, and that this was a mistake.
  void leave_queue(Row row, TimeNs time);
  void return_to_queue(Row row);
  /// Forgets what set_run() said.
  void clear_run(Row row);
  void freeze();
  /// Of the tasks of a chunk of PackedColumn::kChunk rows only pool, caller and name are left.
  /// Tasks that come to be known later are not concerned.
  void forget(std::size_t chunk);
  bool forgotten(Row row) const {
    return forgotten_.get_or(row / PackedColumn::kChunk, 0) != 0 && !came_later(row);
  }
  std::size_t rows() const { return page_key_.size() * kPage; }
  std::size_t bytes() const;

  /// Calls visit(row) for tasks that may wait at `time`, longest waiting first, until it answers
  /// false. All that wait are among them. Cost O(visited x log tasks).
  template <typename Visit>
  void visit_waiting(TimeNs time, Visit visit) const;
  /// Calls visit(row, queued) for tasks that were queued and have met no fate yet, in order of
  /// rows. Cost O(tasks / 64^3 + those of the groups of 64 in which one is).
  template <typename Visit>
  void visit_still_queued(Visit visit) const;

 private:
  static constexpr std::size_t kPage = 16;  // ids
  static constexpr std::size_t kBook = 64;  // pages
  static constexpr std::size_t kFan = 64;
  static constexpr std::size_t kLevels = 3;
  /// What a group of rows says about waiting, so that groups in which nobody waits are passed over.
  struct Waiting {
    TimeNs first_queued = kForever;
    TimeNs last_left = PackedColumn::kAbsent;
    std::uint64_t still = 0;
    bool any(TimeNs time) const { return first_queued <= time && (still > 0 || last_left > time); }
  };
  struct Candidate {
    TimeNs queued = 0;
    std::size_t level = 0;  // 0: a row
    std::size_t index = 0;
  };

  bool known(Row row) const;
  bool came_later(Row row) const;
  void note(Row row) { count_ += known(row) ? 0U : 1U; }
  std::size_t slot_of(std::uint64_t key) const;
  std::optional<std::uint32_t> find_book(std::uint64_t key) const;
  std::uint32_t find_or_add_book(std::uint64_t key);
  std::uint32_t find_or_add_page(std::uint64_t key);
  void insert_slot(std::uint32_t book);
  std::uint32_t intern_origin(const Origin& origin);
  void expand(const Candidate& group, TimeNs time, std::vector<Candidate>& heap) const;
  void push_candidate(const Candidate& candidate, std::vector<Candidate>& heap) const;
  static Candidate pop_candidate(std::vector<Candidate>& heap);

  PackedVector<std::uint64_t> page_key_;
  PackedVector<std::uint32_t> page_;  // of each place of each book
  PackedVector<std::uint64_t> book_key_;
  SharedVector<std::uint32_t> slots_;  // book + 1; 0: free
  std::size_t slot_mask_ = 0;
  /// The writer's short cut: what is queued, started and finished lies on different pages.
  struct RecentPage {
    std::uint64_t key = std::numeric_limits<std::uint64_t>::max();
    std::uint32_t page = 0;
  };
  std::array<RecentPage, 64> recent_pages_ = {};  // by key

  PackedVector<std::uint32_t> forgotten_;  // sparse: 1, by chunk of rows
  SharedVector<Row> came_later_;           // rows of such chunks, first seen afterwards; rising
  PackedColumn queued_;
  PackedVector<std::uint32_t> origin_;  // index into origins_
  PackedVector<std::uint32_t> lane_;    // as Fate says
  PackedVector<std::uint32_t> index_;
  SharedVector<Origin> origins_;
  std::array<std::uint32_t, 512> recent_origins_ =
      {};  // index + 1, by hash; so equal ones are mostly stored once
  PackedColumn delivered_;
  PackedVector<std::uint32_t> receiver_;
  std::array<SharedVector<Waiting>, kLevels> waiting_;
  std::uint64_t count_ = 0;
};

template <typename Visit>
void TaskTable::visit_waiting(TimeNs time, Visit visit) const {
  std::vector<Candidate> heap;
  const SharedVector<Waiting>& top = waiting_.back();
  for (std::size_t i = 0; i < top.size(); ++i) {
    if (top[i].any(time)) {
      push_candidate({top[i].first_queued, kLevels, i}, heap);
    }
  }
  while (!heap.empty()) {
    const Candidate candidate = pop_candidate(heap);
    if (candidate.level > 0) {
      expand(candidate, time, heap);
    } else if (!visit(static_cast<Row>(candidate.index))) {
      return;
    }
  }
}

template <typename Visit>
void TaskTable::visit_still_queued(Visit visit) const {
  const auto descend = [&](const auto& self, std::size_t level, std::size_t group) -> void {
    if (waiting_[level][group].still == 0) {
      return;
    }
    const std::size_t first = group * kFan;
    if (level > 0) {
      const std::size_t last = std::min(first + kFan, waiting_[level - 1].size());
      for (std::size_t i = first; i < last; ++i) {
        self(self, level - 1, i);
      }
      return;
    }
    std::array<PackedColumn::Value, kFan> queued;
    std::array<PackedColumn::Value, kFan> lanes;
    queued_.read(first, queued);
    lane_.read(first, lanes);
    for (std::size_t i = 0; i < kFan; ++i) {
      if (queued[i] != PackedColumn::kAbsent && lanes[i] == PackedColumn::kAbsent) {
        visit(static_cast<Row>(first + i), TimeNs{queued[i]});
      }
    }
  };
  for (std::size_t i = 0; i < waiting_.back().size(); ++i) {
    descend(descend, kLevels - 1, i);
  }
}

}  // namespace poolscope::session
