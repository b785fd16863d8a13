// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/task_records.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace poolscope::experiment {

/// A stretch of a task's time.
struct Segment {
  enum class Kind : std::uint8_t {
    delay,   ///< waits for the world outside; as many at a time as like
    cpu,     ///< computes; the cores are shared in turns
    hold,    ///< waits its turn for a resource, then has it for so long
    submit,  ///< queues a task of its own in the same pool; takes no time
    await,   ///< waits until one that it has submitted is done
  };
  Kind kind = Kind::delay;
  std::uint16_t resource = 0;  ///< of hold; of submit and await: which of its task's children
  float seconds = 0;
};

/// Which of the tasks in the queue is picked, as the executor's queue disciplines of these names
/// do.
enum class PickOrder : std::uint8_t { fifo, lifo, work_stealing };

/// What a pool has to do: tasks to draw from, and how they come.
struct SimulatedWork {
  std::vector<Segment> segments = {};
  std::vector<std::uint32_t> tasks =
      {};  ///< where each begins in `segments`; the last: where all end
  /// Where tasks submit others: those that come from outside, and for each task where its children
  /// begin in `children`; the last: where all end. Else empty: all come from outside.
  std::vector<std::uint32_t> roots = {};
  std::vector<std::uint32_t> children = {};
  std::vector<std::uint32_t> first_child = {};
  PickOrder order = PickOrder::fifo;  ///< where tasks submit others; else first in, first out
  std::vector<std::uint32_t> capacities = {};  ///< of the resources: how many may have it at once
  std::size_t cores = 1;
  double speed = 1;  ///< of computing on a core that no other task wants: others may want it, too
  std::uint64_t batch = 1;  ///< tasks that come at once, as soon as none of them is in the queue
  std::vector<std::uint64_t> batches = {};  ///< of several sizes, over and over; empty: `batch`
  bool batch_waits = false;                 ///< ... and all of the last batch are finished
  double batch_pause = 0;                   ///< seconds from then on until the next one comes
  /// Instead of batches: so many are in the pool, and one more comes for each whose result is
  /// taken, in order, as map() with a buffer does; 0: batches. Not where tasks submit others.
  std::uint64_t ahead = 0;
  bool any_order = false;        ///< ... or for each that is done, as with a semaphore
  std::vector<float> gaps = {};  ///< seconds before each arrival, over and over; empty: batches
  float gap_at_end = 0;          ///< seconds after the last of them until they begin again

  std::size_t task_count() const { return tasks.empty() ? 0 : tasks.size() - 1; }
  bool is_nested() const { return !roots.empty(); }
  /// Without a segment that takes time: with one that takes none.
  void add_task(std::vector<Segment> its_segments);
};

struct SimulationOptions {
  std::uint64_t workers = 1;
  std::uint64_t tasks = 20'000;  ///< after the warm-up of a tenth of it
  std::uint64_t seed = 1;
};

struct SimulationResult {
  double throughput = 0;  ///< per second
  double queue_wait_mean = 0;
  double queue_wait_p99 = 0;
  double utilization = 0;     ///< 0..1, of the workers
  bool stands_still = false;  ///< all workers came to wait for tasks in the queue; all else is 0
};

/// Runs the tasks, drawn at random, through a pool: event by event, in simulated time. The same
/// seed gives the same result. Cost: some 0.1 us a task that waits and computes, 0.2 with two
/// locks, too; less with few workers. Precondition: there is a task. Threads: any.
SimulationResult simulate(const SimulatedWork& work, const SimulationOptions& options);

struct ReplayOptions {
  std::uint64_t workers = 1;
  double seconds = 1;
  std::uint64_t most_tasks = 1'000'000;
};

struct Replay {
  /// In the order of their start; last those that still wait, up to `most_tasks` in all.
  std::vector<TaskRecord> tasks = {};
  TimeNs end = 0;      ///< it began at 0; sooner than was asked for where `most_tasks` were started
  double stretch = 1;  ///< seconds that a second of computing took
};

/// Runs the tasks in their order, and over again where there are too few, through a pool that has
/// nothing to do at first: what such a run would show. Where the tasks are those of a measured run,
/// the chance in them is the same in both. Cost and precondition: as simulate(). Threads: any.
Replay replay(const SimulatedWork& work, const ReplayOptions& options);

}  // namespace poolscope::experiment
