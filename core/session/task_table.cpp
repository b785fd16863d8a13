// SPDX-License-Identifier: Apache-2.0
#include "core/session/task_table.h"

#include <algorithm>

namespace poolscope::session {
namespace {

constexpr std::uint64_t mix(std::uint64_t value) {
  value ^= value >> 33;
  value *= 0xff51afd7ed558ccdULL;
  value ^= value >> 33;
  value *= 0xc4ceb9fe1a85ec53ULL;
  return value ^ (value >> 33);
}

// A heap's top must be the earliest; of equals a group before a row, so that rows come out in
// order.
constexpr auto kLater = [](const auto& a, const auto& b) {
  if (a.queued != b.queued) {
    return a.queued > b.queued;
  }
  return a.level != b.level ? a.level < b.level : a.index > b.index;
};

}  // namespace

std::size_t TaskTable::slot_of(std::uint64_t key) const {
  return static_cast<std::size_t>(mix(key)) & slot_mask_;
}

std::optional<std::uint32_t> TaskTable::find_book(std::uint64_t key) const {
  if (slots_.empty()) {
    return {};
  }
  for (std::size_t slot = slot_of(key); slots_[slot] != 0; slot = (slot + 1) & slot_mask_) {
    if (book_key_[slots_[slot] - 1] == key) {
      return slots_[slot] - 1;
    }
  }
  return {};
}

std::optional<Row> TaskTable::find(std::uint64_t task) const {
  const std::uint64_t key = task / kPage;
  const std::optional<std::uint32_t> book = find_book(key / kBook);
  const std::uint32_t page = book ? page_.get_or(*book * kBook + key % kBook, kNone32) : kNone32;
  if (page == kNone32) {
    return {};
  }
  const Row row = static_cast<Row>(page * kPage + task % kPage);
  return known(row) ? std::optional(row) : std::nullopt;
}

Row TaskTable::find_or_add(std::uint64_t task) {
  const std::uint64_t key = task / kPage;
  RecentPage& recent = recent_pages_[key % recent_pages_.size()];
  if (recent.key != key) {
    recent = {key, find_or_add_page(key)};
  }
  const Row row = static_cast<Row>(recent.page * kPage + task % kPage);
  if (!forgotten_.empty() && forgotten(row) && !known(row)) {
    std::vector<Row> behind;
    for (; !came_later_.empty() && came_later_.back() > row;
         came_later_.truncate(came_later_.size() - 1)) {
      behind.push_back(came_later_.back());
    }
    came_later_.push_back(row);
    for (; !behind.empty(); behind.pop_back()) {
      came_later_.push_back(behind.back());
    }
  }
  return row;
}

bool TaskTable::came_later(Row row) const {
  std::size_t low = 0;
  std::size_t high = came_later_.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (came_later_[middle] < row) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < came_later_.size() && came_later_[low] == row;
}

std::uint32_t TaskTable::find_or_add_page(std::uint64_t key) {
  const std::size_t place = find_or_add_book(key / kBook) * kBook + key % kBook;
  std::uint32_t page = page_.get_or(place, kNone32);
  if (page == kNone32) {
    page = static_cast<std::uint32_t>(page_key_.size());
    page_key_.push_back(key);
    page_.set_sparse(place, page, kNone32);
  }
  return page;
}

std::uint32_t TaskTable::find_or_add_book(std::uint64_t key) {
  if (const std::optional<std::uint32_t> known = find_book(key)) {
    return *known;
  }
  const auto book = static_cast<std::uint32_t>(book_key_.size());
  book_key_.push_back(key);
  if (book_key_.size() * 5 > slots_.size() * 3) {
    slot_mask_ = std::max<std::size_t>(slots_.size() * 2, 256) - 1;
    slots_ = {};
    slots_.resize(slot_mask_ + 1, 0);
    for (std::uint32_t i = 0; i <= book; ++i) {
      insert_slot(i);
    }
  } else {
    insert_slot(book);
  }
  return book;
}

void TaskTable::insert_slot(std::uint32_t book) {
  std::size_t slot = slot_of(book_key_[book]);
  while (slots_[slot] != 0) {
    slot = (slot + 1) & slot_mask_;
  }
  slots_.own(slot) = book + 1;
}

bool TaskTable::known(Row row) const {
  return origin(row) != nullptr || fate(row).lane != kNone32 ||
         delivered(row) != PackedColumn::kAbsent;
}

std::uint32_t TaskTable::intern_origin(const Origin& origin) {
  const std::uint64_t hash =
      mix(origin.pool ^ (std::uint64_t{origin.caller} << 20) ^ (std::uint64_t{origin.name} << 36));
  std::uint32_t& recent = recent_origins_[hash % recent_origins_.size()];
  if (recent == 0 || origins_[recent - 1] != origin) {
    origins_.push_back(origin);
    recent = static_cast<std::uint32_t>(origins_.size());
  }
  return recent - 1;
}

void TaskTable::read_names(Row first, std::span<std::uint32_t, PackedColumn::kChunk> names) const {
  std::array<PackedColumn::Value, PackedColumn::kChunk> origins;
  origin_.read(first, origins);
  PackedColumn::Value last = PackedColumn::kAbsent;  // neighbours are often of the same origin
  std::uint32_t name = 0;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    if (origins[i] != last) {
      last = origins[i];
      name = last == PackedColumn::kAbsent ? 0 : origins_[static_cast<std::size_t>(last)].name;
    }
    names[i] = name;
  }
}

