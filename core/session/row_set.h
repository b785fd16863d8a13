// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/task_query.h"
#include "core/session/task_table.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace poolscope::session {

/// Which tasks of a table have a name of a set. What is asked for is found out for whole chunks of
/// rows: lanes that ran at the same time ask for rows of the same chunks. Threads: any.
class RowSet {
 public:
  RowSet(const TaskTable& tasks, const TextSet& names)
      : tasks_(tasks),
        names_(names),
        chunks_(tasks.rows() / kRows + 1) {}

  bool has(Row row) {
    Chunk& chunk = chunks_[row / kRows];
    // pairs with the release in find_out()
    if (!chunk.known.load(std::memory_order_acquire)) {
      find_out(row / kRows, chunk);
    }
    const std::uint64_t word = chunk.words[row % kRows / 64].load(std::memory_order_relaxed);
    return (word >> row % 64 & 1U) != 0;
  }

 private:
  static constexpr std::size_t kRows = PackedColumn::kChunk;
  struct Chunk {
    std::array<std::atomic<std::uint64_t>, kRows / 64> words = {};
    std::atomic<bool> known = false;
  };

  /// Threads may do it at the same time, to the same effect.
  void find_out(std::size_t index, Chunk& chunk) {
    std::array<std::uint32_t, kRows> names;
    tasks_.read_names(static_cast<Row>(index * kRows), names);
    for (std::size_t i = 0; i < kRows; i += 64) {
      std::uint64_t word = 0;
      for (std::size_t bit = 0; bit < 64; ++bit) {
        word |= std::uint64_t{names_.has(names[i + bit])} << bit;
      }
      chunk.words[i / 64].store(word, std::memory_order_relaxed);
    }
    chunk.known.store(true, std::memory_order_release);  // pairs with the acquire in has()
  }

  const TaskTable& tasks_;
  const TextSet& names_;
  std::vector<Chunk> chunks_;
};

}  // namespace poolscope::session
