// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace poolscope {

/// The memory this process may use, in bytes: what the computer has, or what a cgroup allows, if
/// that is less. Never 0. Threads: any.
std::size_t usable_memory();

}  // namespace poolscope
