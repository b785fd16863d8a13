// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace poolscope {

/// The task was cancelled before it started.
class CancelledError : public std::runtime_error {
 public:
  CancelledError() : std::runtime_error("the task was cancelled") {}
};

/// The time given to a wait is over. Never thrown for a task that fails with an error of its own.
class TimeoutError : public std::runtime_error {
 public:
  explicit TimeoutError(const std::string& what = {}) : std::runtime_error(what) {}
};

/// A future or promise was used in a state that does not allow it (no task, a result already set or
/// taken).
class InvalidStateError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The initializer of a worker failed, or the last worker is gone and the system refuses another
/// thread: the pool takes no more work. The cause is nested in it (std::rethrow_if_nested).
class BrokenThreadPool : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace poolscope
