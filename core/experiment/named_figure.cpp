// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/named_figure.h"

#include "core/experiment/words.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>

namespace poolscope::experiment {
namespace {

using session::Snapshot;
using session::Statistics;
using session::TimeNs;

constexpr double kLargestCount = 1e15;  // that a double holds to the last digit

/// From the begin of the session to when the caller had a result; without one, to the session's
/// end.
TimeNs first_result(const Snapshot& snapshot, TimeNs begin) {
  TimeNs first = snapshot.end();
  for (std::uint64_t id = 1; id <= snapshot.task_count(); ++id) {
    const auto task = snapshot.task({0, id});
    if (task && task->delivered && *task->delivered >= begin) {
      first = std::min(first, *task->delivered);
    }
  }
  return first;
}

/// Tasks that started before one that was queued earlier. Ids are given in the order of submission.
double out_of_order(const Snapshot& snapshot) {
  double count = 0;
  TimeNs latest = 0;
  for (std::uint64_t id = 1; id <= snapshot.task_count(); ++id) {
    const auto task = snapshot.task({0, id});
    if (task && task->started) {
      count += *task->started < latest ? 1 : 0;
      latest = std::max(latest, *task->started);
    }
  }
  return count;
}

std::optional<double> of_distribution(const std::optional<session::Distribution>& distribution,
                                      const std::string& part) {
  if (!distribution) {
    return std::nullopt;
  }
  return part == "p50"   ? distribution->p50
         : part == "p99" ? distribution->p99
         : part == "max" ? distribution->max
                         : distribution->mean;
}

}  // namespace

std::optional<double> named_figure(const Snapshot& snapshot, const std::string& name, TimeNs begin,
                                   TimeNs end) {
  if (name == "first_result") {
    return static_cast<double>(first_result(snapshot, begin) - begin) * 1e-9;
  }
  if (name == "out_of_order") {
    return out_of_order(snapshot);
  }
  const Statistics s = snapshot.statistics(begin, end);
  const std::map<std::string, double> plain = {
      {"queued", static_cast<double>(s.queued)},
      {"started", static_cast<double>(s.started)},
      {"finished", static_cast<double>(s.finished)},
      {"failed", static_cast<double>(s.failed)},
      {"cancelled", static_cast<double>(s.cancelled)},
      {"throughput", s.throughput},
      {"utilization", s.utilization},
      {"peak_workers", static_cast<double>(s.peak_workers)},
      {"queue_depth.max", static_cast<double>(s.queue_depth_max)},
      {"queue_depth.mean", s.queue_depth_mean}};
  if (const auto found = plain.find(name); found != plain.end()) {
    return found->second;
  }
  return of_distribution(name.starts_with("queue_wait") ? s.queue_wait : s.run_time,
                         name.substr(name.find('.') + 1));
}

std::string figure_words(const std::string& name, double value) {
  struct Words {
    std::string one, many;
  };
  static const std::map<std::string, Words> kCounts = {
      {"queued", {"task queued", "tasks queued"}},
      {"started", {"task started", "tasks started"}},
      {"finished", {"task finished", "tasks finished"}},
      {"failed", {"task failed", "tasks failed"}},
      {"cancelled", {"task cancelled", "tasks cancelled"}},
      {"throughput", {"tasks/s", "tasks/s"}},
      {"peak_workers", {"worker", "workers"}},
      {"queue_depth.max", {"waiting at most", "waiting at most"}},
      {"queue_depth.mean", {"waiting on average", "waiting on average"}},
      {"out_of_order", {"task started before an older one", "tasks started before an older one"}}};
  if (const auto found = kCounts.find(name); found != kCounts.end()) {
    const bool whole = value == std::floor(value) && value < kLargestCount;
    return (whole ? std::to_string(static_cast<std::uint64_t>(value)) : shown(value)) + " " +
           (value == 1 ? found->second.one : found->second.many);
  }
  if (name == "utilization") {
    return shown_percent(value) + " of the workers' time used";
  }
  if (name == "first_result") {
    return "first result after " + shown_seconds(value);
  }
  const std::string part = name.substr(name.find('.') + 1);
  return shown_seconds(value) + (name.starts_with("queue_wait") ? " queue wait" : " run time") +
         " (" + part + ")";
}

}  // namespace poolscope::experiment
