// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/executor/future.h"
#include "core/executor/pool_core.h"
#include "core/executor/task.h"

#include <optional>
#include <type_traits>
#include <utility>

namespace poolscope::detail {

template <typename F, typename... Args>
Future<TaskResult<F, Args...>> submit_to(PoolCore& core, PoolCore::Place place,
                                         const TaskOptions& options, F&& function,
                                         Args&&... arguments) {
  using R = TaskResult<F, Args...>;
  auto* const task = new Task<R, std::decay_t<F>, std::decay_t<Args>...>(
      std::forward<F>(function), std::forward<Args>(arguments)...);
  Future<R> future = FutureAccess::adopt<R>(task);
  core.submit(*task, options, std::move(place));
  return future;
}

}  // namespace poolscope::detail
