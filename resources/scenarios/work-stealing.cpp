// SPDX-License-Identifier: Apache-2.0
// clang-format off: what is shown stands in a narrow card
#include "core/executor/thread_pool_executor.h"

#include <functional>
#include <vector>

struct Part {};
using Whole = std::vector<Part>;
Part part(int n, int k);
void show(Whole whole);

// shown:
using poolscope::Future;
using enum poolscope::QueueDiscipline;
using poolscope::ThreadPoolExecutor;

Whole split(ThreadPoolExecutor& pool,
            int n) {
  std::vector<Future<Part>> parts;
  for (int k = 0; k < 8; ++k) {
    parts.push_back(
        pool.submit(part, n, k));
  }
  Whole whole;
  for (auto& p : parts) {
    whole.push_back(p.result());
  }
  return whole;
}

int main() {
  ThreadPoolExecutor pool(
      {.max_workers = 12,
       .queue_discipline =
           work_stealing});
  std::vector<Future<Whole>> futures;
  for (int n = 0; n < 8; ++n) {
    futures.push_back(pool.submit(
        split, std::ref(pool), n));
  }
  for (auto& future : futures) {
    show(future.result());
  }
}
// :shown
