// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/comparison.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace poolscope::experiment {
namespace {

using session::TimeNs;

constexpr std::size_t kMostBlocks = 20;
constexpr std::size_t kLeastBlocks = 5;
constexpr std::size_t kTasksForP99 = 100;

/// When tasks ran to their end, in order.
class FinishTimes final : public trace::Sink {
 public:
  void consume(std::span<const trace::Event> events) override {
    for (const trace::Event& event : events) {
      if (event.kind == trace::EventKind::task_finished &&
          event.outcome != trace::Outcome::cancelled) {
        times.push_back(static_cast<TimeNs>(event.time_ns));
      }
    }
  }
  std::vector<TimeNs> times;
};

std::vector<TimeNs> finish_times(const session::Snapshot& snapshot) {
  FinishTimes sink;
  for (std::uint32_t process = 0; process < snapshot.process_count(); ++process) {
    snapshot.replay(process, sink);
  }
  std::ranges::sort(sink.times);  // several processes, and threads a little out of order
  return std::move(sink.times);
}

/// How long each `size` tasks took from the end of those before; a rest of fewer is left out.
std::vector<double> block_times(const std::vector<TimeNs>& finished, TimeNs begin,
                                std::size_t size) {
  std::vector<double> blocks;
  for (std::size_t last = size - 1; last < finished.size(); last += size) {
    blocks.push_back(static_cast<double>(finished[last] - begin) * 1e-9);
    begin = finished[last];
  }
  return blocks;
}

/// Whole rounds of the workers, or else tasks of fixed length, which end in waves, would make
/// blocks of very different lengths.
std::size_t block_size(std::size_t tasks, std::size_t workers) {
  const std::size_t rounds = tasks / std::max<std::size_t>(workers, 1);
  if (rounds >= kLeastBlocks) {
    return workers * std::max<std::size_t>(1, rounds / kMostBlocks);
  }
  return std::max<std::size_t>(1, tasks / kLeastBlocks);
}

/// The half width of the logarithm of the ratio of the means, by the delta method.
double log_half_width(std::span<const double> a, std::span<const double> b, bool paired) {
  const double level = 0.5 + kConfidence / 2;
  if (paired) {
    std::vector<double> differences;
    for (std::size_t i = 0; i < a.size(); ++i) {
      differences.push_back(a[i] / mean(a) - b[i] / mean(b));
    }
    return mean_interval(differences, kConfidence).half_width.value_or(0);
  }
  const auto squared_error = [](std::span<const double> values) {
    const double relative = standard_deviation(values) / mean(values);
    return relative * relative / static_cast<double>(values.size());
  };
  const double error_a = squared_error(a);
  const double error_b = squared_error(b);
  const double error = error_a + error_b;
  if (error <= 0) {
    return 0;
  }
  const double df = error * error /
                    (error_a * error_a / static_cast<double>(a.size() - 1) +
                     error_b * error_b / static_cast<double>(b.size() - 1));
  return t_quantile(level, df) * std::sqrt(error);
}

std::optional<Speedup> speedup_of(const session::Snapshot& a, const session::Snapshot& b,
                                  const session::Statistics& of_a, const session::Statistics& of_b,
                                  bool same_tasks) {
  if (!(of_a.throughput > 0) || !(of_b.throughput > 0)) {
    return std::nullopt;
  }
  Speedup speedup{.value = of_b.throughput / of_a.throughput};
  const std::vector<TimeNs> ends_a = finish_times(a);
  const std::vector<TimeNs> ends_b = finish_times(b);
  const std::size_t size = block_size(std::min(ends_a.size(), ends_b.size()),
                                      std::max(of_a.peak_workers, of_b.peak_workers));
  std::vector<double> blocks_a = block_times(ends_a, a.begin(), size);
  std::vector<double> blocks_b = block_times(ends_b, b.begin(), size);
  speedup.paired = same_tasks;
  if (same_tasks) {
    blocks_a.resize(std::min(blocks_a.size(), blocks_b.size()));
    blocks_b.resize(blocks_a.size());
  }
  speedup.blocks_a = blocks_a.size();
  speedup.blocks_b = blocks_b.size();
  if (std::min(blocks_a.size(), blocks_b.size()) >= kLeastBlocks && mean(blocks_a) > 0 &&
      mean(blocks_b) > 0) {
    const double factor = std::exp(log_half_width(blocks_a, blocks_b, same_tasks));
    if (std::isfinite(factor)) {
      speedup.interval = {speedup.value / factor, speedup.value * factor};
    }
  }
  return speedup;
}

Verdict verdict_of(const std::optional<Speedup>& speedup) {
  if (!speedup || !speedup->interval) {
    return Verdict::cannot_tell;
  }
  const Interval& interval = *speedup->interval;
  if (interval.low >= 1 / (1 + kSameWithin) && interval.high <= 1 + kSameWithin) {
    return Verdict::same;
  }
  if (interval.low > 1) {
    return Verdict::faster;
  }
  return interval.high < 1 ? Verdict::slower : Verdict::cannot_tell;
}

double distance_of(const session::DurationHistogram& a, const session::DurationHistogram& b) {
  double largest = 0;
  std::uint64_t below_a = 0;
  std::uint64_t below_b = 0;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    below_a += i < a.size() ? a[i] : 0;
    below_b += i < b.size() ? b[i] : 0;
    largest =
        std::max(largest, std::abs(static_cast<double>(below_a) / static_cast<double>(a.count()) -
                                   static_cast<double>(below_b) / static_cast<double>(b.count())));
  }
  return largest;
}

