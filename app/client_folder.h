// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace poolscope::app {

/// The folder of our Python client: what PYTHONPATH is to have in it. Found from where this program
/// stands. An Error says that it is missing.
Result<std::filesystem::path> clientFolder();

/// Why our client cannot get into this program, as far as its words tell: python -I, -E, -S.
std::optional<Error> whyNotInstrumented(const std::vector<std::string>& words);

}  // namespace poolscope::app
