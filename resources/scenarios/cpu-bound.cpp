// SPDX-License-Identifier: Apache-2.0
// clang-format off: what is shown stands in a narrow card
#include "core/executor/thread_pool_executor.h"

#include <cstdio>
#include <string>
#include <vector>

using Block = std::string;
Block sha256(const Block& block);
std::vector<Block> all_blocks();

// shown:
using poolscope::ThreadPoolExecutor;

Block digest(Block block) {
  for (int i = 0; i < 10'000; ++i) {
    block = sha256(block);
  }
  return block;
}

int main() {
  auto blocks = all_blocks();
  ThreadPoolExecutor pool(
      {.max_workers = 4});
  for (Block d
       : pool.map(digest, blocks)) {
    std::puts(d.c_str());
  }
}
// :shown
