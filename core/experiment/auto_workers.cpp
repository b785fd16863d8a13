// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/auto_workers.h"

#include "core/experiment/words.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace poolscope::experiment {
namespace {

constexpr std::size_t kLeastSamples = 4;  // of a window: 1 s
constexpr std::size_t kMostSamples = 12;
constexpr double kLeastFinished = 20;  // tasks of a window; fewer only after kMostSamples
constexpr double kQuiet = 0.03;        // noise below which a window need not be longer
constexpr double kRough = 0.1;         // ... where it is clear how the window before compares
constexpr double kClearly = 3;         // standard errors
constexpr int kSettling = 2;           // samples after a change: tasks of before end in them
constexpr int kEmpty = 4;              // samples in a row: the queue is empty, not between batches
constexpr double kLeastDifference = 0.04;  // more workers must bring so much, ...
constexpr double kMostDifference = 0.06;   // ... or this where windows are noisy
constexpr double kGiven = 0.04;            // of the best, for fewer workers
constexpr double kSmallestStep = 0.2;      // doublings; a sixth of the workers
constexpr double kFirstStep = 1;
constexpr double kLaterStep = 0.5;  // of a new look after a hold
constexpr double kHoldSeconds = 15;
constexpr double kDrift = 0.25;  // of the throughput while it holds: the work has changed

std::string percent(double difference) {
  return shown_percent(std::abs(difference)) + (difference < 0 ? " less" : " more") + " throughput";
}

}  // namespace

AutoWorkers::AutoWorkers(std::size_t workers, Options options)
    : options_(options),
      workers_(std::clamp(workers, options.least, options.most)) {}

std::optional<AutoDecision> AutoWorkers::take(const AutoSample& sample) {
  if (sample.paused) {
    rates_.clear();
    finished_ = seconds_ = 0;
    settling_ = std::max(settling_, 1);  // the next sample begins while no worker has a task
    return hold("the pool is paused");
  }
  empty_ = sample.queue_empty ? empty_ + 1 : 0;
  if (empty_ >= kEmpty) {
    rates_.clear();
    finished_ = seconds_ = 0;
    return nothing_waits();
  }
  if (sample.seconds <= 0) {
    return std::nullopt;
  }
  if (settling_ > 0) {
    --settling_;
    return std::nullopt;
  }
  rates_.push_back(static_cast<double>(sample.finished) / sample.seconds);
  finished_ += static_cast<double>(sample.finished);
  seconds_ += sample.seconds;
  const auto measured = window();
  if (!measured) {
    return std::nullopt;
  }
  if (measured->rate <= 0) {
    return standstill();
  }
  if (state_ == State::holding) {
    held_seconds_ += kAutoPeriodSeconds * static_cast<double>(kLeastSamples);
    const bool drifted = base_ && std::abs(measured->rate - base_->rate) >
                                      std::max(kDrift, 3 * measured->noise) * base_->rate;
    if (!drifted && held_seconds_ < kHoldSeconds) {
      return std::nullopt;
    }
    state_ = State::climbing;
    step_ = drifted ? kFirstStep : kLaterStep;
    up_ = !up_;  // the last look went the other way
    base_.reset();
  }
  said_.clear();
  return decide(*measured);
}

/// Of the samples since the last one, when they are enough.
std::optional<AutoWorkers::Measured> AutoWorkers::window() {
  const std::size_t count = rates_.size();
  if (count < kLeastSamples) {
    return std::nullopt;
  }
  const double mean = finished_ / seconds_;
  double squares = 0;
  for (const double rate : rates_) {
    squares += (rate - mean) * (rate - mean);
  }
  const auto n = static_cast<double>(count);
  const double noise = mean > 0 ? std::sqrt(squares / (n - 1) / n) / mean : 1;
  const Measured measured{.workers = workers_, .rate = mean, .noise = noise};
  const bool sure = noise <= kQuiet || (noise <= kRough && differs_clearly(measured));
  if (count < kMostSamples && (!sure || finished_ < kLeastFinished)) {
    return std::nullopt;
  }
  rates_.clear();
  finished_ = seconds_ = 0;
  return measured;
}

/// From what it is compared with, whatever the noise: no longer window would decide otherwise.
bool AutoWorkers::differs_clearly(const Measured& now) const {
  return base_ && base_->workers != now.workers &&
         std::abs(now.rate / base_->rate - 1) >
             kMostDifference + kClearly * std::hypot(now.noise, base_->noise);
}

