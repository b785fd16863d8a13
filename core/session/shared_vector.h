// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/chunk_tree.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace poolscope::session {

/// A vector whose copies share what they have in common. Appending never copies; writing to an
/// element that a frozen copy reads copies its chunk first. Threads: one writer; call freeze(),
/// then copy: the copy is for any thread and never changes.
template <typename T, std::size_t ChunkSize = 256>
class SharedVector {
 public:
  static constexpr std::size_t kChunk = ChunkSize;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T& operator[](std::size_t index) const {
    return tree_[index / kChunk].values[index % kChunk];
  }
  const T& back() const { return (*this)[size_ - 1]; }

  void push_back(const T& value) {
    const std::size_t at = size_ % kChunk;
    if (at != 0 && size_ >= frozen_) {
      tree_.shared(size_ / kChunk).values[at] = value;
    } else if (at == 0) {
      tree_.put(size_ / kChunk, {}).values[0] = value;
      own_chunk_ = kNoChunk;
    } else {
      tree_.own(size_ / kChunk).values[at] = value;
    }
    ++size_;
  }
  T& own(std::size_t index) {
    if (index / kChunk != own_chunk_) {
      own_chunk_ = index / kChunk;
      own_values_ = tree_.own(own_chunk_).values.data();
    }
    return own_values_[index % kChunk];
  }

  void resize(std::size_t size, const T& value) {
    while (size_ < size) {
      push_back(value);
    }
  }
  /// Forgets the chunks that lie wholly before `index`; nobody may ask for what was in them, but
  /// copies made before. Cost O(chunks forgotten).
  void forget_before(std::size_t index) {
    for (; (forgotten_ + 1) * kChunk <= std::min(index, size_); ++forgotten_) {
      tree_.put_shared(forgotten_, nullptr);
    }
    own_chunk_ = kNoChunk;
  }
  /// The first that is not forgotten.
  std::size_t first() const { return forgotten_ * kChunk; }
  /// Of memory, about.
  std::size_t bytes() const {
    return ((size_ + kChunk - 1) / kChunk - forgotten_) * (sizeof(Chunk) + kChunkOverhead);
  }
  void truncate(std::size_t size) { size_ = std::min(size_, size); }
  void freeze() {
    frozen_ = std::max(frozen_, size_);
    tree_.freeze();
    own_chunk_ = kNoChunk;
  }

 private:
  static constexpr std::size_t kChunkOverhead =
      48;  // counts, the heap's head, the place in the tree
  static constexpr std::size_t kNoChunk = std::numeric_limits<std::size_t>::max();
  struct Chunk {
    std::uint64_t epoch = 0;
    std::array<T, kChunk> values = {};
  };

  ChunkTree<Chunk> tree_;
  std::size_t size_ = 0;
  std::size_t forgotten_ = 0;  // chunks
  std::size_t frozen_ = 0;     // no copy reads from here on
  // The writer's short cut to the chunk that it owned last.
  std::size_t own_chunk_ = kNoChunk;
  T* own_values_ = nullptr;
};

}  // namespace poolscope::session
