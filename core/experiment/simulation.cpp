// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/simulation.h"

#include "core/experiment/interval.h"
#include "core/experiment/min_tree.h"
#include "core/experiment/resampling.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>

namespace poolscope::experiment {
namespace {

TimeNs nanoseconds(double seconds) {
  return std::llround(seconds * 1e9);
}

class Simulation {
 public:
  Simulation(const SimulatedWork& work, std::uint64_t workers, std::uint64_t seed)
      : work_(work),
        random_(seed),
        delays_(workers),
        computing_(workers),
        workers_(workers),
        resources_(work.capacities.size()) {}

  SimulationResult run(std::uint64_t tasks);
  Replay replay(const ReplayOptions& options);

 private:
  struct Worker {
    std::uint32_t segment = 0;
    std::uint32_t end = 0;
    bool holds = false;  // the resource of its segment
    double began = 0;
    std::size_t record = 0;  // of its task, in `records_`
    double computes_from = 0;
  };
  struct Resource {
    std::uint32_t held = 0;
    std::deque<std::uint32_t> waiting = {};
  };

  bool is_open() const { return !work_.gaps.empty(); }
  void begin();
  void step();
  void take_task(std::uint32_t worker);
  std::size_t next_task();
  void wake_for_batch();
  void start_segment(std::uint32_t worker);
  void end_segment(std::uint32_t worker);
  void release(std::uint16_t resource);
  double share() const;
  void advance_to(double time);
  double next_computed() const;
  void arrive();

  const SimulatedWork& work_;
  workload::Random random_;
  std::uint64_t warm_up_ = 0;
  bool in_order_ = false;            // the tasks; else drawn at random
  std::vector<TaskRecord> records_;  // of those in order
  MinTree delays_;                   // when a worker's wait or hold ends
  MinTree computing_;                // at which `computed_` its computing ends
  std::vector<Worker> workers_;
  std::vector<Resource> resources_;

  double now_ = 0;
  double computed_ = 0;  // what each computing worker has had since the begin
  std::size_t computing_count_ = 0;
  std::uint64_t started_ = 0;
  std::uint64_t finished_ = 0;
  double busy_ = 0;  // worker seconds of finished tasks
  std::vector<float> waits_;

  double batch_came_ = 0;
  std::uint64_t left_of_batch_ = 0;
  std::size_t running_ = 0;  // workers that have a task

  double computing_seconds_ = 0;  // of what replayed tasks have computed, as they saw them
  double cpu_seconds_ = 0;

