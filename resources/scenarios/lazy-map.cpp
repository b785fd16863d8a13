// SPDX-License-Identifier: Apache-2.0
// clang-format off: what is shown stands in a narrow card
#include "core/executor/thread_pool_executor.h"

#include <vector>

struct Row {};
Row convert(Row row);
void write(Row row);
std::vector<Row> rows(int count);

// shown:
using poolscope::ThreadPoolExecutor;

int main() {
  ThreadPoolExecutor pool(
      {.max_workers = 4});
  auto results = pool.map(
      {.buffer_size = 16},
      convert, rows(10'000));
  for (Row result : results) {
    write(result);
  }
}
// :shown
