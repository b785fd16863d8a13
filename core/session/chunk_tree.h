// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace poolscope::session {

/// Chunks that versions share: copying the tree copies one pointer, and after freeze() the next
/// write to a chunk copies that chunk and the way to it, so a copy made then keeps what it saw. A
/// chunk can be copied and made by default, and has a public `std::uint64_t epoch`.
/// Threads: one writer; copies made after freeze() are read by any thread.
template <typename Chunk>
class ChunkTree {
 public:
  const Chunk& operator[](std::size_t chunk) const {
    return *root_->nodes[chunk / kFan]->chunks[chunk % kFan];
  }

  /// The chunk for writing: made if it was not there, copied if a frozen copy may share it.
  Chunk& own(std::size_t chunk) {
    std::shared_ptr<Chunk>& slot = own_slot(chunk);
    if (!slot) {
      slot = std::make_shared<Chunk>();
    } else if (slot->epoch != epoch_) {
      slot = std::make_shared<Chunk>(*slot);
    }
    slot->epoch = epoch_;
    return *slot;
  }

  /// `chunk` in the place of what was there, which stays with the copies that share it.
  Chunk& put(std::size_t place, Chunk&& chunk) {
    std::shared_ptr<Chunk>& slot = own_slot(place);
    slot = std::make_shared<Chunk>(std::move(chunk));
    slot->epoch = epoch_;
    return *slot;
  }

  /// The same with one that others may share, too: the next write to it copies it.
  void put_shared(std::size_t place, std::shared_ptr<Chunk> chunk) {
    own_slot(place) = std::move(chunk);
  }
  /// Nothing where none was made, or it was taken away by put_shared().
  const Chunk* find(std::size_t chunk) const {
    const std::size_t node = chunk / kFan;
    return root_ && node < root_->nodes.size() && root_->nodes[node]
               ? root_->nodes[node]->chunks[chunk % kFan].get()
               : nullptr;
  }

  /// For writing what no frozen copy reads: no copy is made.
  Chunk& shared(std::size_t chunk) { return *root_->nodes[chunk / kFan]->chunks[chunk % kFan]; }

  void freeze() { ++epoch_; }

 private:
  static constexpr std::size_t kFan = 64;
  struct Node {
    std::uint64_t epoch = 0;
    std::array<std::shared_ptr<Chunk>, kFan> chunks = {};
  };
  struct Root {
    std::uint64_t epoch = 0;
    std::vector<std::shared_ptr<Node>> nodes = {};
  };

  std::shared_ptr<Chunk>& own_slot(std::size_t chunk) {
    const std::size_t index = chunk / kFan;
    if (!root_) {
      root_ = std::make_shared<Root>();
    } else if (root_->epoch != epoch_) {
      root_ = std::make_shared<Root>(*root_);
    }
    root_->epoch = epoch_;
    if (index >= root_->nodes.size()) {
      root_->nodes.resize(index + 1);
    }
    std::shared_ptr<Node>& node = root_->nodes[index];
    if (!node) {
      node = std::make_shared<Node>();
    } else if (node->epoch != epoch_) {
      node = std::make_shared<Node>(*node);
    }
    node->epoch = epoch_;
    return node->chunks[chunk % kFan];
  }

  std::shared_ptr<Root> root_;
  std::uint64_t epoch_ = 1;
};

}  // namespace poolscope::session
