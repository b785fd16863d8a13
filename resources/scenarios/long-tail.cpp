// SPDX-License-Identifier: Apache-2.0
// clang-format off: what is shown stands in a narrow card
#include "core/executor/thread_pool_executor.h"

#include <vector>

struct Reply {};
Reply request(int number);
void show(Reply reply);

// shown:
using poolscope::as_completed;
using poolscope::Future;
using poolscope::ThreadPoolExecutor;

int main() {
  ThreadPoolExecutor pool(
      {.max_workers = 8});
  std::vector<Future<Reply>> futures;
  for (int n = 0; n < 1000; ++n) {
    futures.push_back(
        pool.submit(request, n));
  }
  for (auto future
       : as_completed(futures)) {
    show(future.result());
  }
}
// :shown
