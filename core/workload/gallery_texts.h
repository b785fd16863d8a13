// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace poolscope::workload {

/// The files of resources/scenarios, put into the program when it is built, in the gallery's order.
std::span<const std::string_view> gallery_texts();

}  // namespace poolscope::workload
