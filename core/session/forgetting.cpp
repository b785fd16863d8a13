// SPDX-License-Identifier: Apache-2.0
// How a session stays within a limit of memory: of what was over long ago only sums are kept.
#include "core/session/deepest_sum.h"
#include "core/session/run_counts.h"
#include "core/session/writer.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace poolscope::session {
namespace {

// What is given up at once, as a share of the limit: little, since the producers' events wait.
constexpr std::size_t kSteps = 1024;
constexpr int kMostSteps = 4;  // a call
constexpr std::size_t kStepWithoutLimit = 16U << 20;
constexpr std::size_t kStepsKept = 8;       // events of other threads may be late by some
constexpr std::size_t kLookedAtAgain = 64;  // chunks a call

/// Writes down the times of the first of `rows` (in order of time), as far as they are before
/// `time`.
template <typename TimeOf>
void keep_row_times(const PackedVector<Row>& rows, PackedColumn& before, TimeNs time,
                    const TimeOf& time_of) {
  std::size_t chunk = before.size() / PackedColumn::kChunk;
  while (before.size() < rows.size() && time_of(rows[before.size()]) < time) {
    before.push_back(time_of(rows[before.size()]));
  }
  for (; (chunk + 1) * PackedColumn::kChunk < before.size(); ++chunk) {
    before.blur(chunk);
  }
}

}  // namespace

void Writer::seal() {
  for (const std::uint32_t index : changed_lanes_) {
    refresh_names(lanes_[index]);
    seal_runs(lanes_[index].data, processes_[lanes_[index].data.process].data.tasks);
  }
  for (const std::uint32_t index : changed_pools_) {
    sorted_again_ += pools_[index].data.seal();
  }
  for (ProcessEntry& process : processes_.all()) {
    sorted_again_ += process.data.poolless.seal();
  }
}

void Writer::keep_within(std::size_t memory_limit) {
  count_bytes();
  const std::size_t taken_in = total_bytes_ + forgotten_bytes_;
  const std::size_t step = memory_limit > 0 ? memory_limit / kSteps + 1 : kStepWithoutLimit;
  if (timed_ && (checkpoints_.empty() || taken_in >= checkpoints_.back().bytes + step)) {
    checkpoints_.push_back({state_.end, taken_in});
  }
  for (int i = 0; i < kMostSteps && memory_limit > 0 && total_bytes_ > memory_limit &&
                  checkpoints_.size() > kStepsKept;
       ++i) {
    const std::size_t before = total_bytes_;
    forget_before(checkpoints_.front().time);
    checkpoints_.pop_front();
    count_bytes();
    forgotten_bytes_ += before - std::min(before, total_bytes_);
  }
}

void Writer::count_bytes() {
  const auto count = [this](std::size_t& known, std::size_t now) {
    total_bytes_ += now;
    total_bytes_ -= std::exchange(known, now);
  };
  for (const std::uint32_t index : changed_lanes_) {
    count(lanes_[index].bytes, lanes_[index].data.bytes());
  }
  for (const std::uint32_t index : changed_pools_) {
    count(pools_[index].bytes, pools_[index].data.bytes());
  }
  for (ProcessEntry& process : processes_.all()) {
    count(process.bytes, process.data.bytes());
  }
}

void Writer::forget_before(TimeNs time) {
  if (state_.complete_since && time <= *state_.complete_since) {
    return;
  }
  keep_depth(time);
  state_.complete_since = time;
  for (std::uint32_t index = 0; index < lanes_.size(); ++index) {
    note_change(index);
    keep_times(lanes_[index].data, time);
    lanes_[index].data.blur_before(time);
  }
  for (std::uint32_t index = 0; index < pools_.size(); ++index) {
    if (!std::exchange(pools_[index].changed, true)) {
      changed_pools_.push_back(index);
    }
    pools_[index].data.queue.blur_before(time);
  }
  for (std::uint32_t process = 0; process < processes_.size(); ++process) {
    processes_[process].changed = true;
    processes_[process].data.poolless.queue.blur_before(time);
    forget_tasks(process, time);
  }
}

