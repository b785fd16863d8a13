// SPDX-License-Identifier: Apache-2.0
// clang-format off: what is shown stands in a narrow card
#include "core/executor/thread_pool_executor.h"

#include <vector>

void wait_20_ms();

// shown:
using poolscope::Future;
using poolscope::ThreadPoolExecutor;

int main() {
  ThreadPoolExecutor pool(
      {.max_workers = 4});
  std::vector<Future<void>> futures;
  for (int n = 0; n < 10'000; ++n) {
    futures.push_back(
        pool.submit(wait_20_ms));
  }
  // then, while it runs, anybody:
  //   pool.set_max_workers(16);
  //   pool.set_max_workers(2);
  poolscope::wait(futures);
}
// :shown
