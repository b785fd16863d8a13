// SPDX-License-Identifier: Apache-2.0
#include "core/base/thread_name.h"

#include <pthread.h>

namespace poolscope {
namespace {
constexpr std::size_t kMaxBytes = 15;  // pthread_setname_np(3)
}  // namespace

std::string os_thread_name(std::string_view name) {
  if (name.size() <= kMaxBytes) {
    return std::string(name);
  }
  const std::size_t mark = name.rfind('_');
  const std::string_view tail =
      mark != std::string_view::npos && name.size() - mark < kMaxBytes ? name.substr(mark) : "";
  std::string text(name.substr(0, kMaxBytes - tail.size()));
  text += tail;
  return text;
}

void set_current_thread_name(std::string_view name) {
  pthread_setname_np(pthread_self(), os_thread_name(name).c_str());
}

}  // namespace poolscope
