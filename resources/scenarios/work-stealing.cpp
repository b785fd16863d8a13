// SPDX-License-Identifier: Apache-2.0
// clang-format off: what is shown stands in a narrow card
#include "core/executor/thread_pool_executor.h"

#include <vector>

std::vector<int> range(int count);
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
  auto one = [&](int n) {
    return split(pool, n);
  };
  auto numbers = range(8);
  for (auto whole
       : pool.map(one, numbers)) {
    show(whole);
  }
}
// :shown
