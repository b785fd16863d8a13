// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/families.h"

namespace poolscope::experiment {

void Families::add_root(double came, std::uint32_t task) {
  next_queue_ = (next_queue_ + 1) % queues_.size();
  queues_[next_queue_].push_back({{came, task, true}});
  ++size_;
}

void Families::submit(std::uint32_t worker, std::uint16_t which, double now) {
  const Member& parent = members_[worker];
  const std::uint32_t task = work_.children[work_.first_child[parent.task] + which];
  queues_[queues_.size() > 1 ? worker : 0].push_back(
      {{now, task, false}, worker, parent.run, which});
  ++size_;
}

/// As TaskQueue does: where workers steal, its own newest, or else the oldest of the next that has
/// one.
Families::Queued Families::pop(std::uint32_t worker) {
  --size_;
  std::size_t from = queues_.size() > 1 ? worker : 0;
  bool newest = work_.order != PickOrder::fifo;
  if (queues_[from].empty()) {
    newest = false;
    do {
      from = (from + 1) % queues_.size();
    } while (queues_[from].empty());
  }
  std::deque<Queued>& queue = queues_[from];
  const Queued next = newest ? queue.back() : queue.front();
  newest ? queue.pop_back() : queue.pop_front();
  return next;
}

Families::Call Families::take(std::uint32_t worker) {
  const Queued next = pop(worker);
  Member& member = members_[worker];
  const std::uint32_t task = next.call.task;
  member.task = task;
  ++member.run;
  member.parent = next.parent;
  member.parent_run = next.parent_run;
  member.which = next.which;
  member.done.assign(work_.first_child[task + 1] - work_.first_child[task], false);
  return next.call;
}

bool Families::waits(std::uint32_t worker, std::uint16_t which) {
  Member& member = members_[worker];
  if (member.done[which]) {
    return false;
  }
  member.awaited = which;
  ++waiting_;
  return true;
}

std::optional<std::uint32_t> Families::end(std::uint32_t worker) {
  const Member& child = members_[worker];
  if (child.parent == kNobody || members_[child.parent].run != child.parent_run) {
    return std::nullopt;
  }
  Member& parent = members_[child.parent];
  parent.done[child.which] = true;
  if (parent.awaited != child.which) {
    return std::nullopt;
  }
  parent.awaited.reset();
  --waiting_;
  return child.parent;
}

std::vector<double> Families::queued(std::uint64_t most) const {
  std::vector<double> times;
  for (const std::deque<Queued>& queue : queues_) {
    for (auto each = queue.begin(); each != queue.end() && times.size() < most; ++each) {
      times.push_back(each->call.came);
    }
  }
  return times;
}

}  // namespace poolscope::experiment
