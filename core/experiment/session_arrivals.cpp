// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/session_arrivals.h"

#include "core/experiment/interval.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace poolscope::experiment {
namespace {

using session::TimeNs;

constexpr double kOpenIdle = 0.1;  // of the time: the queue is empty because no more tasks come
constexpr int kQueueColumns = 1000;
// Batches: all of one come within a small part of the time until the next, and nobody idles
// between.
constexpr double kBatchArrives = 0.25;
constexpr double kBetweenBatches = 0.05;
// A queue that grows: tasks come faster than they are picked, one after another.
constexpr double kFaster = 0.9;
constexpr double kAtOnce = 0.02;
constexpr double kLargestGap = 0.2;
// A queue that is hardly ever less than half as deep as at its deepest: who submits keeps it there.
constexpr double kSteadyDepth = 0.5;
constexpr double kHardlyEver = 0.1;

double share(TimeNs part, TimeNs whole) {
  return static_cast<double>(part) / static_cast<double>(std::max<TimeNs>(1, whole));
}

/// Where tasks find the pool empty: in a batch, its first.
struct Begins {
  std::vector<std::size_t> places = {};  ///< in `stays`, but the first of all
  std::vector<TimeNs> ends = {};         ///< when what came before them was done
  TimeNs empty = 0;                      ///< for how long the pool was, in all
};

Begins begins_of(std::span<const Stay> stays) {
  Begins begins;
  TimeNs done = 0;
  for (std::size_t i = 0; i < stays.size(); ++i) {
    if (i > 0 && stays[i].queued >= done) {
      begins.places.push_back(i);
      begins.ends.push_back(done);
      begins.empty += stays[i].queued - done;
    }
    done = std::max(done, stays[i].finished);
  }
  return begins;
}

bool is_blocked_until(const session::Snapshot& snapshot, session::LaneId lane, TimeNs time) {
  constexpr TimeNs kWakeUp = 2'000'000;
  const auto stretches = snapshot.blocked(lane, time - 1, time + kWakeUp, 4);
  return std::ranges::any_of(stretches, [&](const session::Blocked& each) {
    return each.begin < time && each.end >= time && each.end < time + kWakeUp;
  });
}

/// Whether who submits was blocked until the pool was empty, nearly each time that it was: then a
/// batch comes when the last one is done, and a pause between them is what that thread does
/// meanwhile.
bool caller_waits(const session::Snapshot& snapshot, std::span<const Stay> stays,
                  const Begins& begins) {
  constexpr double kNearlyAll = 0.8;
  constexpr std::size_t kLookedAt = 50;
  std::size_t waited = 0;
  std::size_t count = 0;
  const std::size_t step = begins.places.size() / kLookedAt + 1;
  for (std::size_t k = 0; k < begins.places.size(); k += step) {
    const auto caller = stays[begins.places[k]].caller;
    waited += caller && is_blocked_until(snapshot, *caller, begins.ends[k]) ? 1 : 0;
    ++count;
  }
  return count > 0 && static_cast<double>(waited) >= kNearlyAll * static_cast<double>(count);
}

/// What the pool was like beside its tasks.
struct Seen {
  Begins begins = {};
  double idle = 0;         ///< share of the time in which nothing waited
  std::uint64_t most = 0;  ///< that waited at once
  double usual = 0;        ///< median depth of the queue
  bool is_steady = false;  ///< nearly always about as deep
  std::uint64_t finished = 0;
  std::uint64_t workers = 0;
  bool caller_waits = false;  ///< a thread waits for the end of each batch
  float gap_at_end = 0;       ///< seconds from the last arrival to the end of the stretch
  /// The stretch has all of a program's tasks, from the first that came to the last end.
  bool has_all = false;
};

/// Whatever their pool.
bool has_all(std::span<const Stay> stays, const session::Snapshot& snapshot,
             const SessionStretch& stretch) {
  const TimeNs last = std::ranges::max(stays, {}, &Stay::finished).finished;
  return stays.front().queued >= stretch.begin &&
         snapshot.finished_count(stretch.pool, last + 1, stretch.end + 1) == 0 &&
         snapshot.queue_depth(stretch.pool, stretch.end) == 0;
}

float gap_at_end(std::span<const Stay> stays, const SessionStretch& stretch) {
  const TimeNs rest = std::max<TimeNs>(0, stretch.end - stays.back().queued);
  return static_cast<float>(static_cast<double>(rest) * 1e-9);
}

/// All but what its queue was like.
Seen without_queue(const session::Snapshot& snapshot, const SessionStretch& stretch,
                   std::span<const Stay> stays) {
  Seen seen{.begins = begins_of(stays),
            .workers = snapshot.max_workers_at(stretch.pool, stretch.end),
            .gap_at_end = gap_at_end(stays, stretch),
            .has_all = has_all(stays, snapshot, stretch)};
  seen.caller_waits = caller_waits(snapshot, stays, seen.begins);
  return seen;
}

/// By columns of the queue.
Seen seen_of(const session::Snapshot& snapshot, const SessionStretch& stretch,
             std::span<const Stay> stays) {
  const auto columns = snapshot.queue_columns(
      stretch.pool, stretch.begin, std::max(stretch.end, stretch.begin + 1), kQueueColumns);
  Seen seen = without_queue(snapshot, stretch, stays);
  seen.finished = snapshot.finished_count(stretch.pool, stretch.begin, stretch.end + 1);
  std::size_t idle = 0;
  for (const session::QueueColumn& column : columns) {
    idle += column.max == 0 ? 1 : 0;
    seen.most = std::max<std::uint64_t>(seen.most, column.max);
  }
  seen.idle = columns.empty() ? 0 : share(static_cast<TimeNs>(idle), std::ssize(columns));
  std::vector<double> depths;
  for (const session::QueueColumn& column : columns) {
    depths.push_back(column.mean);
  }
  if (!depths.empty()) {
    seen.usual = quantile(depths, 0.5);
    seen.is_steady =
        quantile(std::move(depths), kHardlyEver) >= kSteadyDepth * static_cast<double>(seen.most);
  }
  return seen;
}

/// Whether what came before the first of the batches, or after the last began, is one of them, or
/// a part of one: a program that looks at two pages and then at all that they name has no batches
/// of two.
bool are_alike(std::size_t before, std::size_t after, std::size_t batch) {
  constexpr std::size_t kTimes = 2;
  return std::max(before, after) <= kTimes * batch;
}

/// Whether a batch comes because the last one is done. `whole`: the time that there was.
bool come_at_once(const Seen& seen, TimeNs whole) {
  return seen.caller_waits || share(seen.begins.empty, whole) <= kBetweenBatches;
}

/// How many tasks come at once whenever all that came before are done; 0 if they do not come so.
std::uint64_t batch_of(std::span<const Stay> stays, const Seen& seen) {
  const std::vector<std::size_t>& places = seen.begins.places;
  if (places.size() < 2) {
    return 0;
  }
  const std::size_t batch = (places.back() - places.front()) / (places.size() - 1);
  const TimeNs whole = stays[places.back()].queued - stays[places.front()].queued;
  TimeNs arriving = 0;
  for (std::size_t k = 0; k + 1 < places.size(); ++k) {
    arriving += stays[places[k + 1] - 1].queued - stays[places[k]].queued;
  }
  const bool alike = are_alike(places.front(), stays.size() - places.back(), batch);
  const bool together = share(arriving, whole) <= kBatchArrives;
  return alike && together && come_at_once(seen, whole) ? batch : 0;
}

/// How many come in each batch of a program that has several, each as large as it likes and as soon
/// as the last one is done: the pages of a site, then all that they name. Nothing if it is not so.
std::vector<std::uint64_t> unlike_batches(std::span<const Stay> stays, const Seen& seen) {
  const TimeNs last = std::ranges::max(stays, {}, &Stay::finished).finished;
  if (seen.begins.places.empty() || seen.finished != stays.size() || !seen.has_all) {
    return {};
  }
  std::vector<std::size_t> ends = seen.begins.places;
  ends.push_back(stays.size());
  std::vector<std::uint64_t> sizes;
  TimeNs arriving = 0;
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    sizes.push_back(end - begin);
    arriving += stays[end - 1].queued - stays[begin].queued;
    begin = end;
  }
  const TimeNs whole = last - stays.front().queued;
  const bool together = share(arriving, whole) <= kBatchArrives;
  return together && come_at_once(seen, whole) ? sizes : std::vector<std::uint64_t>();
}

