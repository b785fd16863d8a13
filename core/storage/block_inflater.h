// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/storage/block_packing.h"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace poolscope::storage {

/// Inflates blocks ahead of the thread that decodes them, on a few threads of its own; they come
/// out in the order in which they went in. Threads: put() and take() by one thread.
class BlockInflater {
 public:
  BlockInflater();
  BlockInflater(const BlockInflater&) = delete;
  BlockInflater& operator=(const BlockInflater&) = delete;
  ~BlockInflater();

  void put(std::string_view block, BlockFormat format);
  bool empty() const { return blocks_.empty(); }
  /// It is time to take() before the next put(): so much is held, and no more.
  bool full() const { return blocks_.size() >= 2 * max_threads_ + 2; }
  /// The packets of the oldest block; nothing if it is damaged. Waits for it.
  std::optional<std::string> take();

 private:
  struct Block {
    std::string data = {};
    BlockFormat format = BlockFormat::zlib;
    std::optional<std::string> packets = {};
    bool done = false;  // guarded by mutex_
  };
  void run(const std::stop_token& stop);

  const std::size_t max_threads_;
  std::deque<std::shared_ptr<Block>> blocks_;  // the caller's
  std::mutex mutex_;                           // guards work_, and `done` of blocks
  std::condition_variable_any work_changed_;
  std::condition_variable_any block_done_;
  std::deque<std::shared_ptr<Block>> work_;
  std::vector<std::jthread> threads_;  // last: they use all of the above
};

}  // namespace poolscope::storage