/// More workers would be idle. A look at fewer stays without its answer, and ends where it began:
/// tasks that come in batches may wait for some of the workers, but not when a sample was taken.
std::optional<AutoDecision> AutoWorkers::nothing_waits() {
  const auto base = std::exchange(base_, std::nullopt);
  if (!base || base->workers <= workers_) {
    return hold("nothing waits in the queue, so more workers would be idle");
  }
  state_ = State::holding;
  held_seconds_ = 0;
  said_.clear();
  return move(base->workers, "nothing waits in the queue, so what gets done says nothing of fewer");
}

/// There is nothing to compare. One worker more, as .NET's pool adds them where nothing goes on:
/// it may free tasks that wait for others in the queue.
std::optional<AutoDecision> AutoWorkers::standstill() {
  base_.reset();
  state_ = State::climbing;
  const std::string why = "no task has ended for some seconds";
  if (workers_ == options_.most) {
    return hold(why);
  }
  said_.clear();
  return move(workers_ + 1, why + "; those that run may wait for one in the queue");
}

AutoDecision AutoWorkers::decide(const Measured& now) {
  if (base_ && base_->workers != now.workers) {
    return compare(now);
  }
  base_ = now;
  best_rate_ = now.rate;
  std::size_t next = stepped(workers_, up_);
  if (next == workers_) {
    up_ = !up_;
    next = stepped(workers_, up_);
  }
  return move(next, "is it better with " + std::string(up_ ? "more?" : "fewer?"));
}

/// Two numbers of workers: the better one, or where they are the same the fewer. Fewer are held
/// against the best of this climb: step by step, little losses would add up. And noise must not
/// raise what more workers have to bring far, or a curve that rises slowly is never climbed; where
/// it misleads, there are some workers too many.
AutoDecision AutoWorkers::compare(const Measured& now) {
  const Measured before = *base_;
  const double difference = now.rate / before.rate - 1;
  const bool more_workers = now.workers > before.workers;
  const double matters =
      std::clamp(std::hypot(now.noise, before.noise), kLeastDifference, kMostDifference);
  const bool better = more_workers ? difference > matters : now.rate >= (1 - kGiven) * best_rate_;
  best_rate_ = std::max(best_rate_, now.rate);
  const bool same = better != more_workers && std::abs(difference) <= matters;
  const std::string why =
      same ? "no more throughput with " + std::to_string(std::max(now.workers, before.workers)) +
                 " than with " + std::to_string(std::min(now.workers, before.workers))
           : percent(difference) + " with " + std::to_string(now.workers) + " than with " +
                 std::to_string(before.workers);
  if (!better) {
    return turn(before.workers, why);
  }
  base_ = now;
  const std::size_t next = stepped(workers_, up_);
  return next == workers_ ? turn(workers_, why) : move(next, why);
}

/// Back to `from`, and on with half the step in the other direction; where that is too small, it
/// stays.
AutoDecision AutoWorkers::turn(std::size_t from, const std::string& why) {
  step_ /= 2;
  up_ = !up_;
  if (step_ < kSmallestStep || stepped(from, up_) == from) {
    state_ = State::holding;
    held_seconds_ = 0;
    if (base_ && base_->workers != from) {
      base_.reset();
    }
    AutoDecision decision = move(from, why);
    decision.reason += "; it stays there";
    return decision;
  }
  if (base_ && base_->workers == from && from != workers_) {
    return move(stepped(from, up_), why);
  }
  return move(from, why);
}

AutoDecision AutoWorkers::move(std::size_t workers, const std::string& why) {
  const std::size_t before = std::exchange(workers_, workers);
  settling_ = before == workers ? 0 : kSettling;
  empty_ = before == workers ? empty_ : 0;
  const std::string head = before == workers
                               ? workers_text(workers)
                               : std::to_string(before) + " \u2192 " + workers_text(workers);
  return {.workers = workers, .changed = before != workers, .reason = head + ": " + why};
}

/// Says so once.
std::optional<AutoDecision> AutoWorkers::hold(const std::string& why) {
  if (said_ == why) {
    return std::nullopt;
  }
  said_ = why;
  return AutoDecision{
      .workers = workers_, .changed = false, .reason = workers_text(workers_) + ": " + why};
}

std::size_t AutoWorkers::stepped(std::size_t from, bool up) const {
  const double factor = std::exp2(step_);
  const auto size = static_cast<double>(from);
  const double to = up ? std::max(size + 1, size * factor) : std::min(size - 1, size / factor);
  return static_cast<std::size_t>(std::clamp(std::round(to), static_cast<double>(options_.least),
                                             static_cast<double>(options_.most)));
}

}  // namespace poolscope::experiment
