// SPDX-License-Identifier: Apache-2.0
#include "core/storage/block_inflater.h"

#include "core/base/cores.h"
#include "core/base/thread_name.h"

#include <algorithm>
#include <new>
#include <utility>

namespace poolscope::storage {

namespace {
/// One decoder keeps up with no more.
constexpr std::size_t kMaxThreads = 3;
}  // namespace

BlockInflater::BlockInflater()
    : max_threads_(std::clamp<std::size_t>(usable_cores() - 1, 1, kMaxThreads)) {}

BlockInflater::~BlockInflater() {
  for (std::jthread& thread : threads_) {
    thread.request_stop();
  }
}

void BlockInflater::put(std::string_view block, BlockFormat format) {
  if (threads_.size() < max_threads_) {  // a small file needs few, a plain one none
    threads_.emplace_back([this](const std::stop_token& stop) { run(stop); });
  }
  auto added = std::make_shared<Block>();
  added->data = block;
  added->format = format;
  blocks_.push_back(added);
  const std::lock_guard lock(mutex_);
  work_.push_back(std::move(added));
  work_changed_.notify_one();
}

std::optional<std::string> BlockInflater::take() {
  const std::shared_ptr<Block> block = std::move(blocks_.front());
  blocks_.pop_front();
  std::unique_lock lock(mutex_);
  block_done_.wait(lock, [&] { return block->done; });
  return std::move(block->packets);
}

void BlockInflater::run(const std::stop_token& stop) {
  set_current_thread_name("inflater");
  std::unique_lock lock(mutex_);
  while (work_changed_.wait(lock, stop, [this] { return !work_.empty(); }) &&
         !stop.stop_requested()) {
    const std::shared_ptr<Block> block = std::move(work_.front());
    work_.pop_front();
    lock.unlock();
    std::optional<std::string> packets;
    try {
      packets = unpack_block(block->data, block->format);
    } catch (const std::bad_alloc&) {
      packets.reset();  // as if it were damaged: what came before stays readable
    }
    lock.lock();
    block->packets = std::move(packets);
    block->data = {};
    block->done = true;
    block_done_.notify_one();
  }
}

}  // namespace poolscope::storage
