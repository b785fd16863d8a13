// SPDX-License-Identifier: Apache-2.0
// clang-format off: what is shown stands in a narrow card
#include "core/executor/thread_pool_executor.h"

#include <cstdio>
#include <string>
#include <vector>

std::string get(int number);

// shown:
using poolscope::Future;
using poolscope::ThreadPoolExecutor;

std::string download(int number) {
  return get(number);
}

int main() {
  ThreadPoolExecutor pool(
      {.max_workers = 4});
  std::vector<Future<std::string>>
      futures;
  for (int n = 0; n < 40; ++n) {
    futures.push_back(
        pool.submit(download, n));
  }
  for (auto& future : futures) {
    std::puts(future.result().c_str());
  }
}
// :shown