/// How many there are where all came within a small part of the stretch, so that most of them
/// waited at once, and were done at its end: a program that submits what it has, and waits for it.
/// 0 if it is not so.
std::uint64_t only_batch(std::span<const Stay> stays, const Seen& seen) {
  const TimeNs last = std::ranges::max(stays, {}, &Stay::finished).finished;
  const bool together = share(stays.back().queued - stays.front().queued,
                              last - stays.front().queued) <= kBatchArrives &&
                        static_cast<double>(seen.most + seen.workers) >=
                            (1 - kBatchArrives) * static_cast<double>(seen.finished);
  return together && seen.has_all ? seen.finished : 0;
}

/// They come one after another, faster than they are picked: more workers would find no more of
/// them in a second than come in one.
bool come_too_fast(std::span<const Stay> stays) {
  const auto [first, last] = std::ranges::minmax(stays, {}, &Stay::started);
  const TimeNs arriving = stays.back().queued - stays.front().queued;
  TimeNs largest = 0;
  for (std::size_t i = 1; i < stays.size(); ++i) {
    largest = std::max(largest, stays[i].queued - stays[i - 1].queued);
  }
  const double rate = share(arriving, last.started - first.started);
  return rate > kAtOnce && rate < kFaster && share(largest, arriving) < kLargestGap;
}

