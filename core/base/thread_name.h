// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace poolscope {

/// `name` as the operating system takes it: at most 15 bytes. What must go is cut from before the
/// last "_N", so that workers of one pool stay told apart ("ThreadPoolExecutor-0_12" becomes
/// "ThreadPoolEx_12").
std::string os_thread_name(std::string_view name);

/// Names the calling thread for the operating system (top, gdb, /proc). Threads: any. Never fails.
void set_current_thread_name(std::string_view name);

}  // namespace poolscope
