// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/state.h"
#include "core/trace/directory.h"
#include "core/trace/event.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace poolscope::session {

/// Files events into columns and makes states of them. What fits the columns is stored there and
/// can be rebuilt from them exactly; everything else is kept word by word in its process's log, and
/// if it should not have come, counted. Threads: one at a time.
class Writer {
 public:
  std::uint32_t add_process(std::shared_ptr<const trace::Directory> directory);
  void consume(std::uint32_t process, std::span<const trace::Event> events);
  void add_anomalies(std::uint64_t count) { state_.anomalies += count; }
  /// All that was consumed. Cost O(lanes and pools that changed since the last call).
  /// Beyond `memory_limit` bytes (0: none) the oldest detail is given up, a little at a call.
  State publish(std::size_t memory_limit = 0);
  /// Whether what comes late waits for publish(): where sorting it in has cost several times as
  /// much as all the rest. A thread's clock does not run backwards, but that of a file made on
  /// purpose may, again and again.
  bool defers() const;

 private:
  struct LaneEntry {
    LaneData data;
    Lane info;
    bool start_seen = false;      // worker_started
    TimeNs first_run = kForever;  // begin and end of all its runs
    TimeNs last_run = PackedColumn::kAbsent;
    bool named = false;                   // by worker_started
    bool changed = false;                 // since the last publish()
    std::size_t bytes = 0;                // as total_bytes_ has it
    std::vector<trace::Event> late = {};  // stamped before what the lane has already
    std::vector<Row> late_submits = {};   // the same for what is kept in order by itself
    std::vector<Row> late_deliveries = {};
    std::vector<TimeNs> late_redeliveries = {};
    std::vector<std::uint32_t> late_failures = {};
    std::vector<SpanTrack::Correction> late_ends = {};  // of runs that went on beside others
    bool unsorted = false;                              // there are such
  };
  struct PoolEntry {
    PoolData data;
    Pool info;
    bool created_seen = false;
    bool changed = false;
    std::size_t bytes = 0;
  };
  struct ProcessEntry {
    ProcessData data;
    std::vector<trace::Event> new_log = {};      // not yet sorted into data.log
    std::vector<std::uint32_t> near_lanes = {};  // by thread id, + 1
    std::unordered_map<trace::ThreadId, std::uint32_t> far_lanes = {};
    std::vector<std::uint32_t> pools = {};  // by pool id, + 1
    bool changed = false;
    std::size_t bytes = 0;
    std::size_t looked_at = 0;               // chunks of rows, by forget_tasks()
    std::deque<std::size_t> held_back = {};  // of those, chunks with a task that was not over
  };
  /// When what the session had taken in by then (forgotten or not) was so much.
  struct Checkpoint {
    TimeNs time = 0;
    std::size_t bytes = 0;
  };

  /// Entries that stay where they are while others are added. A deque is that, too, but finds one
  /// by a division; the writer looks them up many times an event.
  template <typename Entry>
  class Entries {
   public:
    std::size_t size() const { return entries_.size(); }
    Entry& operator[](std::size_t index) { return *entries_[index]; }
    const Entry& operator[](std::size_t index) const { return *entries_[index]; }
    Entry& add() { return *entries_.emplace_back(std::make_unique<Entry>()); }
    auto all() {
      return entries_ | std::views::transform([](auto& entry) -> Entry& { return *entry; });
    }

   private:
    std::vector<std::unique_ptr<Entry>> entries_;
  };

  // writer.cpp: what comes in, and pools
  void take(std::uint32_t process, const trace::Event& event);
  void take_rare(std::uint32_t process, const trace::Event& event);
  void take_queued(std::uint32_t process, const trace::Event& event);
  void note_kind(std::uint32_t process, TaskKey task, trace::NameId name);
  void tell_late(std::uint32_t process, Row row, trace::NameId name_before);
  void take_finished(std::uint32_t process, const trace::Event& event);
  void take_delivered(std::uint32_t process, const trace::Event& event);
  void take_worker_started(std::uint32_t process, const trace::Event& event);
  void take_worker_exited(std::uint32_t process, const trace::Event& event);
  void take_pool_event(std::uint32_t process, const trace::Event& event);
  void add_marker(std::uint32_t process, const trace::Event& event, Marker::Kind kind);
  void keep(std::uint32_t process, const trace::Event& event) {
    processes_[process].new_log.push_back(event);
  }
  void keep_odd(std::uint32_t process, const trace::Event& event) {
    keep(process, event);
    ++state_.anomalies;
  }
  void settle();
  template <typename Values, typename T, typename Key>
  void put_in_order(std::uint32_t lane, Values& values, std::vector<T>& late, T value,
                    const Key& key);
  void note_unsorted(std::uint32_t lane);
  void sort_lanes();
  void sort_lane(LaneEntry& lane);
  void settle_log(ProcessData& process, std::vector<trace::Event>& added);
  std::uint32_t lane_of(std::uint32_t process, const trace::Event& event);
  void note_change(std::uint32_t lane);
  void note_lifetime(LaneEntry& lane, const trace::Event& event);
  std::uint32_t new_lane(std::uint32_t process, trace::ThreadId thread, TimeNs time);
  std::uint32_t pool_of(std::uint32_t process, const trace::Event& event);
  PoolData& pool_data(std::uint32_t process, std::uint32_t pool);
  QueueSteps& queue_of(std::uint32_t process, std::uint32_t pool);
  void refresh_names(LaneEntry& lane);
  void end_loosely(std::uint32_t process, Row row, const trace::Event& event);

