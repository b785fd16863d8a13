// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/event.h"

#include <QString>

#include <optional>

namespace poolscope::ui {

/// What a program's main thread is doing with its pool.
struct CallerStep {
  enum class Kind {
    none,       ///< nothing is known of it
    submits,    ///< tasks go into the queue
    waits,      ///< blocked, see `reason`
    takes,      ///< a result came, the program works with it
    idles,      ///< between two tasks that come by themselves
    shuts_down  ///< leaves the pool's block: waits for what still runs
  };
  Kind kind = Kind::none;
  trace::BlockReason reason = trace::BlockReason::unknown;

  friend bool operator==(const CallerStep&, const CallerStep&) = default;
};

/// Lines of a text, from 0; half-open.
struct LineRange {
  int begin = 0;
  int end = 0;

  friend bool operator==(const LineRange&, const LineRange&) = default;
};

/// Where in a program that uses a ThreadPoolExecutor its main thread is at `step`: the statement's
/// lines. Reads Python and C++ as they are written in introductions: one pool, made before it is
/// used; what stands above it are the tasks' functions. Nothing where no line says so. Pure.
std::optional<LineRange> linesOf(const QString& code, const CallerStep& step);
/// Whether that is where the pool is left: no call of the code waits for all tasks, its block does.
bool leavesPool(const QString& code, const CallerStep& step);

}  // namespace poolscope::ui
