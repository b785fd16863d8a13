// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace poolscope {

/// The memory this process may use, in bytes: what the computer has, or what a cgroup allows, if
/// that is less. Never 0. Threads: any.
std::size_t usable_memory();

/// What a session may take where nobody chose.
inline constexpr int kUsualMemoryPercent = 25;
/// So much of usable_memory(), in bytes; 0 or less: 0, which stands for no limit.
std::size_t memory_limit(int percent);

}  // namespace poolscope
