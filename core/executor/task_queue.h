// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/executor/future_state.h"
#include "core/executor/options.h"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace poolscope::detail {

/// Tasks linked through themselves, oldest first: a task can be taken out from anywhere at once.
/// A task does not know its list: where it stands first or last, the list must be the right one.
class TaskList {
 public:
  TaskList() = default;
  TaskList(const TaskList&) = delete;
  TaskList& operator=(const TaskList&) = delete;

  bool empty() const { return front_ == nullptr; }
  void push_back(FutureState& task);
  FutureState* pop_front();
  FutureState* pop_back();
  void erase(FutureState& task);
  /// Puts all of `others`, which is empty then, behind what is here.
  void append(TaskList& others);
  bool ends_with(const FutureState& task) const { return front_ == &task || back_ == &task; }

 private:
  FutureState* front_ = nullptr;
  FutureState* back_ = nullptr;
};

/// What waits for a worker, in the order of a discipline.
/// Threads: guarded by the pool's mutex.
class TaskQueue {
 public:
  explicit TaskQueue(QueueDiscipline discipline) : discipline_(discipline) {}

  /// A worker comes or goes; `worker` is its slot. What is left in its deque goes to all.
  void add_worker(std::size_t worker);
  void remove_worker(std::size_t worker);

  /// `worker`: the submitter's slot if it is a worker of this pool.
  void push(FutureState& task, std::optional<std::size_t> worker);
  /// Takes over `count` tasks that were submitted in this order; fifo only.
  void append(TaskList& tasks, std::size_t count);
  /// The next task for `worker`, null if there is none.
  FutureState* pop(std::size_t worker);
  /// The next task for anybody, to empty the queue.
  FutureState* pop_any();
  /// Takes out a task that is in the queue.
  void erase(FutureState& task);

  bool empty() const { return size_ == 0; }

 private:
  FutureState* take(std::size_t worker);
  TaskList& list_of(const FutureState& task);
  FutureState* steal(std::size_t thief);

  const QueueDiscipline discipline_;
  std::size_t size_ = 0;
  TaskList shared_;  // fifo, lifo; work_stealing: before there are workers
  std::map<int, TaskList, std::greater<>> priorities_;  // priority
  std::vector<std::unique_ptr<TaskList>> deques_;  // work_stealing, by slot; null: no such worker
  std::size_t next_deque_ = 0;                     // where the next outside submit goes
};

}  // namespace poolscope::detail
