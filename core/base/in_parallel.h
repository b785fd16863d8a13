// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/thread_name.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <system_error>
#include <thread>
#include <vector>

namespace poolscope {

/// Calls work(part) once for each of [0, parts), on at most `threads` threads at a time, the
/// caller's among them; returns when all are done. Parts are begun in their order. `work` must not
/// throw. Threads: any.
template <typename Work>
void in_parallel(std::size_t parts, std::size_t threads, const Work& work) {
  std::atomic<std::size_t> next{0};
  const auto take_parts = [&] {
    // What the parts do is ordered by the threads' begin and end alone.
    for (std::size_t part = 0; (part = next.fetch_add(1, std::memory_order_relaxed)) < parts;) {
      work(part);
    }
  };
  std::vector<std::jthread> helpers;
  try {
    for (std::size_t i = 1; i < std::min(parts, threads); ++i) {
      helpers.emplace_back([&take_parts] {
        set_current_thread_name("helper");
        take_parts();
      });
    }
  } catch (const std::system_error&) {
    // No more threads are to be had: those that are there will do.
  }
  take_parts();
}

}  // namespace poolscope
