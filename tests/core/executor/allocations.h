// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace poolscope::testing {

/// Objects on the heap of this process, as its operator new and delete see it, less the blocks that
/// are kept for later tasks. allocations.cpp replaces these two in the program that it is linked
/// into.
std::int64_t living_allocations();
/// How often the calling thread called operator new.
std::uint64_t allocations_of_this_thread();

/// While it lives the `nth` call of operator new by this thread fails: 1, 2, ...
class FailingAllocation {
 public:
  explicit FailingAllocation(std::uint64_t nth);
  FailingAllocation(const FailingAllocation&) = delete;
  FailingAllocation& operator=(const FailingAllocation&) = delete;
  ~FailingAllocation();
  /// Whether there was such a call.
  bool failed() const;
};

}  // namespace poolscope::testing
