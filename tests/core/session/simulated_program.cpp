// SPDX-License-Identifier: Apache-2.0
#include "simulated_program.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <utility>

namespace poolscope::session {
namespace {

using trace::BlockReason;
using trace::Event;
using trace::EventKind;
using trace::Outcome;

constexpr TimeNs kMs = 1'000'000;
constexpr TimeNs kLasting = 500 * kMs;
constexpr TimeNs kTellAfter = 250 * kMs;
constexpr TimeNs kLongest = 30'000 * kMs;

struct Script;
enum class Act { work, submit, wait_one, wait_all, wait_any, resize, pause, resume, cancel };
struct Step {
  Act act = Act::work;
  TimeNs time = 0;  // of work; the timeout of a wait, 0: none
  std::size_t pool = 0;
  std::uint32_t random = 0;  // decides what is left open
  std::shared_ptr<const Script> child = {};
};
struct Script {
  std::vector<Step> steps = {};
};
using ScriptPtr = std::shared_ptr<const Script>;

/// Makes the scripts of a program.
class ScriptMaker {
 public:
  ScriptMaker(std::mt19937_64& random, std::size_t pools) : random_(random), pools_(pools) {}

  ScriptPtr caller() {
    auto script = std::make_shared<Script>();
    for (std::size_t i = 0, count = 3 + below(10); i < count; ++i) {
      const std::size_t pool = below(pools_);
      switch (below(12)) {
        case 0:
          script->steps.push_back({Act::resize, 0, pool, some()});
          break;
        case 1:
          script->steps.push_back({Act::pause, 0, pool});
          script->steps.push_back({Act::work, duration(), pool});
          script->steps.push_back({Act::resume, 0, pool});
          break;
        case 2:
          script->steps.push_back({Act::cancel, 0, pool, some()});
          break;
        case 3:
        case 4:
          script->steps.push_back({Act::work, duration(), pool});
          break;
        case 5:
          script->steps.push_back(wait());
          break;
        default:
          script->steps.push_back({Act::submit, 0, pool, some(), task(0)});
      }
    }
    return script;
  }

