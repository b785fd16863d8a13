// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/executor/options.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope::testing {

/// The kinds of operations of random programs. The first ones are what a program's threads do, the
/// last ones how it ends; between them what happens inside of these.
enum class Kind : std::uint8_t {
  submit,
  try_submit,
  map,
  map_buffered,
  map_abandoned,
  cancel,
  set_max_workers,
  pause,
  resume,
  wait,
  as_completed,
  result,
  result_with_timeout,
  add_done_callback,
  refuse_a_thread,
  early_shutdown,
  // In tasks and callbacks.
  submit_in_a_task,
  submit_in_a_callback,
  wait_in_a_task,
  resize_in_a_task,
  pause_in_a_task,
  cancel_in_a_callback,
  throw_in_a_callback,
  submit_that_blocked,
  rendezvous,
  // The end.
  shutdown,
  shutdown_and_cancel,
  shutdown_without_wait,
  shutdown_without_wait_and_cancel,
  shutdown_in_a_task,
  shutdown_in_a_callback,
  destructor,
  destructor_in_a_task,
};
inline constexpr std::size_t kKinds = static_cast<std::size_t>(Kind::destructor_in_a_task) + 1;
std::string_view name_of(Kind kind);

/// One step of a thread; `random` decides what the kind leaves open.
struct Operation {
  Kind kind = Kind::submit;
  std::uint32_t random = 0;
};

/// What a random program does. The seed decides all of it; how its threads meet is up to the
/// system.
struct Program {
  std::uint64_t seed = 0;
  std::size_t max_workers = 1;
  std::size_t queue_capacity = 0;
  QueueDiscipline discipline = QueueDiscipline::fifo;
  bool tiny_rings = false;  // events will be lost
  /// Priorities of tasks that are queued first, while the pool, with one worker, is paused.
  std::vector<int> opening = {};
  std::vector<std::vector<Operation>> threads = {};  // three or more, at least 20 operations
  bool rendezvous = false;  // at the end of the threads: as many tasks as workers meet
  Kind end = Kind::destructor;
};

Program random_program(std::uint64_t seed);
/// As text, for who looks into one that failed.
std::string to_text(const Program& program);

}  // namespace poolscope::testing
