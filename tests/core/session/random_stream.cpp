// SPDX-License-Identifier: Apache-2.0
#include "random_stream.h"

#include <algorithm>
#include <map>
#include <utility>

namespace poolscope::session {
namespace {

using trace::Event;
using trace::EventKind;
using trace::Outcome;

class StreamMaker {
 public:
  StreamMaker(const StreamOptions& options, std::mt19937_64& random)
      : options_(options),
        random_(random),
        workers_(static_cast<std::size_t>(options.workers)) {}

  std::vector<Event> make() {
    for (int i = 0; i < options_.steps; ++i) {
      time_ += (options_.distinct ? 1 : 0) + below(options_.max_gap + 1);
      step();
    }
    std::erase_if(events_, [&](const Event&) { return chance(options_.drop); });
    drain_by_thread();
    swap_neighbours();
    return std::move(events_);
  }

 private:
  struct Worker {
    bool alive = false;
    bool gone = false;
    std::vector<std::uint64_t> running = {};
    std::vector<Event> phases = {};
  };

  std::uint64_t below(int limit) {
    return random_() % static_cast<std::uint64_t>(std::max(limit, 1));
  }
  bool chance(double share) { return std::uniform_real_distribution<>(0, 1)(random_) < share; }
  std::uint64_t take_random(std::vector<std::uint64_t>& from) {
    const auto place = from.begin() + static_cast<std::ptrdiff_t>(random_() % from.size());
    const std::uint64_t value = *place;
    from.erase(place);
    return value;
  }
  void tell(EventKind kind, std::uint64_t task, trace::ThreadId thread, trace::PoolId pool,
            std::uint64_t detail = 0, Outcome outcome = Outcome::ok) {
    events_.push_back({time_, task, thread, kind, outcome, pool, detail});
  }
  trace::ThreadId caller() {
    return static_cast<trace::ThreadId>(static_cast<std::uint64_t>(options_.workers) + 1 +
                                        below(options_.callers));
  }
  // Workers are dealt to pools in turn.
  trace::PoolId pool_of(std::size_t worker) const {
    return static_cast<trace::PoolId>(worker % static_cast<std::size_t>(options_.pools) + 1);
  }

  void step() {
    switch (below(12)) {
      case 0:
      case 1:
      case 2:
        return submit();
      case 3:
        return cancel_or_deliver();
      case 4:
        return wait();
      case 5:
        if (below(12) == 0) {
          tell(EventKind::marker, 0, caller(), 0, 1);
        }
        return;
      default:
        return work();
    }
  }

  void submit() {
    const auto pool = static_cast<trace::PoolId>(1 + below(options_.pools));
    const std::uint64_t task = options_.id_step * ++ids_;
    waiting_[pool].push_back(task);
    pool_[task] = pool;
    tell(EventKind::task_queued, task, caller(), pool, below(3));
  }

  void cancel_or_deliver() {
    if (!done_.empty() && below(3) != 0) {
      const std::uint64_t task = take_random(done_);
      tell(EventKind::result_delivered, task, caller(), pool_[task]);
      return;
    }
    const auto pool = static_cast<trace::PoolId>(1 + below(options_.pools));
    if (!waiting_[pool].empty() && below(3) == 0) {
      tell(EventKind::task_finished, take_random(waiting_[pool]), caller(), pool, 0,
           Outcome::cancelled);
    }
  }

  void wait() {
    const trace::ThreadId thread = caller();
    if (waits_.contains(thread) && below(3) == 0) {
      tell(EventKind::awaits, below(9), thread, 1, trace::awaits_detail(true, 2));
    } else if (waits_.contains(thread)) {
      tell(EventKind::blocked_end, 0, thread, 1, waits_[thread]);
      waits_.erase(thread);
    } else {
      waits_[thread] = trace::blocked_detail(trace::BlockReason::result, below(5));
      tell(EventKind::blocked_begin, 0, thread, 1, waits_[thread]);
    }
  }

