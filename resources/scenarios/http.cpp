// SPDX-License-Identifier: Apache-2.0
// clang-format off: what is shown stands in a narrow card
#include "core/executor/thread_pool_executor.h"

#include <string>
#include <vector>

std::vector<int> range(int count);
std::string get(const std::string& url);
void store(std::string item);

// shown:
using poolscope::ThreadPoolExecutor;

std::string fetch(int n) {
  return get("http://localhost/item/"
             + std::to_string(n));
}

int main() {
  auto numbers = range(400);
  ThreadPoolExecutor pool(
      {.max_workers = 8});
  for (auto item
       : pool.map(fetch,
                  numbers)) {
    store(item);
  }
}
// :shown
