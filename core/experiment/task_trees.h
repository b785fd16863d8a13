// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/task_records.h"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace poolscope::experiment {

/// A task of which is known what it submitted and waited for.
struct TreeTask {
  struct Wait {
    std::size_t child = 0;  ///< place in `children`
    TimeNs begin = 0;
    TimeNs end = 0;
  };

  std::size_t place = 0;                   ///< in TaskRecords::tasks()
  bool is_root = false;                    ///< no task submitted it
  std::vector<std::size_t> children = {};  ///< such places, in the order of submission
  std::vector<Wait> waits = {};            ///< in the order of their begin
};

/// Those of `chosen` that are in trees all of which is chosen, and that have fewer than 65,536
/// children; each root is followed by what hangs on it. A task waits for whose result it takes,
/// too, even where that was done by then. Where a wait does not say for which task it was, it was
/// for those children that were done at its end. Nothing if one of `chosen` waits for a task that
/// it has not submitted, or for room in the queue, or most of them for tasks of which nothing is
/// known. Cost: O(tasks log tasks). Threads: any.
std::optional<std::vector<TreeTask>> whole_trees(const TaskRecords& records,
                                                 std::span<const std::size_t> chosen);

}  // namespace poolscope::experiment
