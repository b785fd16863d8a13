// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace poolscope::session {

/// Chunks that versions share: copying the tree copies one pointer, and after freeze() the next
/// write to a chunk copies that chunk and the way to it, so a copy made then keeps what it saw. A
/// chunk has a copy constructor, a default constructor, and a public `std::uint64_t epoch`.
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

  /// An empty chunk in the place of `chunk`; what was there stays with the copies that share it.
  Chunk& renew(std::size_t chunk) {
    std::shared_ptr<Chunk>& slot = own_slot(chunk);
    slot = std::make_shared<Chunk>();
    slot->epoch = epoch_;
    return *slot;
  }

  /// For appending behind all that frozen copies read: no copy is made.
  Chunk& tail(std::size_t chunk) { return *root_->nodes[chunk / kFan]->chunks[chunk % kFan]; }

  bool owned(const Chunk& chunk) const { return chunk.epoch == epoch_; }

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