  void work() {
    const auto index = static_cast<std::size_t>(below(options_.workers));
    Worker& worker = workers_[index];
    const auto thread = static_cast<trace::ThreadId>(index + 1);
    const trace::PoolId pool = options_.roam && worker.running.empty()
                                   ? static_cast<trace::PoolId>(1 + below(options_.pools))
                               : options_.roam ? pool_[worker.running.front()]
                                               : pool_of(index);
    if (worker.gone) {
      return;
    }
    if (!std::exchange(worker.alive, true)) {
      tell(EventKind::worker_started, 0, thread, pool, trace::worker_detail(0, thread));
    } else if (!waiting_[pool].empty() && (worker.running.empty() || chance(options_.overlap))) {
      worker.running.push_back(take_random(waiting_[pool]));
      tell(EventKind::task_started, worker.running.back(), thread, pool);
    } else if (worker.running.empty()) {
      if (below(20) == 0) {
        worker.gone = true;
        tell(EventKind::worker_exited, 0, thread, pool, below(2));
      }
    } else if (below(2) == 0) {
      phase(worker, thread, pool);
    } else {
      finish(worker, thread, pool);
    }
  }

  void phase(Worker& worker, trace::ThreadId thread, trace::PoolId pool) {
    if (!worker.phases.empty() && below(2) == 0) {
      Event end = worker.phases.back();
      worker.phases.pop_back();
      end.kind = EventKind::phase_end;
      end.time_ns = time_;
      events_.push_back(end);
    } else if (worker.running.size() == 1) {
      tell(EventKind::phase_begin, worker.running.front(), thread, pool,
           trace::phase_detail(static_cast<trace::PhaseKind>(below(8)), 0));
      worker.phases.push_back(events_.back());
    }
  }

  void finish(Worker& worker, trace::ThreadId thread, trace::PoolId pool) {
    while (!worker.phases.empty()) {
      Event end = worker.phases.back();
      worker.phases.pop_back();
      end.kind = EventKind::phase_end;
      end.time_ns = time_;
      events_.push_back(end);
      time_ += options_.distinct ? 1 : 0;
    }
    const std::uint64_t task = take_random(worker.running);
    const bool failed = below(5) == 0;
    tell(EventKind::task_finished, task, thread, pool,
         trace::finished_detail(below(2) * 7, failed ? 2 : 0),
         failed ? Outcome::error : Outcome::ok);
    done_.push_back(task);
  }

  void drain_by_thread() {
    std::vector<Event> drained;
    for (std::size_t first = 0; first < events_.size();) {
      const std::size_t last = std::min(events_.size(), first + 1 + below(40));
      std::map<std::uint64_t, std::vector<Event>> rings;
      const std::uint64_t salt = random_();
      for (std::size_t i = first; i < last; ++i) {
        rings[(events_[i].thread * 0x9e3779b97f4a7c15ULL) ^ salt].push_back(events_[i]);
      }
      for (const auto& [order, ring] : rings) {
        drained.insert(drained.end(), ring.begin(), ring.end());
      }
      first = last;
    }
    events_ = std::move(drained);
  }

  void swap_neighbours() {
    for (std::size_t i = 8; i < events_.size(); ++i) {
      if (chance(options_.swap)) {
        std::swap(events_[i], events_[i - 1 - below(8)]);
      }
    }
  }

  const StreamOptions& options_;
  std::mt19937_64& random_;
  std::vector<Worker> workers_;
  std::map<trace::PoolId, std::vector<std::uint64_t>> waiting_;
  std::map<std::uint64_t, trace::PoolId> pool_;
  std::map<trace::ThreadId, std::uint64_t> waits_;
  std::vector<std::uint64_t> done_;
  std::vector<Event> events_;
  std::uint64_t time_ = 1000;
  std::uint64_t ids_ = 0;
};

}  // namespace

std::vector<Event> random_stream(const StreamOptions& options, std::mt19937_64& random) {
  return StreamMaker(options, random).make();
}

}  // namespace poolscope::session