/// The queues' steps are about to be blurred, each for itself.
void Writer::keep_depth(TimeNs time) {
  std::vector<const QueueSteps*> queues;
  for (const PoolEntry& pool : pools_.all()) {
    queues.push_back(&pool.data.queue);
  }
  for (const ProcessEntry& process : processes_.all()) {
    queues.push_back(&process.data.poolless.queue);
  }
  std::erase_if(queues, [](const QueueSteps* queue) { return queue->empty(); });
  const TimeNs from = state_.complete_since.value_or(state_.begin);
  if (from < time) {
    const std::uint64_t depth = queues.size() == 1 ? queues.front()->extremes(from, time).max
                                                   : DeepestSum(queues).find(from, time);
    state_.deepest_before.push_back({time, depth});
  }
}

/// Of tasks that are about to be forgotten: when they were submitted, and delivered.
void Writer::keep_times(LaneData& lane, TimeNs time) const {
  const TaskTable& tasks = processes_[lane.process].data.tasks;
  keep_row_times(lane.submits, lane.submitted_before, time,
                 [&](Row row) { return tasks.queued(row); });
  keep_row_times(lane.deliveries, lane.delivered_before, time,
                 [&](Row row) { return tasks.delivered(row); });
}

void Writer::forget_tasks(std::uint32_t process, TimeNs time) {
  ProcessEntry& entry = processes_[process];
  for (std::size_t i = std::min(entry.held_back.size(), kLookedAtAgain); i > 0; --i) {
    const std::size_t chunk = entry.held_back.front();
    entry.held_back.pop_front();
    if (age_of_chunk(entry.data, chunk, time) == Age::over) {
      forget_chunk(entry.data, chunk);
    } else {
      entry.held_back.push_back(chunk);
    }
  }
  const std::size_t chunks = entry.data.tasks.rows() / PackedColumn::kChunk;
  for (; entry.looked_at < chunks; ++entry.looked_at) {
    const Age age = age_of_chunk(entry.data, entry.looked_at, time);
    if (age == Age::young) {
      return;
    }
    if (age == Age::over) {
      forget_chunk(entry.data, entry.looked_at);
    } else {
      entry.held_back.push_back(entry.looked_at);
    }
  }
}

Writer::Age Writer::age_of(const ProcessData& process, Row row, TimeNs time) const {
  const TaskTable& tasks = process.tasks;
  if (tasks.queued(row) >= time || tasks.delivered(row) >= time) {
    return Age::young;
  }
  const TaskTable::Fate fate = tasks.fate(row);
  if (fate.lane == kNone32) {
    return tasks.queued(row) != PackedColumn::kAbsent ? Age::under_way : Age::over;
  }
  if (fate.lane == TaskTable::kLoose) {
    return process.loose[fate.index].time < time ? Age::over : Age::young;
  }
  const SpanTrack& runs = lanes_[fate.lane].data.runs;
  if (fate.index >= runs.closed()) {
    return runs.begin_of(fate.index) < time ? Age::under_way : Age::young;
  }
  return runs[fate.index].end < time ? Age::over : Age::young;
}

Writer::Age Writer::age_of_chunk(const ProcessData& process, std::size_t chunk, TimeNs time) const {
  Age age = Age::over;
  const std::size_t first = chunk * PackedColumn::kChunk;
  for (std::size_t row = first; row < first + PackedColumn::kChunk && age != Age::young; ++row) {
    const Age of_row = age_of(process, static_cast<Row>(row), time);
    age = of_row == Age::over ? age : of_row;
  }
  return age;
}

void Writer::forget_chunk(ProcessData& process, std::size_t chunk) {
  // Runs that are not blurred yet go on to tell how long their tasks waited.
  const std::size_t first = chunk * PackedColumn::kChunk;
  for (std::size_t i = first; i < first + PackedColumn::kChunk; ++i) {
    const auto row = static_cast<Row>(i);
    const TaskTable::Fate fate = process.tasks.fate(row);
    if (fate.lane >= TaskTable::kLoose) {
      continue;
    }
    LaneData& lane = lanes_[fate.lane].data;
    if (fate.index >= lane.blurred && process.tasks.queued(row) != PackedColumn::kAbsent) {
      lane.queued_before.set(fate.index, process.tasks.queued(row));
    }
  }
  process.tasks.forget(chunk);
}

}  // namespace poolscope::session
