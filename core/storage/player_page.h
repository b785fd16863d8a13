// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace poolscope::storage {

/// resources/player as one page, put into the program when it is built; @SESSION@ stands where the
/// session belongs.
std::string_view player_page();

}  // namespace poolscope::storage
