// SPDX-License-Identifier: Apache-2.0
// clang-format off: what is shown stands in a narrow card
#include "core/executor/thread_pool_executor.h"

#include <string>
#include <vector>

std::vector<int> range(int count);
std::string query(int number);
void store(std::string answer);

// shown:
using poolscope::ThreadPoolExecutor;

std::string ask(int number) {
  return query(number);  // waits 20 ms
}

int main() {
  ThreadPoolExecutor pool(
      {.max_workers = 8});
  auto numbers = range(400);
  for (auto answer
       : pool.map(ask, numbers)) {
    store(answer);
  }
}
// :shown
