// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <sched.h>
#include <set>
#include <sys/types.h>
#include <vector>

namespace poolscope::bench {

/// Puts a pool's threads on cores in turn, so that no run is lucky or unlucky with where the kernel
/// left them: the caller on core 0, worker k on core (k + 1) % cores. Made before the pool,
/// pin()ned once its threads run; what was there before (a collector) stays free. Linux only, works
/// with any library. Threads: the caller's.
class PinnedThreads {
 public:
  PinnedThreads();
  ~PinnedThreads();  ///< the caller is free again
  PinnedThreads(const PinnedThreads&) = delete;
  PinnedThreads& operator=(const PinnedThreads&) = delete;

  void pin();
  /// The calling thread, on core `index` % cores.
  void pinThis(std::size_t index) const;

 private:
  std::set<pid_t> before_;
  cpu_set_t free_;                  // as the caller was found
  std::vector<std::size_t> cores_;  // of free_
};

}  // namespace poolscope::bench
