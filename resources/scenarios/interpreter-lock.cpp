// SPDX-License-Identifier: Apache-2.0
// clang-format off: what is shown stands in a narrow card
#include "core/executor/thread_pool_executor.h"

#include <cstdio>
#include <vector>

// shown:
using poolscope::ThreadPoolExecutor;

// C++ has no such lock: this one would
// use all cores
long add_up(long n) {
  long total = 0;
  for (long i = 0; i < n; ++i) {
    total += i * i;
  }
  return total;
}

int main() {
  std::vector sizes(100, 100'000L);
  ThreadPoolExecutor pool(
      {.max_workers = 4});
  long sum = 0;
  for (long t
       : pool.map(add_up, sizes)) {
    sum += t;
  }
  std::printf("%ld\n", sum);
}
// :shown