  // lane_writer.cpp: what happens on one lane, in its order
  void take_on_lane(std::uint32_t process, const trace::Event& event);
  void feed(std::uint32_t lane, const trace::Event& event);
  void feed_started(std::uint32_t lane, const trace::Event& event);
  void feed_finished(std::uint32_t lane, const trace::Event& event);
  void feed_wait(std::uint32_t lane, const trace::Event& event);
  void feed_exit(LaneEntry& lane, TimeNs time);
  void finish_run(std::uint32_t lane, std::size_t run, const trace::Event& event);
  void abandon_run(LaneEntry& lane, TimeNs time);
  void abandon_wait(LaneEntry& lane, TimeNs time);
  void rebuild(std::uint32_t lane);
  std::vector<trace::Event> take_back_log(std::uint32_t lane);
  void take_back_runs(std::uint32_t lane);
  void take_back_departure(std::uint32_t process, Row row);
  void take_back_loose(std::uint32_t process, Row row);
  TimeNs time_left(std::uint32_t process, Row row) const;
  void leave_queue(std::uint32_t process, std::uint32_t pool, Row row, TimeNs time);

  // activity_writer.cpp: what the workers of a pool do together
  void note_activity(std::uint32_t pool, std::size_t channel, TimeNs time, int change);
  void note_run(const LaneData& lane, std::size_t run, int change);
  void note_end(std::uint32_t pool, TimeNs time, bool failed, int change);
  void note_phases(const LaneData& lane, int change);
  void note_phase(const LaneData& lane, const std::optional<PhaseTrack::Top>& top, TimeNs time,
                  int change);
  void note_phase_changes(const LaneData& lane, std::size_t known, TimeNs time);
  std::uint32_t pool_of_run(const LaneData& lane, std::size_t run) const;
  std::uint32_t pool_of_phase(const LaneData& lane, const PhaseTrack::Top& top) const;

  // forgetting.cpp: staying within a limit of memory
  void seal();
  void keep_within(std::size_t memory_limit);
  void count_bytes();
  void forget_before(TimeNs time);
  void keep_depth(TimeNs time);
  void keep_times(LaneData& lane, TimeNs time) const;
  void forget_tasks(std::uint32_t process, TimeNs time);
  enum class Age { over, under_way, young };
  Age age_of(const ProcessData& process, Row row, TimeNs time) const;
  Age age_of_chunk(const ProcessData& process, std::size_t chunk, TimeNs time) const;
  void forget_chunk(ProcessData& process, std::size_t chunk);

  State state_;  // figures only; the rest is put in by publish()
  Entries<LaneEntry> lanes_;
  Entries<PoolEntry> pools_;
  Entries<ProcessEntry> processes_;
  std::vector<Marker> markers_;
  std::shared_ptr<std::deque<std::string>> names_ = std::make_shared<std::deque<std::string>>();
  std::vector<std::uint32_t> changed_lanes_, changed_pools_, late_lanes_, unsorted_lanes_;
  std::vector<QueueSteps*> unsettled_;
  std::uint64_t sorted_again_ = 0;  // what stood behind events that came late, in all
  std::size_t total_bytes_ = 0;
  std::size_t forgotten_bytes_ = 0;
  std::deque<Checkpoint> checkpoints_;  // of which detail is still there
  bool timed_ = false;                  // an event with a time has come
  bool lanes_changed_ = false;          // what State::lanes says
  bool pools_changed_ = false;
  bool markers_changed_ = false;
};

/// At the end, or into `late` until settle().
template <typename Values, typename T, typename Key>
void Writer::put_in_order(std::uint32_t lane, Values& values, std::vector<T>& late, T value,
                          const Key& key) {
  if (late.empty() && (values.empty() || key(values.back()) <= key(value))) {
    values.push_back(value);
    return;
  }
  late.push_back(value);
  note_unsorted(lane);
}

}  // namespace poolscope::session
