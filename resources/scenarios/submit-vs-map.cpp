// SPDX-License-Identifier: Apache-2.0
// clang-format off: what is shown stands in a narrow card
#include "core/executor/thread_pool_executor.h"

#include <cstdio>
#include <string>
#include <vector>

std::string get(const std::string& url);
std::vector<std::string> addresses();  // the first one is slow

// shown:
using poolscope::ThreadPoolExecutor;

std::string fetch(std::string url) {
  return get(url);
}

int main() {
  auto urls = addresses();
  ThreadPoolExecutor pool(
      {.max_workers = 8});
  for (auto page
       : pool.map(fetch, urls)) {
    std::printf("%zu\n", page.size());
  }
}
// :shown
