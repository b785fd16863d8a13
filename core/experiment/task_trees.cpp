// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/task_trees.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

namespace poolscope::experiment {
namespace {

constexpr std::size_t kMostChildren = 65'535;  // a segment names one by a number of 16 bits
// A result wakes who waits for it, and then the end of its task is told.
constexpr TimeNs kToldLate = 1'000'000;

class Trees {
 public:
  Trees(const TaskRecords& records, std::span<const std::size_t> chosen) : records_(records) {
    for (const std::size_t place : chosen) {
      members_[place].task.place = place;
    }
  }

  std::optional<std::vector<TreeTask>> build(std::span<const std::size_t> chosen);

 private:
  struct Member {
    TreeTask task = {};
    std::vector<std::size_t> by_end = {};  // numbers of the children, once they are needed
    std::size_t ended = 0;                 // of those: waited for
    bool is_told_of = true;                // else it waits for a task of which nothing is known
  };

  struct Parent {
    std::size_t place = 0;
    std::size_t number = 0;  // of the child, there
  };

  TimeNs finished(std::size_t place) const { return records_.tasks()[place].finished; }
  void find_parents();
  void add_deliveries();
  bool add_wait(const WaitRecord& wait);
  bool await_ended(Member& member, const WaitRecord& wait) const;
  bool is_whole(std::size_t root) const;
  void append(std::size_t root, std::vector<TreeTask>& trees) const;

  const TaskRecords& records_;
  std::unordered_map<std::size_t, Member> members_;
  std::unordered_map<std::size_t, Parent> parents_;
};

/// Who ran on the thread that submitted a task, when it did.
void Trees::find_parents() {
  const auto& tasks = records_.tasks();
  std::unordered_map<trace::ThreadId, std::vector<std::size_t>> runs;
  std::vector<std::size_t> order;
  for (std::size_t place = 0; place < tasks.size(); ++place) {
    if (tasks[place].started != kNever) {
      runs[tasks[place].worker].push_back(place);
    }
    if (tasks[place].queued != kNever) {
      order.push_back(place);
    }
  }
  const auto started = [&](std::size_t place) { return tasks[place].started; };
  for (auto& [thread, places] : runs) {
    std::ranges::stable_sort(places, {}, started);
  }
  std::ranges::stable_sort(order, {}, [&](std::size_t place) { return tasks[place].queued; });
  for (const std::size_t place : order) {
    const auto of_thread = runs.find(tasks[place].caller);
    if (of_thread == runs.end()) {
      continue;
    }
    const auto after =
        std::ranges::upper_bound(of_thread->second, tasks[place].queued, {}, started);
    if (after == of_thread->second.begin() || tasks[*(after - 1)].finished < tasks[place].queued) {
      continue;
    }
    Parent parent{.place = *(after - 1)};
    if (const auto member = members_.find(parent.place); member != members_.end()) {
      parent.number = member->second.task.children.size();
      member->second.task.children.push_back(place);
    }
    parents_[place] = parent;
  }
}

/// Who takes a result needs it, even where it had not to wait: with other workers it may have to.
void Trees::add_deliveries() {
  for (const auto& [child, parent] : parents_) {
    const TaskRecord& task = records_.tasks()[child];
    const TaskRecord& taker = records_.tasks()[parent.place];
    const auto member = members_.find(parent.place);
    if (member != members_.end() && task.receiver == taker.worker &&
        task.delivered <= taker.finished) {
      member->second.task.waits.push_back({parent.number, task.delivered, task.delivered});
    }
  }
  for (auto& [place, member] : members_) {
    std::ranges::stable_sort(member.task.waits, {}, &TreeTask::Wait::begin);
  }
}

/// False if it is for a task that is not known to be a child.
bool Trees::add_wait(const WaitRecord& wait) {
  const auto found = members_.find(wait.task);
  if (found == members_.end()) {
    return true;
  }
  if (wait.reason == trace::BlockReason::full_queue) {
    return false;
  }
  if (!wait.awaited) {
    return await_ended(found->second, wait);
  }
  if (records_.tasks()[*wait.awaited].queued == kNever) {
    found->second.is_told_of = false;
    return true;
  }
  const auto child = parents_.find(*wait.awaited);
  if (child == parents_.end() || child->second.place != wait.task) {
    return false;
  }
  found->second.task.waits.push_back({child->second.number, wait.begin, wait.end});
  return true;
}

/// For those that were done at its end, and for which no wait like it was before.
bool Trees::await_ended(Member& member, const WaitRecord& wait) const {
  TreeTask& task = member.task;
  const auto ends = [&](std::size_t number) { return finished(task.children[number]); };
  if (member.by_end.empty()) {
    member.by_end.resize(task.children.size());
    std::iota(member.by_end.begin(), member.by_end.end(), std::size_t{0});
    std::ranges::stable_sort(member.by_end, {}, ends);
  }
  const std::size_t before = member.ended;
  const TimeNs by = wait.end == kNever ? kNever : wait.end + kToldLate;
  for (; member.ended < member.by_end.size() && ends(member.by_end[member.ended]) < by;
       ++member.ended) {
    task.waits.push_back({member.by_end[member.ended], wait.begin, wait.end});
  }
  return member.ended > before || wait.end == kNever;
}

bool Trees::is_whole(std::size_t root) const {
  std::vector<std::size_t> open{root};
  while (!open.empty()) {
    const auto member = members_.find(open.back());
    open.pop_back();
    if (member == members_.end() || !member->second.is_told_of ||
        member->second.task.children.size() > kMostChildren) {
      return false;
    }
    const auto& children = member->second.task.children;
    open.insert(open.end(), children.begin(), children.end());
  }
  return true;
}

void Trees::append(std::size_t root, std::vector<TreeTask>& trees) const {
  std::vector<std::size_t> open{root};
  while (!open.empty()) {
    trees.push_back(members_.at(open.back()).task);
    open.pop_back();
    const auto& children = trees.back().children;
    open.insert(open.end(), children.rbegin(), children.rend());
  }
}

std::optional<std::vector<TreeTask>> Trees::build(std::span<const std::size_t> chosen) {
  find_parents();
  for (const WaitRecord& wait : records_.waits()) {
    if (!add_wait(wait)) {
      return std::nullopt;
    }
  }
  add_deliveries();
  const auto untold =
      std::ranges::count_if(members_, [](const auto& member) { return !member.second.is_told_of; });
  const auto parents = std::ranges::count_if(
      members_, [](const auto& member) { return !member.second.task.waits.empty(); });
  if (untold > parents) {
    return std::nullopt;  // more than what begins or ends with the tasks that were chosen
  }
  std::vector<TreeTask> trees;
  for (const std::size_t place : chosen) {
    if (!parents_.contains(place) && is_whole(place)) {
      members_.at(place).task.is_root = true;
      append(place, trees);
    }
  }
  return trees;
}

}  // namespace

std::optional<std::vector<TreeTask>> whole_trees(const TaskRecords& records,
                                                 std::span<const std::size_t> chosen) {
  return Trees(records, chosen).build(chosen);
}

}  // namespace poolscope::experiment
