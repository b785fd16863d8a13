// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <pthread.h>

namespace poolscope::detail {

/// Starts a thread that calls `function`; 0, or the error number of the operating system. Unlike
/// std::thread it can be joined without blocking, and a pthread_exit() inside unwinds it in order.
int start_thread(pthread_t& thread, std::function<void()> function);

/// For tests: lets the next `count` start_thread() of the process fail as if the system had no more
/// threads.
void refuse_thread_starts(std::size_t count);

}  // namespace poolscope::detail
