// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/pinned_threads.h"

#include <cstdlib>
#include <filesystem>

namespace poolscope::bench {
namespace {

std::set<pid_t> threadsOfProcess() {
  std::set<pid_t> threads;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    threads.insert(static_cast<pid_t>(std::atoi(entry.path().filename().c_str())));
  }
  return threads;
}

void pinThread(pid_t thread, std::size_t core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  sched_setaffinity(thread, sizeof set, &set);
}

}  // namespace

PinnedThreads::PinnedThreads() : before_(threadsOfProcess()) {
  sched_getaffinity(0, sizeof free_, &free_);
  for (std::size_t core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &free_)) {
      cores_.push_back(core);
    }
  }
}

PinnedThreads::~PinnedThreads() {
  sched_setaffinity(0, sizeof free_, &free_);
}

void PinnedThreads::pin() {
  std::size_t next = 1;
  for (const pid_t thread : threadsOfProcess()) {
    if (!before_.contains(thread)) {
      pinThread(thread, cores_[next++ % cores_.size()]);
    }
  }
  pinThis(0);
}

void PinnedThreads::pinThis(std::size_t index) const {
  pinThread(0, cores_[index % cores_.size()]);
}

}  // namespace poolscope::bench
