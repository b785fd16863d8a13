// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/executor/deadline.h"
#include "core/executor/future_state.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace poolscope::trace {
class BlockedScope;
}  // namespace poolscope::trace

namespace poolscope {

enum class ReturnWhen : std::uint8_t { all_completed, first_completed, first_exception };

namespace detail {

/// Waits for several states at once, for wait() and as_completed(). Tells them apart by their place
/// in what it was given; leaves no trace in any state when it goes. The states must live until they
/// are done, or until this goes. Threads: one; told by any.
class CompletionGroup {
 public:
  /// `states`: each once.
  explicit CompletionGroup(std::span<FutureState* const> states);
  CompletionGroup(const CompletionGroup&) = delete;
  CompletionGroup& operator=(const CompletionGroup&) = delete;
  ~CompletionGroup();

  /// Waits as wait() does; what is done then is up to the states.
  void wait(const Deadline& deadline, ReturnWhen until);
  /// The next state that is done, those done at the beginning first; empty if all were given.
  /// Throws TimeoutError.
  std::optional<std::size_t> next(const Deadline& deadline);

 private:
  struct Member;

  void note(Member& member, Phase phase) noexcept;
  bool block(std::unique_lock<std::mutex>& lock, const Deadline& deadline,
             trace::BlockReason reason, bool any, const std::function<bool()>& condition);
  void tell_awaited(const trace::BlockedScope& blocked, bool any) const;

  std::mutex mutex_;  // guards what follows; taken below the lock of a state
  std::condition_variable changed_;
  std::unique_ptr<Member[]> members_;
  std::size_t count_ = 0;
  // For the trace: of the first state.
  trace::TracerId tracer_ = 0;
  trace::PoolId pool_ = 0;
  std::uint64_t awaited_ = 0;
  std::vector<std::size_t>
      ready_;              // in order of completion; room for all, so that note() does not allocate
  std::size_t given_ = 0;  // of ready_
  bool failed_ = false;
};

}  // namespace detail
}  // namespace poolscope
