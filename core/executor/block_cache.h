// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace poolscope::detail {

/// Memory for tasks, recycled: what one thread gives back, the next submit takes without asking the
/// heap, also where another thread gave it back. A thread keeps two magazines of blocks a size and
/// changes full ones for empty ones at a shared depot (Bonwick and Adams, "Magazines and Vmem",
/// 2001), so that the depot's lock is taken once in kMagazineBlocks calls. Bounded: what the depot
/// has no room for goes back to the heap. Blocks above kMostBytes come straight from the heap, and
/// all do under AddressSanitizer, which must see each end. Threads: any.
class BlockCache {
 public:
  static constexpr std::size_t kMostBytes = 256;
  static constexpr std::size_t kMagazineBlocks = 64;
  /// What the depot keeps at most, of all sizes together: the tasks of a burst of 130,000.
  static constexpr std::size_t kDepotBytes = 16 << 20;

  /// Throws std::bad_alloc. Aligned as by ::operator new.
  static void* allocate(std::size_t bytes);
  /// `bytes`: as it was asked for.
  static void free(void* block, std::size_t bytes) noexcept;

  /// Free blocks that the depot and the calling thread keep: what a count of living objects must
  /// leave out.
  static std::size_t kept() noexcept;
};

}  // namespace poolscope::detail