  double next_arrival_ = MinTree::kNone;
  std::size_t next_gap_ = 0;
  std::deque<double> queue_;  // when they came
  std::vector<std::uint32_t> idle_;
};

void Simulation::take_task(std::uint32_t worker) {
  double came = 0;
  if (is_open()) {
    if (queue_.empty()) {
      idle_.push_back(worker);
      return;
    }
    came = queue_.front();
    queue_.pop_front();
  } else {
    if (left_of_batch_ == 0) {
      if (work_.batch_waits && running_ > 0) {
        idle_.push_back(worker);
        return;
      }
      left_of_batch_ = work_.batch;
      batch_came_ = now_;
    }
    --left_of_batch_;
    came = batch_came_;
  }
  ++running_;
  const std::size_t task = next_task();
  workers_[worker] = {.segment = work_.tasks[task],
                      .end = work_.tasks[task + 1],
                      .began = now_,
                      .record = records_.size()};
  ++started_;
  if (in_order_) {
    records_.push_back({.queued = nanoseconds(came), .started = nanoseconds(now_)});
  } else if (started_ > warm_up_) {
    waits_.push_back(static_cast<float>(now_ - came));
  }
  start_segment(worker);
}

std::size_t Simulation::next_task() {
  return in_order_ ? static_cast<std::size_t>(started_ % work_.task_count())
                   : draw_place(random_, work_.task_count());
}

void Simulation::start_segment(std::uint32_t index) {
  Worker& worker = workers_[index];
  if (worker.segment == worker.end) {
    ++finished_;
    if (in_order_) {
      records_[worker.record].finished = nanoseconds(now_);
    } else {
      busy_ += finished_ > warm_up_ ? now_ - worker.began : 0;
    }
    --running_;
    take_task(index);
    wake_for_batch();
    return;
  }
  const Segment& segment = work_.segments[worker.segment];
  if (segment.kind == Segment::Kind::cpu) {
    computing_.set(index, computed_ + static_cast<double>(segment.seconds));
    ++computing_count_;
    worker.computes_from = now_;
    return;
  }
  if (segment.kind == Segment::Kind::hold) {
    Resource& resource = resources_[segment.resource];
    if (resource.held >= work_.capacities[segment.resource]) {
      resource.waiting.push_back(index);
      return;
    }
    ++resource.held;
    worker.holds = true;
  }
  delays_.set(index, now_ + static_cast<double>(segment.seconds));
}

/// A batch that waited for the end of the last one has work for those that waited for it.
void Simulation::wake_for_batch() {
  while (!is_open() && left_of_batch_ > 0 && !idle_.empty()) {
    const std::uint32_t worker = idle_.back();
    idle_.pop_back();
    take_task(worker);
  }
}

void Simulation::release(std::uint16_t which) {
  Resource& resource = resources_[which];
  if (resource.waiting.empty()) {
    --resource.held;
    return;
  }
  const std::uint32_t next = resource.waiting.front();
  resource.waiting.pop_front();
  workers_[next].holds = true;
  delays_.set(next, now_ + static_cast<double>(work_.segments[workers_[next].segment].seconds));
}

void Simulation::end_segment(std::uint32_t index) {
  Worker& worker = workers_[index];
  const Segment& segment = work_.segments[worker.segment];
  if (in_order_ && segment.kind == Segment::Kind::cpu) {
    computing_seconds_ += now_ - worker.computes_from;
    cpu_seconds_ += static_cast<double>(segment.seconds);
  }
  if (std::exchange(worker.holds, false)) {
    release(segment.resource);
  }
  ++worker.segment;
  start_segment(index);
}

/// When the first of those that compute will have had enough, if nothing else happens before.
double Simulation::next_computed() const {
  if (computing_count_ == 0) {
    return MinTree::kNone;
  }
  return now_ + (computing_.value() - computed_) * share();
}

/// Seconds that a second of computing takes.
double Simulation::share() const {
  return std::max(1.0, static_cast<double>(computing_count_) / static_cast<double>(work_.cores)) /
         work_.speed;
}

void Simulation::advance_to(double time) {
  if (computing_count_ > 0) {
    computed_ += (time - now_) / share();
  }
  now_ = time;
}

void Simulation::arrive() {
  queue_.push_back(now_);
  next_gap_ = (next_gap_ + 1) % work_.gaps.size();
  next_arrival_ = now_ + static_cast<double>(work_.gaps[next_gap_]);
  if (!idle_.empty()) {
    const std::uint32_t worker = idle_.back();
    idle_.pop_back();
    take_task(worker);
  }
}

void Simulation::begin() {
  if (is_open()) {
    next_arrival_ = static_cast<double>(work_.gaps.front());
  }
  for (std::uint32_t worker = 0; worker < workers_.size(); ++worker) {
    take_task(worker);
  }
}

/// On to what happens next.
void Simulation::step() {
  const double computed = next_computed();
  const double waited = delays_.value();
  if (next_arrival_ <= computed && next_arrival_ <= waited) {
    advance_to(next_arrival_);
    arrive();
  } else if (waited <= computed) {
    const std::uint32_t worker = delays_.least();
    advance_to(waited);
    delays_.clear_least();
    end_segment(worker);
  } else {
    const std::uint32_t worker = computing_.least();
    advance_to(computed);
    computed_ = std::max(computed_, computing_.value());  // not a rounding short of it
    computing_.clear_least();
    --computing_count_;
    end_segment(worker);
  }
}

SimulationResult Simulation::run(std::uint64_t tasks) {
  warm_up_ = std::max<std::uint64_t>(tasks / 10, 2 * workers_.size());
  waits_.reserve(tasks);
  const std::uint64_t most = tasks + warm_up_;
  begin();
  double warm = 0;
  while (finished_ < most) {
    const std::uint64_t before = finished_;
    step();
    warm = before < warm_up_ && finished_ >= warm_up_ ? now_ : warm;
  }
  SimulationResult result;
  const double duration = now_ - warm;
  if (duration > 0) {
    result.throughput = static_cast<double>(finished_ - warm_up_) / duration;
    result.utilization = std::min(1.0, busy_ / duration / static_cast<double>(workers_.size()));
  }
  std::vector<double> waits(waits_.begin(), waits_.end());
  if (!waits.empty()) {
    result.queue_wait_mean = mean(waits);
    result.queue_wait_p99 = quantile(std::move(waits), 0.99);
  }
  return result;
}

Replay Simulation::replay(const ReplayOptions& options) {
  in_order_ = true;
  begin();
  while (now_ < options.seconds && started_ < options.most_tasks) {
    step();
  }
  for (const double came : queue_) {
    records_.push_back({.queued = nanoseconds(came)});
  }
  return {.tasks = std::move(records_),
          .end = nanoseconds(std::min(now_, options.seconds)),
          .stretch = cpu_seconds_ > 0 ? computing_seconds_ / cpu_seconds_ : 1};
}

}  // namespace

void SimulatedWork::add_task(std::vector<Segment> its_segments) {
  if (its_segments.empty()) {
    its_segments.emplace_back();
  }
  if (tasks.empty()) {
    tasks.push_back(0);
  }
  segments.insert(segments.end(), its_segments.begin(), its_segments.end());
  tasks.push_back(static_cast<std::uint32_t>(segments.size()));
}

SimulationResult simulate(const SimulatedWork& work, const SimulationOptions& options) {
  return Simulation(work, options.workers, options.seed).run(options.tasks);
}

Replay replay(const SimulatedWork& work, const ReplayOptions& options) {
  return Simulation(work, options.workers, 0).replay(options);
}

}  // namespace poolscope::experiment
