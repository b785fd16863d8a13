// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/simulation.h"

#include "core/experiment/families.h"
#include "core/experiment/interval.h"
#include "core/experiment/min_heap.h"
#include "core/experiment/min_tree.h"
#include "core/experiment/resampling.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>
#include <utility>

namespace poolscope::experiment {
namespace {

/// For how long a thread has a core, in seconds, before another that wants it has its turn: Linux
/// gives 0.7 ms (base_slice_ns) with one core and twice that with two. Slices of one length, or
/// cores shared evenly at any moment, would let tasks that are alike wait and compute all together
/// for ever.
constexpr double kLeastSlice = 0.0007;
constexpr double kMostSlice = 0.0014;
/// How long an idle thread takes to be at the queue, in seconds, on the mean. What tasks submit
/// meanwhile is there by then, which decides whose is picked.
constexpr double kWakeUp = 60e-6;

TimeNs nanoseconds(double seconds) {
  return std::llround(seconds * 1e9);
}

class Simulation {
 public:
  Simulation(const SimulatedWork& work, std::uint64_t workers, std::uint64_t seed)
      : work_(work),
        random_(seed),
        delays_end_(workers),
        workers_(workers),
        resources_(work.capacities.size()) {
    if (work.is_nested()) {
      families_.emplace(work, workers);
      wakes_.resize(workers);
    }
  }

  SimulationResult run(std::uint64_t tasks);
  Replay replay(const ReplayOptions& options);

 private:
  struct Worker {
    std::uint32_t segment = 0;
    std::uint32_t end = 0;
    bool holds = false;  // the resource of its segment
    double began = 0;
    std::uint64_t number = 0;  // of its task, in the order of their start
    double computes_from = 0;
    double to_compute = 0;  // seconds, after the slice that it has now
    bool computes = false;
  };
  struct Resource {
    std::uint32_t held = 0;
    std::deque<std::uint32_t> waiting = {};
  };

  bool is_open() const { return !work_.gaps.empty(); }
  bool is_batches() const { return !is_open() && work_.ahead == 0; }
  bool stands_still() const { return families_ && families_->all_wait(); }
  void begin();
  void step();
  void take_task(std::uint32_t worker);
  bool has_task();
  double leave_batch();
  void begin_batch();
  void add_root();
  std::size_t next_task();
  std::size_t next_root();
  bool pass_calls(std::uint32_t worker);
  void wake_one();
  void wake_for_batch();
  void start_segment(std::uint32_t worker);
  void end_segment(std::uint32_t worker);
  double end_of_hold(std::uint32_t worker);
  void release(std::uint16_t resource);
  double end_of_slice(std::uint32_t worker);
  bool end_slice(std::uint32_t worker);
  void arrive();
  void come();
  std::vector<double> queued(std::uint64_t most) const;
  void take_results(std::uint64_t number);

  const SimulatedWork& work_;
  workload::Random random_;
  std::uint64_t warm_up_ = 0;
  bool in_order_ = false;            // the tasks; else drawn at random
  std::vector<TaskRecord> records_;  // of those in order
  // When what a worker does ends. Apart from delays, of which there may be one a worker: turns are
  // few, of cores and resources, and most of what happens.
  MinTree delays_end_;
  MinHeap turns_end_;  // a slice of computing, a hold
  std::vector<Worker> workers_;
  std::vector<Resource> resources_;

  double now_ = 0;
  std::size_t busy_cores_ = 0;
  std::deque<std::uint32_t> ready_;  // workers that want one
  std::uint64_t started_ = 0;
  std::uint64_t finished_ = 0;
  double busy_ = 0;  // worker seconds of finished tasks
  std::vector<float> waits_;

  double batch_came_ = 0;
  std::uint64_t left_of_batch_ = 0;
  std::size_t batches_ = 0;  // that came
  std::size_t running_ = 0;  // workers that have a task

