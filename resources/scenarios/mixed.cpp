// SPDX-License-Identifier: Apache-2.0
// clang-format off: what is shown stands in a narrow card
#include "core/executor/thread_pool_executor.h"

#include <string>
#include <vector>

struct Result {};
std::string fetch(const std::string& url);
Result parse(const std::string& page);
void store(Result result);
std::vector<std::string> addresses();

// shown:
using poolscope::ThreadPoolExecutor;

Result work(std::string url) {
  auto page = fetch(url);  // 20 ms
  return parse(page);      //  5 ms
}

int main() {
  auto urls = addresses();
  ThreadPoolExecutor pool(
      {.max_workers = 4});
  for (Result r
       : pool.map(work, urls)) {
    store(r);
  }
}
// :shown
