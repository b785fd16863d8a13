// SPDX-License-Identifier: Apache-2.0
#include "core/executor/completion_group.h"

#include "core/executor/errors.h"
#include "core/trace/blocked_scope.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

namespace poolscope::detail {
namespace {

/// Who waits for several tasks names them once it has waited for so long: most waits are over by
/// then and cost nothing.
constexpr std::chrono::milliseconds kTellAfter{250};
/// So many are named at most. Of a wait that any of more would end, none: some would say nothing.
constexpr std::size_t kMostTold = 256;

}  // namespace

struct CompletionGroup::Member final : Waiter {
  CompletionGroup* group = nullptr;
  FutureState* state = nullptr;
  std::size_t place = 0;
  bool done = false;  // guarded by the group's mutex; the state may be gone once it is true

  void on_done(Phase phase) noexcept override { group->note(*this, phase); }
};

CompletionGroup::CompletionGroup(std::span<FutureState* const> states)
    : members_(std::make_unique<Member[]>(states.size())),
      count_(states.size()) {
  ready_.reserve(count_);
  if (count_ != 0) {
    tracer_ = states[0]->tracer();
    pool_ = states[0]->pool();
    awaited_ = count_ == 1 ? states[0]->task_id() : 0;
  }
  for (std::size_t i = 0; i < count_; ++i) {
    Member& member = members_[i];
    member.group = this;
    member.state = states[i];
    member.place = i;
    if (!member.state->add_waiter(member)) {
      note(member, member.state->phase());
    }
  }
}

CompletionGroup::~CompletionGroup() {
  for (std::size_t i = 0; i < count_; ++i) {
    Member& member = members_[i];
    const bool done = [&] {
      const std::lock_guard lock(mutex_);
      return member.done;
    }();
    if (!done) {
      member.state->remove_waiter(member);
    }
  }
}

void CompletionGroup::note(Member& member, Phase phase) noexcept {
  const std::lock_guard lock(mutex_);
  member.done = true;
  ready_.push_back(member.place);
  failed_ = failed_ || phase == Phase::error;
  changed_.notify_one();
}

/// Blocks until the condition holds or the deadline has passed; says whether it holds. `any`: one
/// task may be enough for that.
bool CompletionGroup::block(std::unique_lock<std::mutex>& lock, const Deadline& deadline,
                            trace::BlockReason reason, bool any,
                            const std::function<bool()>& condition) {
  if (condition()) {
    return true;
  }
  if (deadline.passed()) {
    return false;
  }
  const trace::BlockedScope blocked(tracer_, pool_, reason, awaited_, !deadline.never());
  if (tracer_ != 0 && awaited_ == 0) {
    const auto tell_at = Deadline::Clock::now() + kTellAfter;
    if (changed_.wait_until(lock, std::min(tell_at, deadline.at), condition)) {
      return true;
    }
    if (deadline.at <= tell_at) {
      return false;
    }
    tell_awaited(blocked, any);
  }
  if (deadline.never()) {
    changed_.wait(lock, condition);
    return true;
  }
  return changed_.wait_until(lock, deadline.at, condition);
}

/// Names the tasks that are not done. With the mutex held: it keeps their states alive.
void CompletionGroup::tell_awaited(const trace::BlockedScope& blocked, bool any) const {
  std::array<std::uint64_t, kMostTold> tasks;
  std::size_t told = 0;
  bool all_told = true;
  for (std::size_t i = 0; i < count_; ++i) {
    if (members_[i].done) {
      continue;
    }
    const FutureState& state = *members_[i].state;
    if (told < kMostTold && state.tracer() == tracer_) {
      tasks[told++] = state.task_id();
    } else {
      all_told = false;
    }
  }
  if (all_told || !any) {
    blocked.tell_awaited(std::span(tasks).first(told), any);
  }
}

void CompletionGroup::wait(const Deadline& deadline, ReturnWhen until) {
  std::unique_lock lock(mutex_);
  const bool any = until != ReturnWhen::all_completed;  // any task may be the one that fails
  block(lock, deadline, trace::BlockReason::wait, any, [&] {
    return ready_.size() == count_ || (until == ReturnWhen::first_completed && !ready_.empty()) ||
           (until == ReturnWhen::first_exception && failed_);
  });
}

std::optional<std::size_t> CompletionGroup::next(const Deadline& deadline) {
  std::unique_lock lock(mutex_);
  if (given_ == count_) {
    return std::nullopt;
  }
  if (!block(lock, deadline, trace::BlockReason::as_completed, true,
             [&] { return given_ < ready_.size(); })) {
    throw TimeoutError(std::to_string(count_ - given_) + " (of " + std::to_string(count_) +
                       ") futures unfinished");
  }
  return ready_[given_++];
}

}  // namespace poolscope::detail
