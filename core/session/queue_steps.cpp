// SPDX-License-Identifier: Apache-2.0
#include "core/session/queue_steps.h"

#include <algorithm>
#include <limits>

namespace poolscope::session {

std::size_t QueueSteps::settle() {
  if (!unsettled()) {
    return 0;
  }
  const std::size_t kept = keys_.lower_bound(changes_.sort());
  std::vector<TimeNs> tail(keys_.size() - kept);
  keys_.read(kept, tail);
  truncate(kept);
  for (const TimeNs key : changes_.among(tail)) {
    push(key);
  }
  changes_.clear();
  return tail.size();
}

void QueueSteps::push(TimeNs key) {
  const std::size_t index = keys_.size();
  const TimeNs time = time_of(key);
  if (index > 0) {
    area_ += Area{depth_} * (time - time_of(keys_.back()));
  }
  if (index % kGroup == 0) {
    if (index > 0) {
      seal(index / kGroup - 1, time);
    }
    groups_.push_back({depth_, area_, 0, 0});
  }
  keys_.push_back(key);
  depth_ += change_of(key);
}

void QueueSteps::seal(std::size_t group, TimeNs next_time) {
  Extremes extremes{std::numeric_limits<std::uint32_t>::max(), 0};
  std::int64_t depth = groups_[group].depth_before;
  const std::size_t first = group * kGroup;
  TimeNs key = keys_[first];
  for (std::size_t i = 0; i < kGroup; ++i) {
    const TimeNs next_key = i + 1 < kGroup ? keys_[first + i + 1] : 0;
    const TimeNs next = i + 1 < kGroup ? time_of(next_key) : next_time;
    depth += change_of(key);
    if (time_of(key) != next) {
      extremes.min = std::min(extremes.min, static_cast<std::uint64_t>(depth));
      extremes.max = std::max(extremes.max, static_cast<std::uint64_t>(depth));
    }
    key = next_key;
  }
  Group& sealed = groups_.own(group);
  sealed.min = static_cast<std::uint32_t>(extremes.min);
  sealed.max = static_cast<std::uint32_t>(extremes.max);
  if (group % kGroup == kGroup - 1) {
    Summary summary{sealed.min, sealed.max};
    for (std::size_t i = group + 1 - kGroup; i < group; ++i) {
      summary.min = std::min(summary.min, groups_[i].min);
      summary.max = std::max(summary.max, groups_[i].max);
    }
    summaries_.push_back(summary);
  }
}

void QueueSteps::truncate(std::size_t size) {
  if (size >= keys_.size()) {
    return;
  }
  depth_ = static_cast<std::int64_t>(depth_after(size));
  area_ = size > 0 ? area_until(time_of(keys_[size - 1])) : 0;
  keys_.truncate(size);
  groups_.truncate((size + kGroup - 1) / kGroup);
  const std::size_t sealed = size > 0 ? (size - 1) / kGroup : 0;
  summaries_.truncate(sealed / kGroup);
}

void QueueSteps::freeze() {
  keys_.freeze();
  groups_.freeze();
  summaries_.freeze();
}

void QueueSteps::blur_before(TimeNs time) {
  const std::size_t before = count_before(time);
  const std::size_t most = before - std::min(before, PackedColumn::kChunk);
  for (; blurred_ + PackedColumn::kChunk <= most; blurred_ += PackedColumn::kChunk) {
    keys_.blur(blurred_ / PackedColumn::kChunk);
  }
}

std::int64_t QueueSteps::depth_between(std::size_t group, std::size_t place) const {
  const std::int64_t from = groups_[group].depth_before;
  const std::int64_t change = groups_[group + 1].depth_before - from;
  return from + change * static_cast<std::int64_t>(place) / std::int64_t{kGroup};
}

Area QueueSteps::area_between(std::size_t group, TimeNs time) const {
  const Area from = groups_[group].area_before;
  const Area area = groups_[group + 1].area_before - from;
  const TimeNs begin = time_of(keys_[group * kGroup]);
  const TimeNs end = time_of(keys_[(group + 1) * kGroup]);
  const TimeNs passed = std::clamp<TimeNs>(time - begin, 0, end - begin);
  // In two steps: the product of all would not fit.
  return end == begin
             ? from + area
             : from + area / (end - begin) * passed + area % (end - begin) * passed / (end - begin);
}

std::uint64_t QueueSteps::depth_after(std::size_t count) const {
  if (count == keys_.size()) {
    return static_cast<std::uint64_t>(depth_);
  }
  const std::size_t group = count / kGroup;
  if (is_blurred(group)) {
    return static_cast<std::uint64_t>(depth_between(group, count % kGroup));
  }
  std::int64_t depth = groups_[group].depth_before;
  for (std::size_t i = group * kGroup; i < count; ++i) {
    depth += change_of(keys_[i]);
  }
  return static_cast<std::uint64_t>(depth);
}

std::uint64_t QueueSteps::ups_before(TimeNs time) const {
  const std::size_t count = count_before(time);
  return (count + depth_after(count)) / 2;
}

QueueSteps::Edge QueueSteps::edge(TimeNs time, std::size_t hint) const {
  Edge edge{.time = time, .before = keys_.lower_bound(time * 2, hint)};
  edge.until = edge.before;
  while (edge.until < keys_.size() && time_of(keys_[edge.until]) == time) {
    ++edge.until;
  }
  if (edge.until == 0) {
    return edge;
  }
  if (edge.until == keys_.size()) {
    edge.depth = static_cast<std::uint64_t>(depth_);
    edge.area = area_ + Area{depth_} * (time - time_of(keys_.back()));
    return edge;
  }
  const std::size_t group = (edge.until - 1) / kGroup;
  if (is_blurred(group)) {
    edge.area = area_between(group, time);
    edge.depth = depth_after(edge.until);
    return edge;
  }
  std::int64_t depth = groups_[group].depth_before;
  TimeNs reached = time_of(keys_[group * kGroup]);
  edge.area = groups_[group].area_before;
  for (std::size_t i = group * kGroup; i < edge.until; ++i) {
    const TimeNs key = keys_[i];
    edge.area += Area{depth} * (time_of(key) - reached);
    reached = time_of(key);
    depth += change_of(key);
  }
  edge.area += Area{depth} * (time - reached);
  edge.depth = static_cast<std::uint64_t>(depth);
  return edge;
}

QueueSteps::Extremes QueueSteps::extremes(const Edge& begin, const Edge& end) const {
  std::size_t first = begin.until;
  const std::size_t last = end.before;
  Extremes extremes{begin.depth, begin.depth};
  if (first > 0 && is_blurred((first - 1) / kGroup)) {
    extremes = {groups_[(first - 1) / kGroup].min, groups_[(first - 1) / kGroup].max};
  }
  const auto take = [&](std::uint32_t min, std::uint32_t max) {
    extremes.min = std::min<std::uint64_t>(extremes.min, min);
    extremes.max = std::max<std::uint64_t>(extremes.max, max);
  };
  while (first < last) {
    const std::size_t group = first / kGroup;
    constexpr std::size_t kMany = kGroup * kGroup;
    if (first % kMany == 0 && first + kMany <= last && first / kMany < summaries_.size()) {
      take(summaries_[first / kMany].min, summaries_[first / kMany].max);
      first += kMany;
    } else if (first % kGroup == 0 && first + kGroup <= last && group + 1 < groups_.size()) {
      take(groups_[group].min, groups_[group].max);
      first += kGroup;
    } else if (is_blurred(group)) {
      take(groups_[group].min, groups_[group].max);
      first = std::min(last, (group + 1) * kGroup);
    } else {
      const std::size_t edge = std::min(last, (group + 1) * kGroup);
      widen_singly(first, edge, extremes);
      first = edge;
    }
  }
  return extremes;
}

void QueueSteps::widen_singly(std::size_t first, std::size_t last, Extremes& extremes) const {
  std::uint64_t depth = depth_after(first);
  for (std::size_t i = first; i < last; ++i) {
    depth += static_cast<std::uint64_t>(change_of(keys_[i]));
    if (i + 1 < keys_.size() && time_of(keys_[i]) == time_of(keys_[i + 1])) {
      continue;
    }
    extremes.min = std::min(extremes.min, depth);
    extremes.max = std::max(extremes.max, depth);
  }
}

std::vector<QueueSteps::Step> QueueSteps::steps(TimeNs begin, TimeNs end) const {
  std::vector<Step> steps;
  const std::size_t last = count_before(end);
  std::size_t first = count_until(begin);
  for (; first < last && is_blurred(first / kGroup); first = (first / kGroup + 1) * kGroup) {
    const std::size_t next = std::min(last, (first / kGroup + 1) * kGroup);
    steps.push_back({time_of(keys_[next - 1]),
                     static_cast<int>(depth_after(next)) - static_cast<int>(depth_after(first))});
  }
  for (std::size_t i = first; i < last; ++i) {
    steps.push_back({time_of(keys_[i]), static_cast<int>(change_of(keys_[i]))});
  }
  return steps;
}

std::optional<TimeNs> QueueSteps::next_change(TimeNs time) const {
  const std::size_t index = count_until(time);
  return index < keys_.size() ? std::optional(time_of(keys_[index])) : std::nullopt;
}

std::optional<TimeNs> QueueSteps::previous_change(TimeNs time) const {
  const std::size_t index = count_before(time);
  return index > 0 ? std::optional(time_of(keys_[index - 1])) : std::nullopt;
}

}  // namespace poolscope::session
