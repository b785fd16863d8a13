// SPDX-License-Identifier: Apache-2.0
// clang-format off: what is shown stands in a narrow card
#include "core/executor/thread_pool_executor.h"

#include <chrono>
#include <vector>

void job(int number);
using namespace std::chrono_literals;

// shown:
using poolscope::Future;
using poolscope::ThreadPoolExecutor;

int main() {
  ThreadPoolExecutor pool(
      {.max_workers = 2});
  std::vector<Future<void>> futures;
  for (int n = 0; n < 20; ++n) {
    futures.push_back(
        pool.submit(job, n));
  }
  poolscope::wait(futures, 300ms);
  for (auto& future : futures) {
    future.cancel();
  }
}
// :shown