/// Nearly each comes when another ends: what was found in a page is submitted, or a task submits
/// others as the last thing that it does. The more are done, the more come.
bool follow_ends(std::span<const Stay> stays) {
  constexpr double kNear = 0.1;  // of the mean time between two ends; by chance a fifth is as near
  constexpr double kNearlyAll = 0.7;
  std::vector<TimeNs> ends;
  for (const Stay& stay : stays) {
    ends.push_back(stay.finished);
  }
  std::ranges::sort(ends);
  const double near =
      kNear * static_cast<double>(ends.back() - ends.front()) / static_cast<double>(ends.size());
  std::size_t followed = 0;
  std::size_t count = 0;
  for (const Stay& stay : stays) {
    const auto next = std::ranges::lower_bound(ends, stay.queued);
    if (stay.queued < ends.front() || next == ends.end()) {
      continue;  // before the first end nothing can be followed
    }
    const TimeNs after = next == ends.begin() ? *next : stay.queued - *(next - 1);
    ++count;
    followed += static_cast<double>(std::min(after, *next - stay.queued)) <= near ? 1 : 0;
  }
  return static_cast<double>(followed) > kNearlyAll * static_cast<double>(count) && count > 0;
}

/// As they are picked: those that all came before keep the queue deep for a while, but nobody waits
/// to submit more.
bool keep_coming(std::span<const Stay> stays) {
  constexpr double kAsLong = 0.5;
  const auto [first, last] = std::ranges::minmax(stays, {}, &Stay::started);
  return share(stays.back().queued - stays.front().queued, last.started - first.started) >= kAsLong;
}

