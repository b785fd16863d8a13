// SPDX-License-Identifier: Apache-2.0
// clang-format off: what is shown stands in a narrow card
#include "core/executor/thread_pool_executor.h"

#include <cstdio>
#include <string>
#include <vector>

struct Page {
  std::string title = {};
};
Page parse(const std::string& text);
std::string get(const std::string& url);
std::vector<std::string> addresses();

// shown:
using poolscope::ThreadPoolExecutor;

Page fetch(std::string url) {
  return parse(get(url));
}

int main() {
  auto urls = addresses();
  ThreadPoolExecutor pool(
      {.max_workers = 8});
  for (Page page
       : pool.map(fetch, urls)) {
    std::puts(page.title.c_str());
  }
}
// :shown
