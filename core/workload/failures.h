// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace poolscope::workload {

/// Of the tasks that failed so far: how many, and the text that was most frequent among them.
struct Failures {
  std::uint64_t count = 0;
  std::string most_often = {};
  std::uint64_t times = 0;  ///< of most_often
};

}  // namespace poolscope::workload