/// Each came when any of the others was done, so that nearly all of them found equally many in the
/// pool; where they wait for the first of those before them, there are fewer until it is done, and
/// several come then. `most_at_once` are left out until the pool is full.
bool come_in_any_order(std::span<const Stay> stays, std::size_t most_at_once) {
  constexpr double kFewer = 0.2;
  std::vector<TimeNs> ends;
  for (const Stay& stay : stays) {
    ends.push_back(stay.finished);
  }
  std::ranges::sort(ends);
  std::vector<std::ptrdiff_t> found;
  for (std::size_t i = most_at_once; i < stays.size(); ++i) {
    const auto done = std::ranges::upper_bound(ends, stays[i].queued) - ends.begin();
    found.push_back(static_cast<std::ptrdiff_t>(i) - done);
  }
  if (found.empty()) {
    return false;
  }
  const auto full = std::ranges::count(found, std::ranges::max(found));
  return static_cast<double>(full) >= (1 - kFewer) * static_cast<double>(found.size());
}

std::vector<float> gaps_of(std::span<const Stay> stays) {
  std::vector<float> gaps;
  for (std::size_t i = 1; i < stays.size(); ++i) {
    gaps.push_back(
        static_cast<float>(static_cast<double>(stays[i].queued - stays[i - 1].queued) * 1e-9));
  }
  return gaps;
}

/// Of those that come from outside alone: whatever else waits, they do not. What keeps them at a
/// depth is not looked for.
Seen roots_seen(const session::Snapshot& snapshot, const SessionStretch& stretch,
                std::span<const Stay> roots) {
  Seen seen = without_queue(snapshot, stretch, roots);
  seen.finished = roots.size();
  std::vector<TimeNs> picked;
  for (const Stay& root : roots) {
    picked.push_back(root.started);
  }
  std::ranges::sort(picked);
  TimeNs idle = 0;
  TimeNs waited_until = roots.front().started;  // by some of them, all the time until then
  for (std::size_t i = 0; i < roots.size(); ++i) {
    const auto before = static_cast<std::size_t>(std::ranges::upper_bound(picked, roots[i].queued) -
                                                 picked.begin());
    seen.most = std::max<std::uint64_t>(seen.most, i + 1 - std::min(before, i));
    idle += std::max<TimeNs>(0, roots[i].queued - waited_until);
    waited_until = std::max(waited_until, roots[i].started);
  }
  seen.idle = share(idle, roots.back().queued - roots.front().queued);
  return seen;
}

SessionArrivals arrivals_by(const Seen& seen, std::span<const Stay> stays) {
  const double pause = share(seen.begins.empty, std::ssize(seen.begins.places)) * 1e-9;
  if (const auto batch = batch_of(stays, seen); batch > 0) {
    return {.kind = Arrivals::batches, .batch = batch, .pause = pause};
  }
  if (auto sizes = unlike_batches(stays, seen); !sizes.empty()) {
    const std::uint64_t largest = std::ranges::max(sizes);
    return {
        .kind = Arrivals::batches, .batch = largest, .batches = std::move(sizes), .pause = pause};
  }
  if (const auto batch = only_batch(stays, seen); batch > 0) {
    return {.kind = Arrivals::batches, .batch = batch};
  }
  if (seen.idle >= kOpenIdle || (come_too_fast(stays) && !follow_ends(stays))) {
    SessionArrivals open{.kind = Arrivals::by_themselves, .gaps = gaps_of(stays)};
    open.gap_at_end = std::min(seen.gap_at_end, std::ranges::max(open.gaps));
    return open;
  }
  SessionArrivals always{.batch = std::max<std::uint64_t>(1, seen.most)};
  if (seen.is_steady && keep_coming(stays)) {
    always.most_at_once = static_cast<std::uint64_t>(std::llround(seen.usual)) + seen.workers;
    always.any_order = come_in_any_order(stays, always.most_at_once);
  }
  return always;
}

}  // namespace

SessionArrivals arrivals_of(const session::Snapshot& snapshot, const SessionStretch& stretch,
                            std::span<const Stay> stays) {
  return arrivals_by(seen_of(snapshot, stretch, stays), stays);
}

SessionArrivals arrivals_of_roots(const session::Snapshot& snapshot, const SessionStretch& stretch,
                                  std::span<const Stay> roots) {
  return arrivals_by(roots_seen(snapshot, stretch, roots), roots);
}

}  // namespace poolscope::experiment
