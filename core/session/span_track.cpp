// SPDX-License-Identifier: Apache-2.0
#include "core/session/span_track.h"

#include <algorithm>

namespace poolscope::session {

Span SpanTrack::operator[](std::size_t index) const {
  if (index >= begin_.size()) {
    return {*open_, kForever};
  }
  const TimeNs begin = begin_[index];
  return {begin, begin + length_of(index)};
}

void SpanTrack::read(std::size_t first, std::span<Span> spans) const {
  constexpr std::size_t kAtOnce = 64;
  std::array<TimeNs, kAtOnce + 1> begins;
  std::array<TimeNs, kAtOnce + 1> idles;
  for (std::size_t done = 0; done < spans.size();) {
    const std::size_t count =
        std::min({kAtOnce, spans.size() - done, begin_.size() - (first + done)});
    if (count == 0) {
      spans[done++] = {*open_, kForever};
      continue;
    }
    begin_.read(first + done, std::span(begins).first(count + 1));
    idle_.read(first + done, std::span(idles).first(count + 1));
    TimeNs sum = wrapping_subtract(begins[0], idles[0]);
    for (std::size_t i = 0; i < count; ++i) {
      const bool last = first + done + i + 1 == begin_.size();
      const TimeNs after = last ? total_ : wrapping_subtract(begins[i + 1], idles[i + 1]);
      spans[done + i] = {begins[i], begins[i] + wrapping_subtract(after, sum)};
      sum = after;
    }
    done += count;
  }
}

void SpanTrack::read_begins(std::size_t first, std::span<TimeNs> begins) const {
  begin_.read(first, begins);
  if (open_ && begin_.size() >= first && begin_.size() - first < begins.size()) {
    begins[begin_.size() - first] = *open_;
  }
}

TimeNs SpanTrack::length_of(std::size_t index) const {
  return wrapping_subtract(sum_before(index + 1), sum_before(index));
}

void SpanTrack::push(TimeNs begin, TimeNs end) {
  const std::size_t index = begin_.size();
  begin_.push_back(begin);
  idle_.push_back(wrapping_subtract(begin, total_));
  total_ = wrapping_add(total_, end - begin);
  note_longest(index, end - begin);
}

void SpanTrack::note_longest(std::size_t index, TimeNs length) {
  std::size_t group = index;
  for (std::size_t l = 0; l < kLevels; ++l) {
    group /= kFan;
    if (group >= longest_[l].size()) {
      longest_[l].push_back({length, index});
    } else if (last_longest_[l] < length) {
      longest_[l].own(group) = {length, index};
    } else {
      return;  // nor is it the longest of a bigger group
    }
    last_longest_[l] = length;
  }
}

void SpanTrack::close(TimeNs end) {
  const TimeNs begin = *open_;
  open_.reset();
  push(begin, std::max(begin, end));
}

std::size_t SpanTrack::correct(std::vector<Correction> ends) {
  std::ranges::sort(ends, {}, &Correction::index);
  const std::size_t first = ends.front().index;
  std::vector<Span> tail(begin_.size() - first);
  read(first, tail);
  total_ = sum_before(first);
  begin_.truncate(first);
  idle_.truncate(first);
  cut_longest(first);
  for (const Correction& correction : ends) {
    const std::size_t place = correction.index - first;
    Span& span = tail[place];
    span.end = std::max(span.begin, correction.end);
    const TimeNs next = place + 1 < tail.size() ? tail[place + 1].begin : open_.value_or(kForever);
    overlaps_ = overlaps_ || span.end > next;
  }
  for (const Span& span : tail) {
    push(span.begin, span.end);
  }
  return tail.size();
}

void SpanTrack::cut_longest(std::size_t size) {
  std::size_t width = 1;
  for (std::size_t l = 0; l < kLevels; ++l) {
    // The group that the cut goes through is summed up anew from what stays of it.
    Level& level = longest_[l];
    const std::size_t children = l == 0 ? size : longest_[l - 1].size();
    width *= kFan;
    level.truncate(size / width);
    for (std::size_t child = level.size() * kFan; child < children; ++child) {
      const Longest candidate = l == 0 ? Longest{length_of(child), child} : longest_[l - 1][child];
      if (child / kFan >= level.size()) {
        level.push_back(candidate);
      } else if (level[child / kFan].length < candidate.length) {
        level.own(child / kFan) = candidate;
      }
    }
    last_longest_[l] = level.empty() ? 0 : level.back().length;
  }
}

void SpanTrack::clear() {
  begin_.truncate(0);
  idle_.truncate(0);
  total_ = 0;
  for (Level& level : longest_) {
    level.truncate(0);
  }
  open_.reset();
  blurred_ = 0;
  overlaps_ = false;
}

void SpanTrack::freeze() {
  begin_.freeze();
  idle_.freeze();
  for (Level& level : longest_) {
    level.freeze();
  }
}

void SpanTrack::blur_before(std::size_t index) {
  for (; blurred_ < index; blurred_ += PackedColumn::kChunk) {
    begin_.blur(blurred_ / PackedColumn::kChunk);
    idle_.blur(blurred_ / PackedColumn::kChunk);
  }
}

std::size_t SpanTrack::bytes() const {
  std::size_t bytes = begin_.bytes() + idle_.bytes();
  for (const Level& level : longest_) {
    bytes += level.bytes();
  }
  return bytes;
}

std::size_t SpanTrack::first_from(TimeNs time, std::size_t hint) const {
  const std::size_t index = begin_.lower_bound(time, hint);
  return index == begin_.size() && open_ && *open_ < time ? index + 1 : index;
}

std::size_t SpanTrack::first_touching(TimeNs time, std::size_t hint) const {
  const std::size_t index = first_from(time, hint);
  return index > 0 && (*this)[index - 1].end > time ? index - 1 : index;
}

std::optional<std::size_t> SpanTrack::covering(TimeNs time) const {
  std::size_t index = first_from(time + 1);
  while (index > 0) {
    --index;
    if ((*this)[index].end > time) {
      return index;
    }
    if (!overlaps_) {
      // Those of no length that began with it cover nothing and hide nothing.
      const Span span = (*this)[index];
      if (span.begin != span.end || span.begin != time) {
        return {};
      }
    }
  }
  return {};
}

SpanTrack::Edge SpanTrack::edge(TimeNs time, std::size_t hint) const {
  Edge edge{.time = time, .next = first_from(time, hint)};
  if (edge.next > begin_.size()) {
    edge.previous_end = kForever;
    edge.covered = total_ + (time - *open_);
  } else if (edge.next > 0) {
    const TimeNs sum = sum_before(edge.next);
    edge.previous_end = idle_[edge.next - 1] + sum;
    edge.covered = edge.previous_end > time ? sum - (edge.previous_end - time) : sum;
  }
  return edge;
}

TimeNs SpanTrack::covered(TimeNs begin, TimeNs end) const {
  if (begin >= end) {
    return 0;
  }
  if (!overlaps_) {
    return edge(end).covered - edge(begin).covered;
  }
  TimeNs covered = 0;
  TimeNs reached = begin;
  const std::size_t last = first_from(end);
  for (std::size_t i = 0; i < last; ++i) {
    const Span span = (*this)[i];
    const TimeNs from = std::max(span.begin, reached);
    const TimeNs to = std::min(span.end, end);
    if (to > from) {
      covered += to - from;
      reached = to;
    }
  }
  return covered;
}

SpanTrack::Longest SpanTrack::longest(std::size_t first, std::size_t last) const {
  Longest best;
  const auto consider = [&](const Longest& candidate) {
    if (candidate.length > best.length ||
        (candidate.length == best.length && candidate.index < best.index)) {
      best = candidate;
    }
  };
  const std::size_t whole_from = (first + kFan - 1) / kFan;
  const std::size_t whole_to = last / kFan;
  // Whole groups up to a bigger group's edge at both sides, then bigger groups.
  std::size_t from = whole_from;
  std::size_t to = std::max(whole_from, whole_to);
  for (std::size_t level = 0; from < to; ++level) {
    const bool top = level + 1 == kLevels;
    while (from < to && (top || from % kFan != 0)) {
      consider(longest_[level][from++]);
    }
    while (from < to && to % kFan != 0) {
      consider(longest_[level][--to]);
    }
    from /= kFan;
    to /= kFan;
  }
  // Of a group that is not whole its longest says enough, if it is within, or not longer than what
  // was found already.
  const auto consider_part = [&](std::size_t group) {
    const Longest& longest = longest_[0][group];
    if (longest.length < best.length || (longest.index >= first && longest.index < last)) {
      return consider(longest);
    }
    const std::size_t end = std::min(last, (group + 1) * kFan);
    for (std::size_t i = std::max(first, group * kFan); i < end; ++i) {
      consider({length_of(i), i});
    }
  };
  if (first % kFan != 0) {
    consider_part(first / kFan);
  }
  if (last % kFan != 0 && (first % kFan == 0 || last / kFan != first / kFan)) {
    consider_part(last / kFan);
  }
  return best;
}

std::size_t SpanTrack::ended_before(TimeNs time, std::size_t hint) const {
  if (overlaps_) {
    std::size_t count = 0;
    const std::size_t last = std::min(first_from(time), begin_.size());
    for (std::size_t i = 0; i < last; ++i) {
      count += (*this)[i].end < time ? 1U : 0U;
    }
    return count;
  }
  // Ends rise with begins: of those that begin before `time`, the last few may end at or after it.
  const std::size_t index = std::min(first_from(time, hint), begin_.size());
  return index > 0 && (*this)[index - 1].end >= time ? index - 1 : index;
}

std::optional<TimeNs> SpanTrack::next_change(TimeNs time) const {
  std::optional<TimeNs> best;
  const auto consider = [&](TimeNs candidate) {
    if (candidate > time && candidate != kForever && (!best || candidate < *best)) {
      best = candidate;
    }
  };
  const std::size_t after = first_from(time + 1);
  if (after < size()) {
    consider(begin_of(after));
  }
  for (std::size_t i = overlaps_ ? 0 : after - std::min<std::size_t>(after, 1); i < after; ++i) {
    consider((*this)[i].end);
  }
  return best;
}

std::optional<TimeNs> SpanTrack::previous_change(TimeNs time) const {
  std::optional<TimeNs> best;
  const auto consider = [&](TimeNs candidate) {
    if (candidate < time && (!best || candidate > *best)) {
      best = candidate;
    }
  };
  const std::size_t last = first_from(time);
  if (last > 0) {
    consider(begin_of(last - 1));
  }
  for (std::size_t i = overlaps_ ? 0 : last - std::min<std::size_t>(last, 2); i < last; ++i) {
    consider((*this)[i].end);
  }
  return best;
}

}  // namespace poolscope::session
