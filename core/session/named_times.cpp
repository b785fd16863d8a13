// SPDX-License-Identifier: Apache-2.0
#include "core/session/named_times.h"

#include <algorithm>
#include <span>

namespace poolscope::session {

void NamedTimes::push(const Entry& entry) {
  times_.push_back(entry.first);
  names_.push_back(entry.second);
}

void NamedTimes::insert(TimeNs time, trace::NameId name) {
  if (!changes_.adds() && (times_.empty() || times_.back() <= time)) {
    push({time, name});
  } else {
    changes_.add({time, name});
  }
}

std::size_t NamedTimes::settle() {
  if (changes_.empty()) {
    return 0;
  }
  const std::size_t kept = times_.lower_bound(changes_.sort().first);
  std::vector<Entry> behind;
  for (std::size_t i = kept; i < times_.size(); ++i) {
    behind.emplace_back(times_[i], names_[i]);
  }
  times_.truncate(kept);
  names_.truncate(kept);
  summaries_.truncate(kept);
  std::ranges::sort(behind);  // of the same time, by name
  for (const Entry& entry : changes_.among(behind)) {
    push(entry);
  }
  changes_.clear();
  return behind.size();
}

std::size_t NamedTimes::seal() {
  const std::size_t behind = settle();
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
  return behind;
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
