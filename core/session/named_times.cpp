// SPDX-License-Identifier: Apache-2.0
#include "core/session/named_times.h"

#include <span>
#include <utility>
#include <vector>

namespace poolscope::session {

void NamedTimes::insert(TimeNs time, trace::NameId name) {
  std::vector<std::pair<TimeNs, trace::NameId>> behind;
  while (!times_.empty() && times_.back() > time) {
    behind.emplace_back(times_.back(), names_.back());
    truncate(times_.size() - 1);
  }
  times_.push_back(time);
  names_.push_back(name);
  for (; !behind.empty(); behind.pop_back()) {
    times_.push_back(behind.back().first);
    names_.push_back(behind.back().second);
  }
}

void NamedTimes::remove(TimeNs time, trace::NameId name) {
  const std::size_t place = place_of(time, name);
  std::vector<std::pair<TimeNs, trace::NameId>> behind;
  for (std::size_t i = place + 1; i < times_.size(); ++i) {
    behind.emplace_back(times_[i], names_[i]);
  }
  truncate(place);
  for (const auto& [other_time, other_name] : behind) {
    times_.push_back(other_time);
    names_.push_back(other_name);
  }
}

void NamedTimes::rename(TimeNs time, trace::NameId from, trace::NameId to) {
  const std::size_t place = place_of(time, from);
  names_.set(place, to);
  summaries_.spoil(place);
}

std::size_t NamedTimes::place_of(TimeNs time, trace::NameId name) const {
  std::size_t place = times_.lower_bound(time);
  while (names_[place] != name) {
    ++place;
  }
  return place;
}

void NamedTimes::truncate(std::size_t size) {
  times_.truncate(size);
  names_.truncate(size);
  summaries_.truncate(size);
}

void NamedTimes::seal() {
  // Which count it is that a block stands for is known to who asks.
  constexpr auto kAny = KindTally::finished;
  KindTally kinds;
  const auto leaf = [&](std::size_t first, std::size_t last, SummaryWriter& writer) {
    kinds.clear();
    for (std::size_t i = first; i < last; ++i) {
      kinds.add(names_[i], kAny);
    }
    kinds.write(kAny, writer);
  };
  const auto join = [&](std::span<const std::uint8_t* const> parts, SummaryWriter& writer) {
    kinds.clear();
    for (const std::uint8_t* part : parts) {
      SummaryReader reader(part);
      kinds.read(kAny, reader);
    }
    kinds.write(kAny, writer);
  };
  summaries_.seal(times_.size(), leaf, join);
}

void NamedTimes::freeze() {
  times_.freeze();
  names_.freeze();
  summaries_.freeze();
}

void NamedTimes::count_kinds(TimeNs begin, TimeNs end, KindTally::Count count,
                             KindTally& kinds) const {
  const auto whole = [&](SummaryReader reader, bool /*closest*/) {
    kinds.read(count, reader);
    return SummaryTree::Verdict::taken;
  };
  summaries_.visit(times_.lower_bound(begin), times_.lower_bound(end), whole,
                   [&](std::size_t first, std::size_t last) {
                     for (std::size_t i = first; i < last; ++i) {
                       kinds.add(names_[i], count);
                     }
                   });
}

}  // namespace poolscope::session
