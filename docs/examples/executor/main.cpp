// SPDX-License-Identifier: Apache-2.0
// A program with Poolscope's executor: `.tracer` is the line by which it is seen, if it runs under
// Poolscope: poolscope run -- build/squares
#include "core/bridge/client.h"
#include "core/executor/thread_pool_executor.h"

#include <chrono>
#include <cstdio>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

int main() {
  constexpr int kTasks = 300;
  poolscope::ThreadPoolExecutor pool(
      {.max_workers = 4, .tracer = poolscope::bridge::tracer_from_environment()});

  std::vector<int> numbers(kTasks);
  std::iota(numbers.begin(), numbers.end(), 0);
  long sum = 0;
  for (const int square : pool.map(
           [](int number) {
             std::this_thread::sleep_for(std::chrono::milliseconds(1));
             return number * number;
           },
           numbers)) {
    sum += square;
  }

  int failed = 0;
  for (int i = 0; i < 5; ++i) {
    auto future = pool.submit([] { throw std::runtime_error("not today"); });
    failed += future.exception() != nullptr ? 1 : 0;
  }
  std::printf("tasks %d failed %d sum %ld\n", kTasks + 5, failed, sum);
}
