// SPDX-License-Identifier: Apache-2.0
#include "core/executor/thread_pool_executor.h"

#include <iostream>
#include <vector>

int main() {
  poolscope::ThreadPoolExecutor pool({.max_workers = 2});
  auto product = pool.submit([](int a, int b) { return a * b; }, 6, 7);
  int sum = 0;
  for (const int doubled : pool.map([](int value) { return 2 * value; }, std::vector{1, 2, 3})) {
    sum += doubled;
  }
  std::cout << "6 * 7 = " << product.result() << '\n';
  return sum == 12 ? 0 : 1;
}