bool TaskTable::set_origin(Row row, const Origin& origin) {
  const std::size_t before = origins_.size();
  note(row);
  origin_.set_sparse(row, intern_origin(origin), kNone32);
  return origins_.size() != before;
}

void TaskTable::set_run(Row row, std::uint32_t lane, std::uint32_t index) {
  note(row);
  lane_.set_sparse(row, lane, kNone32);
  index_.set_sparse(row, index, kNone32);
}

void TaskTable::clear_run(Row row) {
  lane_.set_sparse(row, kNone32, kNone32);
  count_ -= known(row) ? 0U : 1U;
}

void TaskTable::set_delivered(Row row, TimeNs time, std::uint32_t receiver) {
  note(row);
  delivered_.set(row, time);
  receiver_.set_sparse(row, receiver, kNone32);
}

void TaskTable::set_queued(Row row, TimeNs time) {
  queued_.set(row, time);
  std::size_t group = row;
  for (SharedVector<Waiting>& level : waiting_) {
    group /= kFan;
    level.resize(std::max(level.size(), group + 1), {});
    Waiting& waiting = level.own(group);
    waiting.first_queued = std::min(waiting.first_queued, time);
    ++waiting.still;
  }
}

void TaskTable::leave_queue(Row row, TimeNs time) {
  std::size_t group = row;
  for (SharedVector<Waiting>& level : waiting_) {
    group /= kFan;
    Waiting& waiting = level.own(group);
    waiting.last_left = std::max(waiting.last_left, time);
    --waiting.still;
  }
}

void TaskTable::return_to_queue(Row row) {
  std::size_t group = row;
  for (SharedVector<Waiting>& level : waiting_) {
    group /= kFan;
    ++level.own(group).still;
  }
}

void TaskTable::freeze() {
  page_key_.freeze();
  page_.freeze();
  book_key_.freeze();
  slots_.freeze();
  queued_.freeze();
  origin_.freeze();
  lane_.freeze();
  index_.freeze();
  origins_.freeze();
  delivered_.freeze();
  receiver_.freeze();
  forgotten_.freeze();
  came_later_.freeze();
  for (SharedVector<Waiting>& level : waiting_) {
    level.freeze();
  }
}

void TaskTable::forget(std::size_t chunk) {
  // That a task was there is not forgotten.
  const std::size_t first = chunk * PackedColumn::kChunk;
  for (std::size_t row = first; row < first + PackedColumn::kChunk; ++row) {
    if (known(static_cast<Row>(row)) && origin(static_cast<Row>(row)) == nullptr) {
      set_origin(static_cast<Row>(row), {});
    }
  }
  forgotten_.set_sparse(chunk, 1, 0);
  queued_.drop(chunk);
  lane_.drop(chunk);
  index_.drop(chunk);
  delivered_.drop(chunk);
  receiver_.drop(chunk);
}

std::size_t TaskTable::bytes() const {
  std::size_t bytes = forgotten_.bytes() + came_later_.bytes() + page_key_.bytes() + page_.bytes() +
                      book_key_.bytes() + slots_.bytes() + queued_.bytes() + origin_.bytes() +
                      lane_.bytes() + index_.bytes() + origins_.bytes() + delivered_.bytes() +
                      receiver_.bytes();
  for (const SharedVector<Waiting>& level : waiting_) {
    bytes += level.bytes();
  }
  return bytes;
}

void TaskTable::push_candidate(const Candidate& candidate, std::vector<Candidate>& heap) const {
  heap.push_back(candidate);
  std::push_heap(heap.begin(), heap.end(), kLater);
}

TaskTable::Candidate TaskTable::pop_candidate(std::vector<Candidate>& heap) {
  std::pop_heap(heap.begin(), heap.end(), kLater);
  const Candidate top = heap.back();
  heap.pop_back();
  return top;
}

void TaskTable::expand(const Candidate& group, TimeNs time, std::vector<Candidate>& heap) const {
  const std::size_t first = group.index * kFan;
  if (group.level == 1) {
    const std::size_t last = std::min(first + kFan, page_key_.size() * kPage);
    for (std::size_t row = first; row < last; ++row) {
      const TimeNs queued = queued_.get(row);
      if (queued != PackedColumn::kAbsent && queued <= time) {
        push_candidate({queued, 0, row}, heap);
      }
    }
    return;
  }
  const SharedVector<Waiting>& beneath = waiting_[group.level - 2];
  const std::size_t last = std::min(first + kFan, beneath.size());
  for (std::size_t i = first; i < last; ++i) {
    if (beneath[i].any(time)) {
      push_candidate({beneath[i].first_queued, group.level - 1, i}, heap);
    }
  }
}

}  // namespace poolscope::session