DifferenceSize size_of(const session::Distribution& a, const session::Distribution& b) {
  const auto change = [](double before, double after) {
    const double low = std::min(before, after);
    return low > 0 ? std::max(before, after) / low - 1 : std::max(before, after) > 0 ? 2.0 : 0.0;
  };
  double most = std::max(change(a.p50, b.p50), change(a.p90, b.p90));
  if (std::min(a.count, b.count) >= kTasksForP99) {
    most = std::max(most, change(a.p99, b.p99));
  }
  return most < 0.05  ? DifferenceSize::negligible
         : most < 0.2 ? DifferenceSize::small
         : most < 1   ? DifferenceSize::medium
                      : DifferenceSize::large;
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::faster:
      return "faster";
    case Verdict::slower:
      return "slower";
    case Verdict::same:
      return "same";
    default:
      return "cannot_tell";
  }
}

std::string_view name_of(DifferenceSize size) {
  switch (size) {
    case DifferenceSize::negligible:
      return "negligible";
    case DifferenceSize::small:
      return "small";
    case DifferenceSize::medium:
      return "medium";
    default:
      return "large";
  }
}

double kolmogorov_smirnov_p(double distance, std::size_t count_a, std::size_t count_b) {
  const auto a = static_cast<double>(count_a);
  const auto b = static_cast<double>(count_b);
  const double root = std::sqrt(a * b / (a + b));
  const double lambda = (root + 0.12 + 0.11 / root) * distance;
  if (lambda < 0.2) {
    return 1;  // the series does not converge there; the true value is 1 to 14 digits
  }
  double sum = 0;
  for (int j = 1; j <= 100; ++j) {
    const double term = std::exp(-2.0 * j * j * lambda * lambda);
    sum += j % 2 == 1 ? term : -term;
    if (term < 1e-16) {
      break;
    }
  }
  return std::clamp(2 * sum, 0.0, 1.0);
}

Comparison compare(const session::Snapshot& a, const session::Snapshot& b, bool same_tasks) {
  const session::Statistics of_a = a.statistics();
  const session::Statistics of_b = b.statistics();
  Comparison result;
  result.speedup = speedup_of(a, b, of_a, of_b, same_tasks);
  result.verdict = verdict_of(result.speedup);
  const auto add = [&](std::string_view what, const std::optional<session::Distribution>& left,
                       const std::optional<session::Distribution>& right) {
    if (left && right) {
      result.distributions.push_back({.what = what, .a = *left, .b = *right});
    }
  };
  add("queue wait", of_a.queue_wait, of_b.queue_wait);
  add("run time", of_a.run_time, of_b.run_time);
  for (DistributionDifference& test : result.distributions) {
    test.distance = distance_of(test.a.histogram, test.b.histogram);
    test.p = kolmogorov_smirnov_p(test.distance, test.a.count, test.b.count);
    test.level = (1 - kConfidence) / static_cast<double>(result.distributions.size());
    test.differs = test.p < test.level;
    test.size = size_of(test.a, test.b);
  }
  return result;
}

}  // namespace poolscope::experiment
