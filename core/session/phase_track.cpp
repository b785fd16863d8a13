// SPDX-License-Identifier: Apache-2.0
#include "core/session/phase_track.h"

#include <algorithm>

namespace poolscope::session {

TimeNs PhaseTrack::end_of(std::size_t index) const {
  const TimeNs end = end_[index];
  return end == PackedColumn::kAbsent ? kForever : end;
}

PhaseTrack::Record PhaseTrack::record(std::size_t index) const {
  const What& what = this->what(index);
  const bool open = end_[index] == PackedColumn::kAbsent;
  return {task_[index], what.detail, what.pool, what.outcome,
          !open && end_unseen_.get_or(index, 0) == 0};
}

std::uint32_t PhaseTrack::intern(const What& what) {
  const std::uint64_t hash = (what.detail ^ what.pool) * 0x9e3779b97f4a7c15ULL >> 32;
  std::uint32_t& recent = recent_whats_[hash % recent_whats_.size()];
  if (recent == 0 || whats_[recent - 1] != what) {
    whats_.push_back(what);
    recent = static_cast<std::uint32_t>(whats_.size());
  }
  return recent - 1;
}

void PhaseTrack::begin(const trace::Event& event) {
  const auto time = static_cast<TimeNs>(event.time_ns);
  begin_.push_back(time);
  end_.push_back(PackedColumn::kAbsent);
  task_.push_back(event.task);
  what_.push_back(intern({event.detail, event.pool, event.outcome}));
  open_.push_back(static_cast<std::uint32_t>(size() - 1));
  push_change(time);
}

bool PhaseTrack::end(const trace::Event& event) {
  for (std::size_t place = open_.size(); place > 0; --place) {
    const std::uint32_t index = open_[place - 1];
    if (task_[index] == event.task &&
        what(index) == What{event.detail, event.pool, event.outcome}) {
      close(place - 1, static_cast<TimeNs>(event.time_ns));
      return true;
    }
  }
  return false;
}

void PhaseTrack::close_task(std::uint64_t task, TimeNs time) {
  for (std::size_t place = open_.size(); place > 0; --place) {
    if (task_[open_[place - 1]] == task) {
      end_unseen_.set_sparse(open_[place - 1], 1, 0);
      close(place - 1, time);
    }
  }
}

void PhaseTrack::close_all(TimeNs time) {
  while (!open_.empty()) {
    end_unseen_.set_sparse(open_.back(), 1, 0);
    close(open_.size() - 1, time);
  }
}

void PhaseTrack::close(std::size_t place, TimeNs time) {
  end_.set(open_[place], time);
  open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(place));
  push_change(time);
}

void PhaseTrack::push_change(TimeNs time) {
  if (!change_.empty() && top_.back() != kNone) {
    total_[kind_of(top_.back())] += time - change_.back();
  }
  if (change_.size() % kGroup == 0) {
    sums_.push_back(total_);
  }
  change_.push_back(time);
  top_.push_back(open_.empty() ? kNone : open_.back() + 1);
}

void PhaseTrack::clear() {
  begin_.truncate(0);
  end_.truncate(0);
  task_.truncate(0);
  what_.truncate(0);
  end_unseen_.truncate(0);
  change_.truncate(0);
  top_.truncate(0);
  sums_.truncate(0);
  forgotten_ = blurred_ = 0;
  total_ = {};
  open_.clear();
}

void PhaseTrack::freeze() {
  begin_.freeze();
  end_.freeze();
  task_.freeze();
  what_.freeze();
  end_unseen_.freeze();
  whats_.freeze();
  change_.freeze();
  top_.freeze();
  sums_.freeze();
}

std::optional<PhaseTrack::Top> PhaseTrack::top_of(std::uint32_t top) const {
  if (top == kNone) {
    return {};
  }
  const What& of = what(top - 1);
  return Top{of.pool, trace::phase_kind(of.detail)};
}

std::optional<std::size_t> PhaseTrack::innermost(TimeNs time) const {
  const std::size_t after = change_.lower_bound(time + 1);
  if (after == 0 || top_[after - 1] == kNone) {
    return {};
  }
  return top_[after - 1] - 1;
}

PhaseTrack::Sums PhaseTrack::sums_until(TimeNs time, std::size_t& hint) const {
  const std::size_t after = change_.lower_bound(time, hint);
  hint = after;
  if (after == 0) {
    return {};
  }
  if (after - 1 < blurred_) {
    return sums_between((after - 1) / kBlurredGroup * kBlurredGroup, time);
  }
  std::size_t i = (after - 1) / kGroup * kGroup;
  Sums sums = sums_[i / kGroup];
  TimeNs reached = change_[i];
  for (; i < after; ++i) {
    const TimeNs next = i + 1 < after ? change_[i + 1] : time;
    const std::uint32_t top = top_[i];
    if (top != kNone) {
      sums[kind_of(top)] += next - reached;
    }
    reached = next;
  }
  return sums;
}

/// Of blurred changes: the share of what lies between them that passed until `time`.
PhaseTrack::Sums PhaseTrack::sums_between(std::size_t change, TimeNs time) const {
  Sums sums = sums_[change / kGroup];
  const Sums& next = sums_[(change + kBlurredGroup) / kGroup];
  const TimeNs begin = change_[change];
  const TimeNs length = change_[change + kBlurredGroup] - begin;
  const TimeNs passed = std::clamp<TimeNs>(time - begin, 0, length);
  for (std::size_t kind = 0; kind < sums.size(); ++kind) {
    const double share = length > 0 ? static_cast<double>(passed) / static_cast<double>(length) : 1;
    sums[kind] += passed == length
                      ? next[kind] - sums[kind]
                      : static_cast<TimeNs>(static_cast<double>(next[kind] - sums[kind]) * share);
  }
  return sums;
}

void PhaseTrack::blur_before(TimeNs time) {
  constexpr std::size_t kChunk = PackedColumn::kChunk;
  // The chunk behind must be there: it says where the last of these ends.
  const std::size_t changes = change_.lower_bound(time);
  for (; blurred_ + 2 * kChunk <= changes; blurred_ += kChunk) {
    change_.blur(blurred_ / kChunk);
    top_.drop(blurred_ / kChunk);
  }
  const std::size_t begun = begin_.lower_bound(time);
  const auto over = [&](std::size_t index) { return end_of(index) < time; };
  for (; forgotten_ + 2 * kChunk <= begun; forgotten_ += kChunk) {
    for (std::size_t i = forgotten_; i < forgotten_ + kChunk; ++i) {
      if (!over(i)) {
        return;
      }
    }
    const std::size_t chunk = forgotten_ / kChunk;
    begin_.blur(chunk);
    end_.drop(chunk);
    task_.drop(chunk);
    what_.drop(chunk);
    end_unseen_.drop(chunk);
  }
}

std::size_t PhaseTrack::bytes() const {
  return begin_.bytes() + end_.bytes() + task_.bytes() + what_.bytes() + end_unseen_.bytes() +
         whats_.bytes() + change_.bytes() + top_.bytes() + sums_.bytes();
}

std::optional<TimeNs> PhaseTrack::next_change(TimeNs time) const {
  const std::size_t index = change_.lower_bound(time + 1);
  return index < change_.size() ? std::optional(change_[index]) : std::nullopt;
}

std::optional<TimeNs> PhaseTrack::previous_change(TimeNs time) const {
  const std::size_t index = change_.lower_bound(time);
  return index > 0 ? std::optional(change_[index - 1]) : std::nullopt;
}

}  // namespace poolscope::session
