// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/storage/perfetto_fields.h"
#include "core/storage/recording.h"
#include "core/storage/task_names.h"
#include "core/storage/vocabulary.h"
#include "core/storage/wire.h"
#include "core/trace/directory.h"
#include "core/trace/event.h"

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace poolscope::storage {

/// How far the machine's other clocks are ahead of CLOCK_MONOTONIC, so that a viewer can place a
/// recording.
struct ClockOffsets {
  std::uint64_t boottime_ns = 0;
  std::uint64_t realtime_ns = 0;
};
ClockOffsets read_clock_offsets();

/// Turns one process's events into Perfetto packets, in blocks that stand alone: each begins with a
/// cleared state, a clock snapshot and defaults, and has the names and tracks it uses. Slices
/// always nest and end, also where events were lost: what is added for that, and the counters, is
/// marked as not an event and skipped by our reader. Threads: one at a time.
class BlockEncoder {
 public:
  /// Gets the packets of a block, at most 256 KiB; valid during the call.
  using BlockSink = std::function<void(std::string_view packets)>;

  BlockEncoder(std::shared_ptr<const trace::Directory> directory, std::uint32_t process,
               ClockOffsets clocks, BlockSink sink);

  /// What the recording says of itself, and the process; ends with the end of a block.
  void add_info(const RecordingInfo& info, std::uint64_t time_ns);
  /// The process alone, so that it is known of even if nothing happens in it.
  void add_process(std::uint64_t time_ns);
  /// In the order in which the reader shall hand them on. One older than the last takes a few bytes
  /// more.
  void add(const trace::Event& event);
  /// Hands over what there is of a block.
  void end_block();

 private:
  struct OpenSlice {
    trace::EventKind kind = trace::EventKind::task_started;  // or phase_begin, blocked_begin
    std::uint64_t task = 0;
    std::uint64_t detail = 0;
    std::uint64_t block = 0;  // where it was begun: a reader of another block does not know it
  };
  struct ThreadState {
    std::vector<OpenSlice> open = {};
    std::uint64_t described_in_block = 0;
    trace::NameId worker_name = 0;
    std::int32_t rank = 0;
  };
  struct PoolState {
    std::int64_t depth = 0;
    std::int64_t depth_written = -1;
    std::uint64_t depth_time_ns = 0;
    std::uint64_t finished = 0;
    std::uint64_t finished_written = 0;
    std::uint64_t throughput_time_ns = 0;
    std::uint64_t described_in_block = 0;
  };
  /// An interned id of a name, valid in one block.
  struct Interned {
    std::uint64_t block = 0;
    std::uint32_t iid = 0;
  };

  /// A block is ended before an event that finds it larger than this; one event adds at most 40
  /// KiB.
  static constexpr std::size_t kBlockTarget = 212 * 1024;

  void begin_block(std::uint64_t time_ns);
  void describe_process();
  void describe_threads(trace::ThreadId thread, std::uint64_t time_ns);
  void describe_thread(trace::ThreadId thread);
  void describe_pool(trace::PoolId pool, PoolState& state);
  void write_track(std::string_view track);

  void add_queued(const trace::Event& event);
  void add_started(const trace::Event& event);
  void add_finished(const trace::Event& event);
  void add_begin(const trace::Event& event);
  void add_end(const trace::Event& event);
  void add_delivered(const trace::Event& event);
  void add_in_full(const trace::Event& event, EventType type);
  void close_slices(const trace::Event& event, std::size_t keep);

  void begin_event(EventType type, std::uint64_t track);
  void begin_event(EventField flow, std::uint64_t task, EventType type, std::uint64_t track);
  void set_name(std::uint32_t reserved_iid);
  void set_name(trace::NameId name, std::uint32_t reserved_iid_if_none);
  void set_flow(EventField field, std::uint64_t task);
  void set_category(std::uint32_t iid, Category category);
  void set_pool(trace::PoolId pool);
  void set_task_context(const ThreadState& thread, std::uint64_t task);
  void annotate(Annotation annotation, std::uint64_t value);
  void annotate_text(Annotation annotation, std::string_view value);
  void annotate_interned(Annotation annotation, trace::NameId value);
  std::uint32_t annotation_iid(Annotation annotation);
  void intern(InternedField list, std::uint32_t iid, std::string_view text);
  void write_event(std::uint64_t time_ns);

  void count(const trace::Event& event, bool left_queue);
  void write_counters(PoolState& state, trace::PoolId pool, std::uint64_t time_ns, bool all);
  void write_counter(trace::PoolId pool, CounterTrack counter, std::uint64_t time_ns,
                     std::int64_t value);
  void write_rate(trace::PoolId pool, std::uint64_t time_ns, double value);

  ThreadState& thread_state(trace::ThreadId thread);
  PoolState& pool_state(trace::PoolId pool);
  std::uint64_t context_task(const ThreadState& thread) const;
  std::uint64_t thread_track(trace::ThreadId thread) const {
    return base_ + kThreadTracks + thread;
  }
  std::uint64_t counter_track(trace::PoolId pool, CounterTrack counter) const {
    return base_ + kCounterTracks + std::uint64_t{pool} * 4 + static_cast<std::uint64_t>(counter);
  }

  std::shared_ptr<const trace::Directory> directory_;
  BlockSink sink_;
  ClockOffsets clocks_;
  std::uint32_t sequence_;
  std::uint64_t base_;

  // Of the whole recording.
  TaskNames waiting_;
  std::vector<ThreadState> threads_;
  std::unordered_map<trace::ThreadId, ThreadState>
      unknown_threads_;  // ids the directory never gave
  std::unordered_map<trace::PoolId, PoolState> pools_;
  trace::ThreadId described_threads_ = 0;  // all up to this id have been described somewhere
  bool first_block_ = true;

  // Of the block under way. Block numbers count from 1.
  std::uint64_t block_ = 0;
  bool open_ = false;
  std::uint64_t clock_ns_ = 0;
  trace::PoolId default_pool_ = 0;
  std::vector<Interned> names_;
  std::vector<Interned> texts_;
  std::uint32_t next_name_ = 0;
  std::uint32_t next_text_ = 0;
  std::bitset<kFirstFreeName> reserved_names_;
  std::bitset<kAnnotations> annotations_;
  std::unordered_set<std::uint32_t> categories_;
  std::string packets_;

  // Of the packet under way.
  std::string event_;
  std::string interned_;
  std::string scratch_;
  std::string packet_;
};

}  // namespace poolscope::storage
