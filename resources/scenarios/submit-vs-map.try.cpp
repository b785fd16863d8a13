// SPDX-License-Identifier: Apache-2.0
// clang-format off: what is shown stands in a narrow card
#include "core/executor/thread_pool_executor.h"

#include <cstdio>
#include <string>
#include <vector>

void show(const std::string& page);
std::string get(const std::string& url);
std::vector<std::string> addresses();  // the first one is slow

// shown:
using poolscope::as_completed;
using poolscope::Future;
using poolscope::ThreadPoolExecutor;

std::string fetch(std::string url) {
  return get(url);
}

int main() {
  ThreadPoolExecutor pool(
      {.max_workers = 8});
  std::vector<Future<std::string>>
      futures;
  for (auto url : addresses()) {
    futures.push_back(
        pool.submit(fetch, url));
  }
  for (auto future
       : as_completed(futures)) {
    show(future.result());
  }
}
// :shown