  double computing_seconds_ = 0;  // of what replayed tasks have computed, as they saw them
  double cpu_seconds_ = 0;

  double next_arrival_ = MinTree::kNone;
  std::size_t next_gap_ = 0;
  std::optional<Families> families_;  // has the queue where tasks submit others
  std::uint64_t roots_ = 0;           // that came there
  std::vector<bool> wakes_;           // workers on their way to the queue
  std::deque<double> queue_;          // when they came, where they do not come in batches
  std::deque<bool> done_;             // of those ahead, from the first whose result is not taken
  std::uint64_t results_ = 0;         // that were taken
  std::vector<std::uint32_t> idle_;
};

void Simulation::take_task(std::uint32_t worker) {
  if (!has_task()) {
    idle_.push_back(worker);
    return;
  }
  double came = 0;
  std::size_t task = 0;
  if (families_) {
    const Families::Call call = families_->take(worker);
    came = call.came;
    task = call.task;
    if (call.is_root && is_batches()) {
      leave_batch();
    }
  } else {
    task = next_task();
    if (is_batches()) {
      came = leave_batch();
    } else {
      came = queue_.front();
      queue_.pop_front();
    }
  }
  ++running_;
  workers_[worker] = {.segment = work_.tasks[task],
                      .end = work_.tasks[task + 1],
                      .began = now_,
                      .number = started_};
  ++started_;
  if (in_order_) {
    records_.push_back({.queued = nanoseconds(came), .started = nanoseconds(now_)});
  } else if (started_ > warm_up_) {
    waits_.push_back(static_cast<float>(now_ - came));
  }
  start_segment(worker);
}

/// Where tasks come in batches the next one comes if it is time.
bool Simulation::has_task() {
  if (is_batches() && left_of_batch_ == 0 && (!work_.batch_waits || running_ == 0)) {
    if (batches_ == 0 || work_.batch_pause <= 0) {
      begin_batch();
    } else if (next_arrival_ == MinTree::kNone) {
      next_arrival_ = now_ + work_.batch_pause;
    }
  }
  return families_ ? !families_->is_empty() : is_batches() ? left_of_batch_ > 0 : !queue_.empty();
}

/// When the task came that is picked.
double Simulation::leave_batch() {
  const double came = batch_came_;
  if (--left_of_batch_ == 0 && !work_.batch_waits) {
    begin_batch();
  }
  return came;
}

void Simulation::begin_batch() {
  const std::size_t number = batches_++;
  left_of_batch_ =
      work_.batches.empty() ? work_.batch : work_.batches[number % work_.batches.size()];
  batch_came_ = now_;
  for (std::uint64_t i = 0; families_ && i < left_of_batch_; ++i) {
    add_root();
    wake_one();
  }
}

void Simulation::add_root() {
  families_->add_root(now_, work_.roots[next_root()]);
}

std::size_t Simulation::next_root() {
  return in_order_ ? static_cast<std::size_t>(roots_++ % work_.roots.size())
                   : draw_place(random_, work_.roots.size());
}

std::size_t Simulation::next_task() {
  return in_order_ ? static_cast<std::size_t>(started_ % work_.task_count())
                   : draw_place(random_, work_.task_count());
}

void Simulation::start_segment(std::uint32_t index) {
  Worker& worker = workers_[index];
  if (families_ && !pass_calls(index)) {
    return;
  }
  if (worker.segment == worker.end) {
    ++finished_;
    if (in_order_) {
      records_[worker.number].finished = nanoseconds(now_);
    } else {
      busy_ += finished_ > warm_up_ ? now_ - worker.began : 0;
    }
    --running_;
    const std::uint64_t number = worker.number;
    const auto waited = families_ ? families_->end(index) : std::nullopt;
    take_task(index);
    wake_for_batch();
    take_results(number);
    if (waited) {
      end_segment(*waited);
    }
    return;
  }
  const Segment& segment = work_.segments[worker.segment];
  if (segment.kind == Segment::Kind::cpu) {
    worker.computes = true;
    worker.computes_from = now_;
    worker.to_compute = static_cast<double>(segment.seconds);
    if (busy_cores_ == work_.cores) {
      ready_.push_back(index);
    } else {
      ++busy_cores_;
      turns_end_.add(index, end_of_slice(index));
    }
    return;
  }
  if (segment.kind == Segment::Kind::hold) {
    Resource& resource = resources_[segment.resource];
    if (resource.held >= work_.capacities[segment.resource]) {
      resource.waiting.push_back(index);
      return;
    }
    ++resource.held;
    turns_end_.add(index, end_of_hold(index));
    return;
  }
  delays_end_.set(index, now_ + static_cast<double>(segment.seconds));
}

/// What its task submits and waits for, as far as that takes no time. False if it waits.
bool Simulation::pass_calls(std::uint32_t index) {
  Worker& worker = workers_[index];
  for (; worker.segment != worker.end; ++worker.segment) {
    const Segment& segment = work_.segments[worker.segment];
    if (segment.kind == Segment::Kind::submit) {
      families_->submit(index, segment.resource, now_);
      wake_one();
    } else if (segment.kind != Segment::Kind::await) {
      break;
    } else if (families_->waits(index, segment.resource)) {
      return false;
    }
  }
  return true;
}

/// There is something for one that is idle. Any of them: where they steal, it matters which, and
/// which it is hangs on microseconds.
void Simulation::wake_one() {
  if (work_.order == PickOrder::work_stealing && idle_.size() > 1) {
    std::swap(idle_[draw_place(random_, idle_.size())], idle_.back());
  }
  if (idle_.empty()) {
    return;
  }
  const std::uint32_t worker = idle_.back();
  idle_.pop_back();
  if (families_) {
    wakes_[worker] = true;
    delays_end_.set(worker, now_ + kWakeUp * (0.5 + random_.uniform()));
  } else {
    take_task(worker);
  }
}

/// A batch that waited for the end of the last one has work for those that waited for it.
void Simulation::wake_for_batch() {
  while (is_batches() && !families_ && left_of_batch_ > 0 && !idle_.empty()) {
    wake_one();
  }
}

/// When its turn is over at the resource that it has from now on.
double Simulation::end_of_hold(std::uint32_t index) {
  Worker& worker = workers_[index];
  worker.holds = true;
  return now_ + static_cast<double>(work_.segments[worker.segment].seconds);
}

/// By the worker whose turn ends now.
void Simulation::release(std::uint16_t which) {
  Resource& resource = resources_[which];
  if (resource.waiting.empty()) {
    --resource.held;
    turns_end_.remove_least();
    return;
  }
  const std::uint32_t next = resource.waiting.front();
  resource.waiting.pop_front();
  turns_end_.replace_least(next, end_of_hold(next));
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

/// When it has computed for a while on a core that it has.
double Simulation::end_of_slice(std::uint32_t index) {
  Worker& worker = workers_[index];
  const double slice =
      std::min(worker.to_compute, kLeastSlice + (kMostSlice - kLeastSlice) * random_.uniform());
  worker.to_compute -= slice;
  return now_ + slice / work_.speed;
}

/// Whether it has computed all that it had to; else it has the core again, now or when the others
/// have had it.
bool Simulation::end_slice(std::uint32_t index) {
  Worker& worker = workers_[index];
  const bool done = worker.to_compute <= 0;
  worker.computes = !done;
  if (!done) {
    ready_.push_back(index);
  }
  if (ready_.empty()) {
    --busy_cores_;
    turns_end_.remove_least();
  } else {
    const std::uint32_t next = ready_.front();
    ready_.pop_front();
    turns_end_.replace_least(next, end_of_slice(next));
  }
  return done;
}

void Simulation::arrive() {
  if (is_batches()) {
    next_arrival_ = MinTree::kNone;
    begin_batch();
    wake_for_batch();
    return;
  }
  next_gap_ = (next_gap_ + 1) % work_.gaps.size();
  const float rest = next_gap_ == 0 ? work_.gap_at_end : 0;
  next_arrival_ = now_ + static_cast<double>(rest + work_.gaps[next_gap_]);
  come();
}

/// One after another.
void Simulation::come() {
  if (families_) {
    add_root();
  } else {
    queue_.push_back(now_);
  }
  wake_one();
}

/// After the end of that task: the first of all whose result is not taken yet may be done now, and
/// those behind it were before.
void Simulation::take_results(std::uint64_t number) {
  if (is_open() || work_.ahead == 0) {
    return;
  }
  if (work_.any_order) {
    come();
    return;
  }
  done_[static_cast<std::size_t>(number - results_)] = true;
  while (!done_.empty() && done_.front()) {
    done_.pop_front();
    done_.push_back(false);
    ++results_;
    come();
  }
}

void Simulation::begin() {
  if (is_open()) {
    next_arrival_ = static_cast<double>(work_.gaps.front());
  } else if (work_.ahead > 0) {
    queue_.assign(work_.ahead, 0);
    done_.assign(work_.ahead, false);
  }
  for (std::uint32_t worker = 0; worker < workers_.size(); ++worker) {
    take_task(worker);
  }
}

/// On to what happens next.
void Simulation::step() {
  const double delay = delays_end_.value();
  const double turn = turns_end_.value();
  if (next_arrival_ <= std::min(delay, turn)) {
    now_ = next_arrival_;
    arrive();
    return;
  }
  if (delay < turn || (delay == turn && delays_end_.least() < turns_end_.least())) {
    now_ = delay;
    const std::uint32_t worker = delays_end_.least();
    delays_end_.clear_least();
    if (families_ && wakes_[worker]) {
      wakes_[worker] = false;
      take_task(worker);
    } else {
      end_segment(worker);
    }
    return;
  }
  now_ = turn;
  const std::uint32_t worker = turns_end_.least();
  if (!workers_[worker].computes || end_slice(worker)) {
    end_segment(worker);
  }
}

SimulationResult Simulation::run(std::uint64_t tasks) {
  warm_up_ = std::max<std::uint64_t>(tasks / 10, 2 * workers_.size());
  waits_.reserve(tasks);
  const std::uint64_t most = tasks + warm_up_;
  begin();
  double warm = 0;
  while (finished_ < most && !stands_still()) {
    const std::uint64_t before = finished_;
    step();
    warm = before < warm_up_ && finished_ >= warm_up_ ? now_ : warm;
  }
  if (stands_still()) {
    return {.stands_still = true};
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

/// When those that wait came, the first of them.
std::vector<double> Simulation::queued(std::uint64_t most) const {
  if (families_) {
    return families_->queued(most);
  }
  if (is_batches()) {
    return std::vector<double>(std::min(left_of_batch_, most), batch_came_);
  }
  const auto count = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(queue_.size(), most));
  return {queue_.begin(), queue_.begin() + count};
}

Replay Simulation::replay(const ReplayOptions& options) {
  in_order_ = true;
  begin();
  while (now_ < options.seconds && started_ < options.most_tasks && !stands_still()) {
    step();
  }
  for (const double came : queued(options.most_tasks - std::min(options.most_tasks, started_))) {
    records_.push_back({.queued = nanoseconds(came)});
  }
  return {.tasks = std::move(records_),
          .end = nanoseconds(stands_still() ? options.seconds : std::min(now_, options.seconds)),
          .stretch = cpu_seconds_ > 0 ? computing_seconds_ / cpu_seconds_ : 1};
}

}  // namespace

void SimulatedWork::add_task(std::vector<Segment> its_segments) {
  const bool takes_time = std::ranges::any_of(its_segments, [](const Segment& segment) {
    return segment.kind != Segment::Kind::submit && segment.kind != Segment::Kind::await;
  });
  if (!takes_time) {
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
