// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "program_run.h"

#include <string>

namespace poolscope::testing {

/// Reads the events of a run against the invariants I1 to I11 of the executor's semantics and
/// against what the program knows. Empty, or the first one that does not hold and how.
std::string broken_invariant(const Record& record);

}  // namespace poolscope::testing
