// SPDX-License-Identifier: Apache-2.0
// clang-format off: what is shown stands in a narrow card
#include "core/executor/thread_pool_executor.h"

#include <vector>

struct Job {
  int priority = 0;
};
std::vector<Job> jobs();
void work(Job job);

// shown:
using poolscope::ThreadPoolExecutor;

int main() {
  ThreadPoolExecutor pool(
      {.max_workers = 4});
  for (auto job : jobs()) {
    // 70 reports, then 6 clicks
    pool.submit(
        {.priority = job.priority},
        work, job);
  }
}
// :shown
