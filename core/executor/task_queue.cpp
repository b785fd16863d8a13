// SPDX-License-Identifier: Apache-2.0
#include "core/executor/task_queue.h"

#include "core/trace/cache_line.h"

namespace poolscope::detail {

void TaskList::push_back(FutureState& task) {
  task.links_ = {nullptr, back_};
  (back_ != nullptr ? back_->links_.next : front_) = &task;
  back_ = &task;
}

FutureState* TaskList::pop_front() {
  FutureState* const task = front_;
  if (task != nullptr) {
    erase(*task);
    if (front_ != nullptr) {  // it was written on another core, and is wanted next
      trace::prefetch_for_write(front_);
      trace::prefetch_for_write(reinterpret_cast<const char*>(front_) + trace::kCacheLine);
    }
  }
  return task;
}

FutureState* TaskList::pop_back() {
  FutureState* const task = back_;
  if (task != nullptr) {
    erase(*task);
  }
  return task;
}

void TaskList::erase(FutureState& task) {
  const auto [next, prev] = task.links_;
  (prev != nullptr ? prev->links_.next : front_) = next;
  (next != nullptr ? next->links_.prev : back_) = prev;
}

void TaskList::append(TaskList& others) {
  if (others.empty()) {
    return;
  }
  others.front_->links_.prev = back_;
  (back_ != nullptr ? back_->links_.next : front_) = others.front_;
  back_ = others.back_;
  others.front_ = nullptr;
  others.back_ = nullptr;
}

void TaskQueue::add_worker(std::size_t worker) {
  if (discipline_ != QueueDiscipline::work_stealing) {
    return;
  }
  if (deques_.size() <= worker) {
    deques_.resize(worker + 1);
  }
  deques_[worker] = std::make_unique<TaskList>();
}

void TaskQueue::remove_worker(std::size_t worker) {
  if (worker >= deques_.size() || deques_[worker] == nullptr) {
    return;
  }
  while (FutureState* task = deques_[worker]->pop_front()) {
    shared_.push_back(*task);
  }
  deques_[worker].reset();
}

void TaskQueue::push(FutureState& task, std::optional<std::size_t> worker) {
  TaskList* list = &shared_;
  if (discipline_ == QueueDiscipline::priority) {
    list = &priorities_[task.priority()];
  } else if (discipline_ == QueueDiscipline::work_stealing) {
    if (worker) {
      list = deques_[*worker].get();
    } else {
      for (std::size_t tried = 0; tried < deques_.size(); ++tried) {
        next_deque_ = (next_deque_ + 1) % deques_.size();
        if (deques_[next_deque_] != nullptr) {
          list = deques_[next_deque_].get();
          break;
        }
      }
    }
  }
  list->push_back(task);
  ++size_;
}

void TaskQueue::append(TaskList& tasks, std::size_t count) {
  shared_.append(tasks);
  size_ += count;
}

FutureState* TaskQueue::pop(std::size_t worker) {
  FutureState* const task = size_ != 0 ? take(worker) : nullptr;
  if (task != nullptr) {
    --size_;
  }
  return task;
}

FutureState* TaskQueue::pop_any() {
  return pop(deques_.size());
}

FutureState* TaskQueue::take(std::size_t worker) {
  switch (discipline_) {
    case QueueDiscipline::fifo:
      return shared_.pop_front();
    case QueueDiscipline::lifo:
      return shared_.pop_back();
    case QueueDiscipline::priority: {
      const auto highest = priorities_.begin();
      FutureState* const task = highest->second.pop_front();
      if (highest->second.empty()) {
        priorities_.erase(highest);
      }
      return task;
    }
    case QueueDiscipline::work_stealing:
      if (worker < deques_.size() && deques_[worker] != nullptr) {
        if (FutureState* own = deques_[worker]->pop_back()) {
          return own;
        }
      }
      if (FutureState* shared = shared_.pop_front()) {
        return shared;
      }
      return steal(worker);
  }
  return nullptr;
}

FutureState* TaskQueue::steal(std::size_t thief) {
  for (std::size_t i = 1; i <= deques_.size(); ++i) {
    const auto& victim = deques_[(thief + i) % deques_.size()];
    if (victim != nullptr && !victim->empty()) {
      return victim->pop_front();
    }
  }
  return nullptr;
}

void TaskQueue::erase(FutureState& task) {
  TaskList& list = list_of(task);
  list.erase(task);
  if (discipline_ == QueueDiscipline::priority && list.empty()) {
    priorities_.erase(task.priority());
  }
  --size_;
}

/// The list that a queued task is in, as far as erase() needs it: of one in the middle any will do.
TaskList& TaskQueue::list_of(const FutureState& task) {
  if (discipline_ == QueueDiscipline::priority) {
    return priorities_.find(task.priority())->second;
  }
  if (discipline_ == QueueDiscipline::work_stealing && !shared_.ends_with(task)) {
    for (const auto& each : deques_) {
      if (each != nullptr && each->ends_with(task)) {
        return *each;
      }
    }
  }
  return shared_;
}

}  // namespace poolscope::detail