 private:
  std::size_t below(std::size_t count) { return random_() % count; }
  std::uint32_t some() { return static_cast<std::uint32_t>(random_()); }
  TimeNs duration() { return (1 + static_cast<TimeNs>(below(1'200))) * kMs; }

  Step wait() {
    const auto act = static_cast<Act>(static_cast<std::size_t>(Act::wait_one) + below(3));
    return {act, below(4) == 0 ? duration() : 0, 0, some()};
  }

  ScriptPtr task(int depth) {
    auto script = std::make_shared<Script>();
    script->steps.push_back({Act::work, duration() / 4});
    if (depth < 2 && below(3) == 0) {
      for (std::size_t i = 0, count = 1 + below(3); i < count; ++i) {
        script->steps.push_back({Act::submit, 0, below(pools_), some(), task(depth + 1)});
      }
      script->steps.push_back(wait());
    } else if (below(20) == 0) {
      script->steps.push_back(wait());
    }
    script->steps.push_back({Act::work, duration() / 4});
    return script;
  }

  std::mt19937_64& random_;
  std::size_t pools_;
};

/// The pools, workers and callers of a program at one moment; a copy goes its own way.
class Simulation {
 public:
  explicit Simulation(std::mt19937_64& random) {
    const std::size_t pools = 1 + random() % 2;
    for (std::size_t i = 0; i < pools; ++i) {
      pools_.push_back({.max_workers = 1 + static_cast<std::uint32_t>(random() % 3),
                        .capacity = random() % 4 == 0 ? 1 + random() % 3 : 0});
      tell(EventKind::pool_created, 0, 0, i, trace::pool_detail(pools_[i].max_workers, 0));
    }
    ScriptMaker maker(random, pools);
    for (std::size_t i = 0, count = 1 + random() % 2; i < count; ++i) {
      threads_.push_back({.state = State::busy, .ready = now_, .script = maker.caller()});
    }
  }

  /// Does what comes next; false if nothing does.
  bool step() {
    const auto due = [](const Thread& thread) { return std::min(thread.ready, thread.tell); };
    const auto next = std::ranges::min_element(threads_, {}, due);
    if (due(*next) == kForever) {
      return false;
    }
    now_ = std::max(now_, due(*next));
    const auto place = static_cast<std::size_t>(next - threads_.begin());
    if (next->tell < next->ready) {
      tell_awaited(place);
    } else {
      wake(place);
      advance(place);
    }
    return true;
  }

  /// The pools of which no worker can get on, whatever those that are not blocked do.
  std::vector<bool> deadlocked() const {
    std::vector<bool> result(pools_.size());
    for (std::size_t i = 0; i < pools_.size(); ++i) {
      result[i] = !pools_[i].paused && alive(i) >= pools_[i].max_workers &&
                  std::ranges::none_of(threads_, [&](const Thread& thread) {
                    return thread.pool == i && thread.alive && !thread.blocked_for_ever();
                  });
    }
    if (std::ranges::find(result, true) == result.end()) {
      return result;
    }
    Simulation trial = *this;
    trial.end_what_can_end();
    while (trial.step()) {
    }
    for (std::size_t i = 0; i < threads_.size(); ++i) {
      const Thread& before = threads_[i];
      if (before.pool && before.alive && !trial.threads_[i].blocked_for_ever()) {
        result[*before.pool] = false;
      }
    }
    return result;
  }

  TimeNs now() const { return now_; }
  std::size_t pool_count() const { return pools_.size(); }
  std::vector<Event> take_events() { return std::move(events_); }

 private:
  enum class State { idle, busy, waits_for_tasks, waits_for_room };
  struct Thread {
    std::optional<std::size_t> pool = {};  // of a worker
    bool alive = true;
    State state = State::idle;
    TimeNs ready = kForever;  // the end of its work, or of its patience
    TimeNs tell = kForever;   // when it names what it waits for
    ScriptPtr script = {};
    std::size_t at = 0;
    std::uint64_t task = 0;
    std::vector<std::uint64_t> children = {};
    std::vector<std::uint64_t> awaited = {};
    bool any = false;
    std::uint64_t detail = 0;
    std::size_t awaited_pool = 0;

    bool blocked() const {
      return state == State::waits_for_tasks || state == State::waits_for_room;
    }
    bool blocked_for_ever() const { return blocked() && ready == kForever; }
  };
  struct Task {
    std::size_t pool = 0;
    ScriptPtr script = {};
    bool done = false;
  };
  struct Pool {
    std::uint32_t max_workers = 1;
    std::size_t capacity = 0;
    bool paused = false;
    std::deque<std::uint64_t> queue = {};
    std::deque<std::size_t> wait_for_room = {};  // threads
  };

  void tell(EventKind kind, std::uint64_t task, std::size_t thread, std::size_t pool,
            std::uint64_t detail, Outcome outcome = Outcome::ok) {
    if (!trial_) {
      events_.push_back({static_cast<std::uint64_t>(now_), task,
                         static_cast<trace::ThreadId>(thread + 1), kind, outcome,
                         static_cast<trace::PoolId>(pool + 1), detail});
      ++now_;
    }
  }
  Task& task(std::uint64_t id) { return tasks_[id - 1]; }
  std::size_t alive(std::size_t pool) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        threads_, [&](const Thread& thread) { return thread.pool == pool && thread.alive; }));
  }

  /// Runs a thread's script until it works, waits or has ended.
  void advance(std::size_t place) {
    while (threads_[place].state == State::busy) {
      Thread& thread = threads_[place];
      if (thread.at >= thread.script->steps.size()) {
        thread.ready = kForever;
        thread.state = State::idle;
        if (thread.pool) {
          end_task(place);
        }
        return;
      }
      const Step step = thread.script->steps[thread.at++];
      if (step.act == Act::work) {
        thread.ready = now_ + step.time;
        return;
      }
      perform(place, step);
      if (!threads_[place].pool && threads_[place].state == State::busy) {
        threads_[place].ready = now_ + kMs;  // so that what it did shows
        return;
      }
    }
  }

  void perform(std::size_t place, const Step& step) {
    Pool& pool = pools_[step.pool];
    switch (step.act) {
      case Act::submit:
        return submit(place, step);
      case Act::resize:
        pool.max_workers = 1 + step.random % 4;
        tell(EventKind::max_workers_changed, 0, place, step.pool,
             trace::max_workers_detail(pool.max_workers, 0));
        return dispatch(step.pool);
      case Act::pause:
        pool.paused = true;
        return tell(EventKind::paused, 0, place, step.pool, 0);
      case Act::resume:
        if (std::exchange(pool.paused, false)) {
          tell(EventKind::resumed, 0, place, step.pool, 0);
        }
        return dispatch(step.pool);
      case Act::cancel:
        if (!pool.queue.empty()) {
          const auto chosen =
              pool.queue.begin() + static_cast<std::ptrdiff_t>(step.random % pool.queue.size());
          const std::uint64_t id = *chosen;
          pool.queue.erase(chosen);
          tell(EventKind::task_finished, id, place, step.pool, 0, Outcome::cancelled);
          settle(id);
          dispatch(step.pool);
        }
        return;
      default:
        wait(place, step);
    }
  }

  void submit(std::size_t place, const Step& step) {
    Pool& pool = pools_[step.pool];
    Thread& thread = threads_[place];
    const bool full =
        pool.capacity != 0 && (pool.queue.size() >= pool.capacity || !pool.wait_for_room.empty());
    if (full && thread.pool != step.pool) {
      --thread.at;  // again, once there is room
      thread.state = State::waits_for_room;
      thread.ready = kForever;
      thread.awaited_pool = step.pool;
      thread.detail = trace::blocked_detail(BlockReason::full_queue, 0);
      pool.wait_for_room.push_back(place);
      return tell(EventKind::blocked_begin, thread.task, place, step.pool, thread.detail);
    }
    enqueue(place, step);
  }

  void enqueue(std::size_t place, const Step& step) {
    tasks_.push_back({step.pool, step.child});
    threads_[place].children.push_back(tasks_.size());
    pools_[step.pool].queue.push_back(tasks_.size());
    tell(EventKind::task_queued, tasks_.size(), place, step.pool, 0);
    dispatch(step.pool);
  }

  void wait(std::size_t place, const Step& step) {
    Thread& thread = threads_[place];
    auto reason = BlockReason::result;
    thread.awaited.clear();
    if (step.act == Act::wait_one && !tasks_.empty()) {
      const bool own = !thread.children.empty() && step.random % 8 != 0;
      thread.awaited.push_back(own ? thread.children[step.random / 8 % thread.children.size()]
                                   : 1 + step.random / 8 % tasks_.size());
    } else if (step.act != Act::wait_one) {
      thread.awaited = thread.children;
      reason = BlockReason::wait;
    }
    if (step.act == Act::wait_any && step.random % 2 == 0) {  // the next of as_completed()
      std::erase_if(thread.awaited, [this](std::uint64_t id) { return task(id).done; });
      reason = BlockReason::as_completed;
    }
    thread.any = step.act == Act::wait_any;
    if (is_satisfied(thread)) {
      return;
    }
    const bool single = thread.awaited.size() == 1;
    thread.state = State::waits_for_tasks;
    thread.ready = step.time != 0 ? now_ + step.time : kForever;
    thread.tell = single ? kForever : now_ + kTellAfter;
    thread.awaited_pool = task(thread.awaited[0]).pool;
    thread.detail = trace::blocked_detail(reason, single ? thread.awaited[0] : 0, step.time != 0);
    tell(EventKind::blocked_begin, thread.task, place, thread.awaited_pool, thread.detail);
  }

  bool is_satisfied(const Thread& thread) {
    const auto done = [this](std::uint64_t id) { return task(id).done; };
    return thread.awaited.empty() || (thread.any ? std::ranges::any_of(thread.awaited, done)
                                                 : std::ranges::all_of(thread.awaited, done));
  }

  void tell_awaited(std::size_t place) {
    Thread& thread = threads_[place];
    thread.tell = kForever;
    std::vector<std::uint64_t> pending = thread.awaited;
    std::erase_if(pending, [this](std::uint64_t id) { return task(id).done; });
    for (const std::uint64_t id : pending) {
      tell(EventKind::awaits, id, place, thread.awaited_pool,
           trace::awaits_detail(thread.any, static_cast<std::uint32_t>(pending.size())));
    }
  }

  /// Ends a wait, whatever it was.
  void wake(std::size_t place) {
    Thread& thread = threads_[place];
    if (thread.blocked()) {
      tell(EventKind::blocked_end, thread.task, place, thread.awaited_pool, thread.detail);
      thread.state = State::busy;
      thread.tell = kForever;
      thread.ready = now_;
    }
  }

  void settle(std::uint64_t id) {
    task(id).done = true;
    for (std::size_t i = 0; i < threads_.size(); ++i) {
      if (threads_[i].state == State::waits_for_tasks && is_satisfied(threads_[i])) {
        wake(i);
      }
    }
  }

  void end_task(std::size_t place) {
    const std::size_t pool = *threads_[place].pool;
    const std::uint64_t id = std::exchange(threads_[place].task, 0);
    threads_[place].children.clear();
    tell(EventKind::task_finished, id, place, pool, 0);
    settle(id);
    dispatch(pool);
  }

  /// Lets surplus workers go, and gives tasks to those that have none.
  void dispatch(std::size_t index) {
    const auto idle = [&]() -> std::size_t {
      const auto found = std::ranges::find_if(threads_, [&](const Thread& thread) {
        return thread.pool == index && thread.alive && thread.state == State::idle;
      });
      return static_cast<std::size_t>(found - threads_.begin());
    };
    while (alive(index) > pools_[index].max_workers && idle() < threads_.size()) {
      const std::size_t place = idle();
      threads_[place].alive = false;
      tell(EventKind::worker_exited, 0, place, index, 1);
    }
    while (!pools_[index].paused && !pools_[index].queue.empty()) {
      std::size_t place = idle();
      if (place == threads_.size()) {
        if (alive(index) >= pools_[index].max_workers) {
          break;
        }
        threads_.push_back({.pool = index});
        tell(EventKind::worker_started, 0, place, index, 0);
      }
      const std::uint64_t id = pools_[index].queue.front();
      pools_[index].queue.pop_front();
      Thread& thread = threads_[place];
      thread.task = id;
      thread.script = task(id).script;
      thread.at = 0;
      thread.state = State::busy;
      thread.ready = now_;
      tell(EventKind::task_started, id, place, index, 0);
      let_in(index);
    }
    let_in(index);
  }

  /// Those who wait for room go on as far as there is some, and submit then.
  void let_in(std::size_t index) {
    Pool& pool = pools_[index];
    while (!pool.wait_for_room.empty() && pool.queue.size() < pool.capacity) {
      const std::size_t place = pool.wait_for_room.front();
      pool.wait_for_room.pop_front();
      wake(place);
      if (!trial_) {
        Thread& thread = threads_[place];
        const Step step = thread.script->steps[thread.at++];
        tasks_.push_back({step.pool, step.child});
        thread.children.push_back(tasks_.size());
        pool.queue.push_back(tasks_.size());
        tell(EventKind::task_queued, tasks_.size(), place, index, 0);
      }
    }
  }

  /// Nobody from outside helps; what is not blocked for ever ends, and so does all that is queued
  /// once it runs. What is paused may be resumed by somebody.
  void end_what_can_end() {
    trial_ = true;
    const auto nothing = std::make_shared<const Script>();
    for (Pool& pool : pools_) {
      std::erase_if(pool.wait_for_room,
                    [this](std::size_t place) { return !threads_[place].pool; });
      pool.max_workers = pool.paused ? 1'000 : pool.max_workers;
      pool.paused = false;
    }
    for (Task& each : tasks_) {
      each.script = nothing;
    }
    for (Thread& thread : threads_) {
      thread.tell = kForever;
      if (!thread.pool) {
        thread.state = State::idle;
        thread.ready = kForever;
      } else if (thread.state == State::busy || (thread.blocked() && !thread.blocked_for_ever())) {
        thread.state = State::busy;
        thread.ready = now_;
      }
      if (thread.script != nullptr) {
        thread.script = nothing;
        thread.at = 0;
      }
    }
    for (std::size_t i = 0; i < pools_.size(); ++i) {
      dispatch(i);
    }
  }

  TimeNs now_ = 1'000'000'000;
  bool trial_ = false;
  std::vector<Pool> pools_;
  std::vector<Task> tasks_;
  std::vector<Thread> threads_;
  std::vector<Event> events_;
};

}  // namespace

std::vector<SimulatedDeadlock> SimulatedProgram::deadlocked_at(TimeNs time) const {
  std::vector<SimulatedDeadlock> result;
  for (SimulatedDeadlock each : deadlocks) {
    if (each.begin + kLasting <= time && time < each.end) {
      each.settled = each.begin;
      for (const TimeNs cancelled : cancellations) {
        each.settled = cancelled <= time ? std::max(each.settled, cancelled) : each.settled;
      }
      result.push_back(each);
    }
  }
  return result;
}

std::vector<TimeNs> SimulatedProgram::moments() const {
  constexpr TimeNs kNear = 5'000;
  std::vector<TimeNs> times;
  for (const SimulatedDeadlock& each : deadlocks) {
    for (const TimeNs edge : {each.begin, each.begin + kLasting, std::min(each.end, end)}) {
      times.push_back(edge - kNear);
      times.push_back(edge + kNear);
    }
  }
  for (TimeNs time = events.empty() ? end : static_cast<TimeNs>(events.front().time_ns); time < end;
       time += 83 * kMs) {
    const bool at_an_edge = std::ranges::any_of(deadlocks, [&](const SimulatedDeadlock& each) {
      return std::abs(each.begin + kLasting - time) < kNear || std::abs(each.end - time) < kNear;
    });
    if (!at_an_edge) {
      times.push_back(time);
    }
  }
  return times;
}

SimulatedProgram simulate(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Simulation simulation(random);
  SimulatedProgram program;
  std::vector<std::optional<TimeNs>> since(simulation.pool_count());
  const TimeNs latest = simulation.now() + kLongest;
  const auto close = [&](std::size_t pool, TimeNs end) {
    if (since[pool]) {
      program.deadlocks.push_back({PoolIndex{static_cast<std::uint32_t>(pool)}, *since[pool], end});
      since[pool].reset();
    }
  };
  while (simulation.now() < latest && simulation.step()) {
    const std::vector<bool> stuck = simulation.deadlocked();
    for (std::size_t i = 0; i < stuck.size(); ++i) {
      if (!stuck[i]) {
        close(i, simulation.now());
      } else if (!since[i]) {
        since[i] = simulation.now();
      }
    }
  }
  for (std::size_t i = 0; i < since.size(); ++i) {
    close(i, kForever);
  }
  std::ranges::stable_sort(program.deadlocks, {}, &SimulatedDeadlock::pool);
  program.end = simulation.now() + 1'000 * kMs;
  program.events = simulation.take_events();
  for (const Event& event : program.events) {
    if (event.outcome == Outcome::cancelled) {
      program.cancellations.push_back(static_cast<TimeNs>(event.time_ns));
    }
  }
  return program;
}

}  // namespace poolscope::session
