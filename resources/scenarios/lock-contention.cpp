// SPDX-License-Identifier: Apache-2.0
// clang-format off: what is shown stands in a narrow card
#include "core/executor/thread_pool_executor.h"

#include <mutex>
#include <string>
#include <vector>

struct Row {};
std::string format(const Row& row);
void write(const std::string& text);
std::vector<Row> all_rows();

// shown:
using poolscope::ThreadPoolExecutor;

std::mutex log_mutex;

void append(Row row) {
  auto text = format(row);     // 1 ms
  std::lock_guard lock(log_mutex);
  write(text);                 // 4 ms
}

int main() {
  auto rows = all_rows();
  ThreadPoolExecutor pool(
      {.max_workers = 4});
  for (auto done
       : pool.map(append, rows)) {
    (void)done;
  }
}
// :shown
