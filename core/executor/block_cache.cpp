// SPDX-License-Identifier: Apache-2.0
#include "core/executor/block_cache.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <new>
#include <utility>

namespace poolscope::detail {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kRecycle = false;
#else
constexpr bool kRecycle = true;
#endif

constexpr std::size_t kStep = 16;
constexpr std::size_t kSizes = BlockCache::kMostBytes / kStep;

struct FreeBlock {
  FreeBlock* next;
  FreeBlock* next_magazine;  // of the first block of a magazine in the depot
};
static_assert(sizeof(FreeBlock) <= kStep);

struct Magazine {
  FreeBlock* first = nullptr;
  std::size_t count = 0;
};

constexpr std::size_t magazine_bytes(std::size_t size) {
  return BlockCache::kMagazineBlocks * (size + 1) * kStep;
}

void free_all(FreeBlock* block) noexcept {
  while (block != nullptr) {
    ::operator delete(std::exchange(block, block->next));
  }
}

/// Bytes in all depots. A count and nothing else, so relaxed will do.
constinit std::atomic<std::size_t> depot_bytes{0};

/// Full magazines of one size.
class alignas(64) Depot {
 public:
  FreeBlock* take(std::size_t bytes) noexcept {
    // Who asks an empty depot for each block of a burst should not pay for its lock, too.
    if (count_.load(std::memory_order_relaxed) == 0) {
      return nullptr;
    }
    const std::lock_guard lock(mutex_);
    FreeBlock* const first = magazines_;
    if (first != nullptr) {
      magazines_ = first->next_magazine;
      count_.store(count() - 1, std::memory_order_relaxed);
      depot_bytes.fetch_sub(bytes, std::memory_order_relaxed);
    }
    return first;
  }

  void give(FreeBlock* first, std::size_t bytes) noexcept {
    const std::size_t before = depot_bytes.fetch_add(bytes, std::memory_order_relaxed);
    if (before + bytes > BlockCache::kDepotBytes) {
      depot_bytes.fetch_sub(bytes, std::memory_order_relaxed);
      free_all(first);
      return;
    }
    const std::lock_guard lock(mutex_);
    first->next_magazine = magazines_;
    magazines_ = first;
    count_.store(count() + 1, std::memory_order_relaxed);
  }

  std::size_t count() const noexcept { return count_.load(std::memory_order_relaxed); }

 private:
  std::mutex mutex_;
  FreeBlock* magazines_ = nullptr;     // guarded by mutex_
  std::atomic<std::size_t> count_{0};  // written with the mutex held
};

constinit std::array<Depot, kSizes> depots;

/// What one thread keeps. Constant-initialised, and without a destructor: blocks may come back
/// while the thread's other objects are destroyed; see GiveBack.
struct ThreadBlocks {
  std::array<std::array<Magazine, 2>, kSizes> sizes =
      {};  // the one in use, and a full or an empty one
  bool registered = false;
  bool over = false;  // this thread keeps nothing any more
};
constinit thread_local ThreadBlocks t_blocks;

/// At the thread's end: full magazines to the depot, the rest to the heap.
struct GiveBack {
  ~GiveBack() {
    t_blocks.over = true;
    for (std::size_t size = 0; size < kSizes; ++size) {
      for (Magazine& magazine : t_blocks.sizes[size]) {
        const Magazine left = std::exchange(magazine, {});
        if (left.count == BlockCache::kMagazineBlocks) {
          depots[size].give(left.first, magazine_bytes(size));
        } else {
          free_all(left.first);
        }
      }
    }
  }
};

void register_thread() {
  static thread_local GiveBack at_the_end;
  t_blocks.registered = true;
}

std::size_t size_of(std::size_t bytes) {
  return (bytes + kStep - 1) / kStep - 1;
}

}  // namespace

void* BlockCache::allocate(std::size_t bytes) {
  if (!kRecycle || bytes > kMostBytes) {
    return ::operator new(bytes);
  }
  const std::size_t size = size_of(bytes);
  auto& [magazine, spare] = t_blocks.sizes[size];
  if (magazine.first == nullptr) {
    if (spare.first != nullptr) {
      std::swap(magazine, spare);
    } else if (FreeBlock* const full =
                   t_blocks.over ? nullptr : depots[size].take(magazine_bytes(size))) {
      if (!t_blocks.registered) {
        register_thread();
      }
      magazine = {full, kMagazineBlocks};
    } else {
      return ::operator new((size + 1) * kStep);
    }
  }
  --magazine.count;
  return std::exchange(magazine.first, magazine.first->next);
}

void BlockCache::free(void* block, std::size_t bytes) noexcept {
  if (!kRecycle || bytes > kMostBytes || t_blocks.over) {
    ::operator delete(block);
    return;
  }
  if (!t_blocks.registered) {
    register_thread();
  }
  const std::size_t size = size_of(bytes);
  auto& [magazine, spare] = t_blocks.sizes[size];
  if (magazine.count == kMagazineBlocks) {
    if (spare.first != nullptr) {
      depots[size].give(spare.first, magazine_bytes(size));
    }
    spare = std::exchange(magazine, {});
  }
  magazine.first = ::new (block) FreeBlock{magazine.first, nullptr};
  ++magazine.count;
}

std::size_t BlockCache::kept() noexcept {
  std::size_t blocks = 0;
  for (std::size_t size = 0; size < kSizes; ++size) {
    blocks += depots[size].count() * kMagazineBlocks;
    for (const Magazine& magazine : t_blocks.sizes[size]) {
      blocks += magazine.count;
    }
  }
  return blocks;
}

}  // namespace poolscope::detail
