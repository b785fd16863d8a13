// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/event.h"

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>

namespace poolscope::storage {

/// The names of tasks that wait, from queued to started: a slice carries its task's name, but the
/// event does not. Task ids come in ascending order, so they are kept in chunks that go when their
/// last task has left. Threads: one at a time.
class TaskNames {
 public:
  /// Remembers that `task` waits under `name` (0 is a name too).
  void put(std::uint64_t task, trace::NameId name) {
    Chunk& chunk = chunk_of(task);
    trace::NameId& slot = chunk.names[task % kChunk];
    chunk.used += slot == kAbsent ? 1 : 0;
    slot = name;
  }

  /// The name of `task`, which waits no longer; 0 if it never did.
  trace::NameId take(std::uint64_t task) {
    const std::uint64_t key = task / kChunk;
    Chunk* chunk = key == recent_key_ ? recent_ : nullptr;
    if (chunk == nullptr) {
      const auto found = chunks_.find(key);
      if (found == chunks_.end()) {
        return 0;
      }
      chunk = found->second.get();
    }
    trace::NameId& slot = chunk->names[task % kChunk];
    if (slot == kAbsent) {
      return 0;
    }
    const trace::NameId name = slot;
    slot = kAbsent;
    if (--chunk->used == 0) {
      if (recent_ == chunk) {
        recent_ = nullptr;
        recent_key_ = kNoKey;
      }
      chunks_.erase(key);
    }
    return name;
  }

 private:
  static constexpr std::uint64_t kChunk = 256;
  static constexpr std::uint64_t kNoKey = ~std::uint64_t{0};
  static constexpr trace::NameId kAbsent = ~trace::NameId{0};
  struct Chunk {
    Chunk() { names.fill(kAbsent); }
    std::array<trace::NameId, kChunk> names;
    std::uint32_t used = 0;
  };

  Chunk& chunk_of(std::uint64_t task) {
    const std::uint64_t key = task / kChunk;
    if (key != recent_key_) {
      std::unique_ptr<Chunk>& chunk = chunks_[key];
      if (!chunk) {
        chunk = std::make_unique<Chunk>();
      }
      recent_ = chunk.get();
      recent_key_ = key;
    }
    return *recent_;
  }

  std::unordered_map<std::uint64_t, std::unique_ptr<Chunk>> chunks_;
  Chunk* recent_ = nullptr;  // of recent_key_, where tasks are being queued
  std::uint64_t recent_key_ = kNoKey;
};

}  // namespace poolscope::storage
