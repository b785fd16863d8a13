// SPDX-License-Identifier: Apache-2.0
#include "core/base/memory.h"

#include <algorithm>
#include <fstream>
#include <unistd.h>

namespace poolscope {
namespace {

constexpr std::size_t kLeast = std::size_t{256} << 20;  // where nothing can be found out

}  // namespace

std::size_t usable_memory() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page = ::sysconf(_SC_PAGESIZE);
  std::size_t memory =
      pages > 0 && page > 0 ? static_cast<std::size_t>(pages) * static_cast<std::size_t>(page) : 0;
  // Of version 2, as seen from inside a container; "max" is no number.
  std::ifstream file("/sys/fs/cgroup/memory.max");
  if (std::size_t allowed = 0; file >> allowed) {
    memory = memory == 0 ? allowed : std::min(memory, allowed);
  }
  return std::max(memory, kLeast);
}

std::size_t memory_limit(int percent) {
  return usable_memory() / 100 * static_cast<std::size_t>(std::max(percent, 0));
}

}  // namespace poolscope
