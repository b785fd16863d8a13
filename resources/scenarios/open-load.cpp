// SPDX-License-Identifier: Apache-2.0
// clang-format off: what is shown stands in a narrow card
#include "core/executor/thread_pool_executor.h"

#include <optional>

struct Request {};
std::optional<Request> listen();
void answer(Request request);

// shown:
using poolscope::ThreadPoolExecutor;

int main() {
  ThreadPoolExecutor pool(
      {.max_workers = 10});
  while (auto request = listen()) {
    // hundreds a second, at random
    pool.submit(answer, *request);
  }
}
// :shown
