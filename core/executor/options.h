// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/cores.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace poolscope {

namespace trace {
class Tracer;
}  // namespace trace

/// More workers than this are refused: a number so large is a mistake.
inline constexpr std::size_t kMaxWorkersLimit = 4096;

/// min(32, cores + 4), as Python 3.13.
inline std::size_t default_max_workers() {
  return python_default_workers(usable_cores());
}

enum class QueueDiscipline : std::uint8_t {
  fifo,
  lifo,
  priority,       ///< higher first, the older first among equals
  work_stealing,  ///< a worker's own submits newest first; others take its oldest
};

struct ExecutorOptions {
  std::size_t max_workers = default_max_workers();  ///< 0 or above 4096: std::invalid_argument
  /// Workers are PREFIX_0, PREFIX_1, ... in the trace and to the operating system. Empty:
  /// ThreadPoolExecutor-N, N counted per process.
  std::string thread_name_prefix = {};
  /// Runs once in each worker before its first task. What it throws breaks the pool:
  /// BrokenThreadPool for all pending and later work.
  std::function<void()> initializer = {};
  QueueDiscipline queue_discipline = QueueDiscipline::fifo;
  std::size_t queue_capacity = 0;  ///< 0: unbounded; else submit() blocks when so many are queued
  std::function<void(std::exception_ptr)> on_callback_error = {};  ///< empty: to stderr
  bool measure_cpu_time = false;  ///< CLOCK_THREAD_CPUTIME_ID, two reads a task
  trace::Tracer* tracer =
      nullptr;  ///< null: no instrumentation, no cost; must outlive the executor
};

struct TaskOptions {
  std::string_view name = {};
  int priority = 0;  ///< higher first; fixed at submit
};

struct MapOptions {
  std::optional<std::chrono::nanoseconds> timeout =
      {};                                       ///< for all results, from the call of map()
  std::optional<std::size_t> buffer_size = {};  ///< so many calls ahead; 0: std::invalid_argument
  TaskOptions task = {};                        ///< of every task
  /// False, as Python 3.14: the first error ends the iteration and cancels the rest. True, as 3.15:
  /// the step that throws is over, the next one gives the next result.
  bool continue_after_error = false;
};

}  // namespace poolscope
