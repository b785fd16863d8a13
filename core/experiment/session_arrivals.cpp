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

/// What the queue was like, by its columns.
struct QueueSeen {
  double idle = 0;  ///< share of the time in which nothing waited
  std::uint64_t most = 0;
  double usual = 0;        ///< median depth
  bool is_steady = false;  ///< nearly always about as deep
};

QueueSeen queue_of(const session::Snapshot& snapshot, const SessionStretch& stretch) {
  const auto columns = snapshot.queue_columns(
      stretch.pool, stretch.begin, std::max(stretch.end, stretch.begin + 1), kQueueColumns);
  QueueSeen seen;
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

/// How many tasks come at once whenever all that came before are done; 0 if they do not come so.
std::uint64_t batch_of(std::span<const Stay> stays) {
  std::vector<std::size_t> begins;  // of batches: where a task finds the pool empty
  TimeNs done = 0;
  TimeNs empty = 0;
  for (std::size_t i = 0; i < stays.size(); ++i) {
    if (i > 0 && stays[i].queued >= done) {
      begins.push_back(i);
      empty += stays[i].queued - done;
    }
    done = std::max(done, stays[i].finished);
  }
  if (begins.size() < 2) {
    return 0;
  }
  const TimeNs whole = stays[begins.back()].queued - stays[begins.front()].queued;
  TimeNs arriving = 0;
  for (std::size_t k = 0; k + 1 < begins.size(); ++k) {
    arriving += stays[begins[k + 1] - 1].queued - stays[begins[k]].queued;
  }
  const bool together = share(arriving, whole) <= kBatchArrives;
  const bool at_once = share(empty, whole) <= kBetweenBatches;
  return together && at_once ? (begins.back() - begins.front()) / (begins.size() - 1) : 0;
}

/// How many there are where all came within a small part of the stretch, so that most of them
/// waited at once, and were done at its end: a program that submits what it has, and waits for it.
/// 0 if it is not so.
std::uint64_t only_batch(std::span<const Stay> stays, const session::Snapshot& snapshot,
                         const SessionStretch& stretch, std::uint64_t most_waiting) {
  const TimeNs last = std::ranges::max(stays, {}, &Stay::finished).finished;
  const std::uint64_t count = snapshot.finished_count(stretch.pool, stretch.begin, stretch.end + 1);
  const std::uint64_t at_once = most_waiting + snapshot.max_workers_at(stretch.pool, stretch.end);
  const bool together =
      share(stays.back().queued - stays.front().queued, last - stays.front().queued) <=
          kBatchArrives &&
      static_cast<double>(at_once) >= (1 - kBatchArrives) * static_cast<double>(count);
  const bool is_whole = stays.front().queued >= stretch.begin;
  const bool is_over = snapshot.finished_count(stretch.pool, last + 1, stretch.end + 1) == 0 &&
                       snapshot.queue_depth(stretch.pool, stretch.end) == 0;
  return together && is_whole && is_over ? count : 0;
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

std::vector<float> gaps_of(std::span<const Stay> stays) {
  std::vector<float> gaps;
  for (std::size_t i = 1; i < stays.size(); ++i) {
    gaps.push_back(
        static_cast<float>(static_cast<double>(stays[i].queued - stays[i - 1].queued) * 1e-9));
  }
  return gaps;
}

}  // namespace

SessionArrivals arrivals_of(const session::Snapshot& snapshot, const SessionStretch& stretch,
                            std::span<const Stay> stays) {
  const QueueSeen queue = queue_of(snapshot, stretch);
  std::uint64_t batch = batch_of(stays);
  batch = batch > 0 ? batch : only_batch(stays, snapshot, stretch, queue.most);
  if (batch > 0) {
    return {.kind = Arrivals::batches, .batch = batch};
  }
  if (queue.idle >= kOpenIdle || come_too_fast(stays)) {
    return {.kind = Arrivals::by_themselves, .gaps = gaps_of(stays)};
  }
  SessionArrivals always{.batch = std::max<std::uint64_t>(1, queue.most)};
  if (queue.is_steady) {
    always.most_at_once = static_cast<std::uint64_t>(std::llround(queue.usual)) +
                          snapshot.max_workers_at(stretch.pool, stretch.end);
  }
  return always;
}

}  // namespace poolscope::experiment
