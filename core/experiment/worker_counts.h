// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope::experiment {

/// "1, 2,4,8" as people write them: in any order, none twice, each 1 to `most`; ascending. Blanks
/// about a number do not matter. Nothing at all is no count: the sweep chooses. Errors are about
/// `subject`. Threads: any.
Result<std::vector<std::uint64_t>> parse_worker_counts(std::string_view text,
                                                       const std::string& subject,
                                                       std::uint64_t most);

}  // namespace poolscope::experiment
