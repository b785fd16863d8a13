// SPDX-License-Identifier: Apache-2.0
#include "core/trace/directory.h"

#include <array>
#include <atomic>
#include <bit>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

namespace poolscope::trace {
namespace {

struct Entry {
  std::string text;
  std::size_t hash;
  NameId id;
};

using Slot = std::atomic<const Entry*>;

/// Open addressing, never more than half full, so that a search always ends at an empty slot.
struct Table {
  explicit Table(std::size_t size) : slots(size) {}

  const Entry* find(std::string_view text, std::size_t hash) const {
    for (std::size_t i = hash;; ++i) {
      // pairs with the release in insert()
      const Entry* entry = slots[i & (slots.size() - 1)].load(std::memory_order_acquire);
      if (entry == nullptr || (entry->hash == hash && entry->text == text)) {
        return entry;
      }
    }
  }

  void insert(const Entry* entry) {
    std::size_t i = entry->hash;
    while (slots[i & (slots.size() - 1)].load(std::memory_order_relaxed) != nullptr) {
      ++i;
    }
    slots[i & (slots.size() - 1)].store(entry, std::memory_order_release);
  }

  std::vector<Slot> slots;
};

constexpr std::size_t kFirstTable = 256;
constexpr unsigned kFirstSegmentBits = 8;  // segment k holds 2^(8 + k) ids
constexpr std::size_t kSegments = 33 - kFirstSegmentBits;

struct Position {
  std::size_t segment;
  std::size_t offset;
};

/// Where `index` (an id less one) stands in segments that double in size and never move.
Position position(std::uint64_t index) {
  const std::uint64_t shifted = index + (std::uint64_t{1} << kFirstSegmentBits);
  const auto bits = static_cast<unsigned>(std::bit_width(shifted)) - 1;
  return {bits - kFirstSegmentBits, shifted - (std::uint64_t{1} << bits)};
}

}  // namespace

/// Readers go through `table` and `segments` without a lock; a table that was outgrown is kept,
/// since a reader may still be in it.
struct Directory::Names {
  std::atomic<const Table*> table{nullptr};
  std::array<std::atomic<Slot*>, kSegments> segments = {};
  std::atomic<std::size_t> count{0};

  std::mutex mutex;  // guards what follows and all writing
  std::vector<std::unique_ptr<Table>> tables;
  std::vector<std::unique_ptr<Slot[]>> segment_memory;
  std::deque<Entry> entries;

  Names() {
    tables.push_back(std::make_unique<Table>(kFirstTable));
    table.store(tables.back().get(), std::memory_order_release);
  }

  NameId add(std::string_view text, std::size_t hash) {
    const std::lock_guard lock(mutex);
    if (const Entry* known = tables.back()->find(text, hash)) {
      return known->id;
    }
    if (entries.size() >= std::numeric_limits<NameId>::max()) {
      return 0;
    }
    const Position where = position(entries.size());
    if (where.offset == 0 && segment_memory.size() <= where.segment) {
      segment_memory.push_back(
          std::make_unique<Slot[]>(std::size_t{1} << (kFirstSegmentBits + where.segment)));
      segments[where.segment].store(segment_memory.back().get(), std::memory_order_release);
    }
    entries.push_back({std::string(text), hash, static_cast<NameId>(entries.size() + 1)});
    const Entry& entry = entries.back();
    segment_memory[where.segment][where.offset].store(&entry, std::memory_order_release);
    if (entries.size() * 2 > tables.back()->slots.size()) {
      auto larger = std::make_unique<Table>(tables.back()->slots.size() * 2);
      for (const Entry& each : entries) {
        larger->insert(&each);
      }
      tables.push_back(std::move(larger));
      table.store(tables.back().get(), std::memory_order_release);
    } else {
      tables.back()->insert(&entry);
    }
    count.store(entries.size(), std::memory_order_release);
    return entry.id;
  }
};

Directory::Directory(ProcessInfo process)
    : process_(std::move(process)),
      names_(std::make_unique<Names>()) {}

Directory::~Directory() = default;

NameId Directory::intern(std::string_view text) {
  if (text.empty()) {
    return 0;
  }
  const std::size_t hash = std::hash<std::string_view>{}(text);
  // pairs with the release in Names::add()
  const Entry* known = names_->table.load(std::memory_order_acquire)->find(text, hash);
  return known != nullptr ? known->id : names_->add(text, hash);
}

std::string_view Directory::name(NameId id) const {
  if (id == 0) {
    return {};
  }
  const Position where = position(id - 1);
  // both pair with the releases in Names::add()
  const Slot* segment = names_->segments[where.segment].load(std::memory_order_acquire);
  const Entry* entry =
      segment != nullptr ? segment[where.offset].load(std::memory_order_acquire) : nullptr;
  return entry != nullptr ? std::string_view(entry->text) : std::string_view();
}

std::size_t Directory::name_count() const {
  return names_->count.load(std::memory_order_acquire);
}

ThreadId Directory::add_thread(ThreadInfo info) {
  const std::lock_guard lock(threads_mutex_);
  threads_.push_back(std::move(info));
  return static_cast<ThreadId>(threads_.size());
}

void Directory::set_thread_name(ThreadId id, std::string_view name) {
  const std::lock_guard lock(threads_mutex_);
  if (id != 0 && id <= threads_.size()) {
    threads_[id - 1].name = name;
  }
}

ThreadInfo Directory::thread(ThreadId id) const {
  const std::shared_lock lock(threads_mutex_);
  return id != 0 && id <= threads_.size() ? threads_[id - 1] : ThreadInfo{};
}

std::size_t Directory::thread_count() const {
  const std::shared_lock lock(threads_mutex_);
  return threads_.size();
}

}  // namespace poolscope::trace
