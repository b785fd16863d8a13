// SPDX-License-Identifier: Apache-2.0
// clang-format off: what is shown stands in a narrow card
#include "core/executor/thread_pool_executor.h"

#include <cstdio>
#include <functional>
#include <vector>

int work(int number);
void show(int result);

// shown:
using poolscope::Future;
using poolscope::ThreadPoolExecutor;

int parent(ThreadPoolExecutor& pool,
           int n) {
  auto child = pool.submit(work, n);
  return child.result();  // waits...
}

int main() {
  ThreadPoolExecutor pool(
      {.max_workers = 4});
  std::vector<Future<int>> futures;
  for (int n = 0; n < 4; ++n) {
    futures.push_back(pool.submit(
        parent, std::ref(pool), n));
  }
  for (auto& future : futures) {
    show(future.result());
  }
}
// :shown
