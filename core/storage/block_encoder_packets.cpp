// SPDX-License-Identifier: Apache-2.0
// The lower half of BlockEncoder: packets, names, tracks and counters.
#include "core/storage/block_encoder.h"

#include <algorithm>

namespace poolscope::storage {

namespace {

using protozero::pbf_builder;

// Between samples of a queue's depth: more would be a large part of what a pool of a thousand tasks
// a second records (4 ms: 6 of 75 bytes a task), and our reader does not need them.
constexpr std::uint64_t kDepthInterval = 25'000'000;        // ns
constexpr std::uint64_t kThroughputInterval = 250'000'000;  // ns

void add_packet(std::string& packets, std::string_view packet) {
  pbf_builder<TraceField>(packets).add_message(TraceField::packet, packet);
}

}  // namespace

// --- blocks and tracks ---

void BlockEncoder::begin_block(std::uint64_t time_ns) {
  ++block_;
  open_ = true;
  clock_ns_ = time_ns;
  next_name_ = kFirstFreeName;
  next_text_ = 1;
  reserved_names_.reset();
  annotations_.reset();
  categories_.clear();

  packet_.clear();
  pbf_builder<PacketField> packet(packet_);
  packet.add_uint32(PacketField::trusted_packet_sequence_id, sequence_);
  packet.add_uint32(PacketField::sequence_flags, kStateCleared);
  if (first_block_) {
    packet.add_bool(PacketField::first_packet_on_sequence, true);
  }
  {
    pbf_builder<DefaultsField> defaults(packet, PacketField::trace_packet_defaults);
    defaults.add_uint32(DefaultsField::timestamp_clock_id, kFirstSequenceClock);
  }
  interned_.clear();
  intern(InternedField::event_categories, kMappingCategoryId,
         category_text({Category::Kind::mapping, 0}));
  intern(InternedField::event_categories, kDefaultPoolCategoryId,
         category_text({Category::Kind::default_pool, default_pool_}));
  packet.add_message(PacketField::interned_data, interned_);
  interned_.clear();
  {
    pbf_builder<ClockSnapshotField> snapshot(packet, PacketField::clock_snapshot);
    const auto clock = [&](std::uint32_t id, std::uint64_t time, bool incremental) {
      pbf_builder<ClockField> entry(snapshot, ClockSnapshotField::clocks);
      entry.add_uint32(ClockField::clock_id, id);
      entry.add_uint64(ClockField::timestamp, time);
      if (incremental) {
        entry.add_bool(ClockField::is_incremental, true);
      }
    };
    clock(kClockBoottime, time_ns + clocks_.boottime_ns, false);
    clock(kClockMonotonic, time_ns, false);
    clock(kClockRealtime, time_ns + clocks_.realtime_ns, false);
    clock(kFirstSequenceClock, time_ns, true);
  }
  add_packet(packets_, packet_);
  describe_process();
}

void BlockEncoder::write_track(std::string_view track) {
  packet_.clear();
  pbf_builder<PacketField> packet(packet_);
  packet.add_uint32(PacketField::trusted_packet_sequence_id, sequence_);
  packet.add_message(PacketField::track_descriptor, track);
  add_packet(packets_, packet_);
}

void BlockEncoder::describe_process() {
  std::string track;
  if (base_ == 0) {  // the root belongs to the whole file
    pbf_builder<TrackField> root(track);
    root.add_uint64(TrackField::uuid, 0);
    root.add_int32(TrackField::thread_ordering, kOrderingExplicit);
    write_track(track);
    track.clear();
  }
  pbf_builder<TrackField> descriptor(track);
  descriptor.add_uint64(TrackField::uuid, base_ + kProcessTrack);
  {
    pbf_builder<ProcessField> process(descriptor, TrackField::process);
    process.add_int32(ProcessField::pid, static_cast<std::int32_t>(directory_->process().pid));
    process.add_string(ProcessField::process_name, bounded_text(directory_->process().name));
  }
  write_track(track);
  track.clear();
  pbf_builder<TrackField> notes(track);
  notes.add_uint64(TrackField::uuid, base_ + kNotesTrack);
  notes.add_string(TrackField::name, "Pool");
  notes.add_uint64(TrackField::parent_uuid, base_ + kProcessTrack);
  write_track(track);
}

/// Describes `thread` where this block has not, and once in a file every thread with a lower id:
/// our reader gives ids in the order in which it hears of threads.
void BlockEncoder::describe_threads(trace::ThreadId thread, std::uint64_t time_ns) {
  const bool known = thread <= directory_->thread_count();
  while (known && described_threads_ < thread) {
    if (packets_.size() >= kBlockTarget) {
      end_block();
    }
    if (!open_) {
      begin_block(time_ns);
    }
    describe_thread(++described_threads_);
  }
  if (!open_) {
    begin_block(time_ns);
  }
  if (thread_state(thread).described_in_block != block_) {
    describe_thread(thread);
  }
}

void BlockEncoder::describe_thread(trace::ThreadId thread) {
  ThreadState& state = thread_state(thread);
  state.described_in_block = block_;
  const trace::ThreadInfo info = directory_->thread(thread);
  std::string track;
  pbf_builder<TrackField> descriptor(track);
  descriptor.add_uint64(TrackField::uuid, thread_track(thread));
  {
    pbf_builder<ThreadField> entry(descriptor, TrackField::thread);
    entry.add_int32(ThreadField::pid, static_cast<std::int32_t>(directory_->process().pid));
    entry.add_int64(ThreadField::tid, info.os_id != 0 ? info.os_id : invented_tid(thread));
    const std::string_view name =
        info.name.empty() ? directory_->name(state.worker_name) : std::string_view(info.name);
    entry.add_string(ThreadField::thread_name, bounded_text(name));
  }
  if (state.rank != 0) {
    descriptor.add_int32(TrackField::sibling_order_rank, state.rank);
  }
  write_track(track);
}

void BlockEncoder::describe_pool(trace::PoolId pool, PoolState& state) {
  if (state.described_in_block == block_) {
    return;
  }
  state.described_in_block = block_;
  const std::string suffix = pool > 1 ? " of pool " + std::to_string(pool) : std::string();
  const auto describe = [&](CounterTrack counter, std::string_view name, std::string_view unit) {
    std::string track;
    pbf_builder<TrackField> descriptor(track);
    descriptor.add_uint64(TrackField::uuid, counter_track(pool, counter));
    descriptor.add_string(TrackField::name, std::string(name) + suffix);
    descriptor.add_uint64(TrackField::parent_uuid, base_ + kProcessTrack);
    {
      pbf_builder<CounterField> entry(descriptor, TrackField::counter);
      if (unit.empty()) {
        entry.add_int32(CounterField::unit, kUnitCount);
      } else {
        entry.add_string(CounterField::unit_name, unit);
      }
    }
    write_track(track);
  };
  describe(CounterTrack::queue_depth, "Queue depth", {});
  describe(CounterTrack::max_workers, "max_workers", {});
  describe(CounterTrack::throughput, "Throughput", "tasks/s");
}

// --- one event ---

void BlockEncoder::begin_event(EventType type, std::uint64_t track) {
  event_.clear();
  interned_.clear();
  pbf_builder<EventField> event(event_);
  event.add_int32(EventField::type, static_cast<std::int32_t>(type));
  event.add_uint64(EventField::track_uuid, track);
}

/// The order of fields is free. This one, with a packet's timestamp last, puts what changes from
/// event to event side by side, which saves 3 of 27 bytes a task of the compressed file.
void BlockEncoder::begin_event(EventField flow, std::uint64_t task, EventType type,
                               std::uint64_t track) {
  event_.clear();
  interned_.clear();
  set_flow(flow, task);
  pbf_builder<EventField> event(event_);
  event.add_int32(EventField::type, static_cast<std::int32_t>(type));
  event.add_uint64(EventField::track_uuid, track);
}

void BlockEncoder::set_name(std::uint32_t reserved_iid) {
  if (!reserved_names_[reserved_iid]) {
    reserved_names_.set(reserved_iid);
    intern(InternedField::event_names, reserved_iid, reserved_name(reserved_iid));
  }
  pbf_builder<EventField>(event_).add_uint64(EventField::name_iid, reserved_iid);
}

void BlockEncoder::set_name(trace::NameId name, std::uint32_t reserved_iid_if_none) {
  if (name == 0 || name > directory_->name_count()) {
    return set_name(reserved_iid_if_none);
  }
  if (name >= names_.size()) {
    names_.resize(directory_->name_count() + 1);
  }
  Interned& entry = names_[name];
  if (entry.block != block_) {
    entry = {block_, next_name_++};
    intern(InternedField::event_names, entry.iid, directory_->name(name));
  }
  pbf_builder<EventField>(event_).add_uint64(EventField::name_iid, entry.iid);
}

void BlockEncoder::set_flow(EventField field, std::uint64_t task) {
  pbf_builder<EventField>(event_).add_fixed64(field, task ^ base_);
}

void BlockEncoder::set_category(std::uint32_t iid, Category category) {
  if (categories_.insert(iid).second) {
    intern(InternedField::event_categories, iid, category_text(category));
  }
  pbf_builder<EventField>(event_).add_uint64(EventField::category_iids, iid);
}

void BlockEncoder::set_pool(trace::PoolId pool) {
  if (pool != default_pool_) {
    set_category(kPoolCategories + pool, {Category::Kind::pool, pool});
  }
}

/// The task of a phase or a wait is the one that the thread runs; said only where a reader of this
/// block cannot know.
void BlockEncoder::set_task_context(const ThreadState& thread, std::uint64_t task) {
  if (task != context_task(thread)) {
    annotate(Annotation::task, task);
  }
}

std::uint64_t BlockEncoder::context_task(const ThreadState& thread) const {
  const auto slice =
      std::find_if(thread.open.rbegin(), thread.open.rend(), [&](const OpenSlice& s) {
        return s.kind == trace::EventKind::task_started && s.block == block_;
      });
  return slice == thread.open.rend() ? 0 : slice->task;
}

std::uint32_t BlockEncoder::annotation_iid(Annotation annotation) {
  const auto iid = static_cast<std::uint32_t>(annotation);
  if (!annotations_[iid]) {
    annotations_.set(iid);
    intern(InternedField::debug_annotation_names, iid, annotation_text(annotation));
  }
  return iid;
}

void BlockEncoder::annotate(Annotation annotation, std::uint64_t value) {
  scratch_.clear();
  pbf_builder<AnnotationField> entry(scratch_);
  entry.add_uint64(AnnotationField::name_iid, annotation_iid(annotation));
  entry.add_uint64(AnnotationField::uint_value, value);
  pbf_builder<EventField>(event_).add_message(EventField::debug_annotations, scratch_);
}

void BlockEncoder::annotate_text(Annotation annotation, std::string_view value) {
  scratch_.clear();
  pbf_builder<AnnotationField> entry(scratch_);
  entry.add_uint64(AnnotationField::name_iid, annotation_iid(annotation));
  entry.add_string(AnnotationField::string_value, bounded_text(value));
  pbf_builder<EventField>(event_).add_message(EventField::debug_annotations, scratch_);
}

void BlockEncoder::annotate_interned(Annotation annotation, trace::NameId value) {
  if (value > directory_->name_count()) {
    return;
  }
  if (value >= texts_.size()) {
    texts_.resize(directory_->name_count() + 1);
  }
  Interned& text = texts_[value];
  if (text.block != block_) {
    text = {block_, next_text_++};
    intern(InternedField::debug_annotation_string_values, text.iid, directory_->name(value));
  }
  scratch_.clear();
  pbf_builder<AnnotationField> entry(scratch_);
  entry.add_uint64(AnnotationField::name_iid, annotation_iid(annotation));
  entry.add_uint64(AnnotationField::string_value_iid, text.iid);
  pbf_builder<EventField>(event_).add_message(EventField::debug_annotations, scratch_);
}

void BlockEncoder::intern(InternedField list, std::uint32_t iid, std::string_view text) {
  pbf_builder<InternedField> interned(interned_);
  pbf_builder<InternedEntryField> entry(interned, list);
  entry.add_uint64(InternedEntryField::iid, iid);
  entry.add_string(InternedEntryField::text, bounded_text(text));
}

void BlockEncoder::write_event(std::uint64_t time_ns) {
  packet_.clear();
  pbf_builder<PacketField> packet(packet_);
  packet.add_uint32(PacketField::trusted_packet_sequence_id, sequence_);
  packet.add_uint32(PacketField::sequence_flags, kNeedsState);
  packet.add_message(PacketField::track_event, event_);
  if (!interned_.empty()) {
    packet.add_message(PacketField::interned_data, interned_);
  }
  if (time_ns >= clock_ns_) {
    packet.add_uint64(PacketField::timestamp, time_ns - clock_ns_);
    clock_ns_ = time_ns;
  } else {
    packet.add_uint64(PacketField::timestamp, time_ns);
    packet.add_uint32(PacketField::timestamp_clock_id, kClockMonotonic);
  }
  add_packet(packets_, packet_);
}

// --- counters, for other viewers ---

void BlockEncoder::count(const trace::Event& event, bool left_queue) {
  PoolState& pool = pool_state(event.pool);
  if (left_queue) {
    pool.depth = std::max<std::int64_t>(pool.depth - 1, 0);
  } else {
    ++pool.finished;
  }
  write_counters(pool, event.pool, event.time_ns, false);
}

void BlockEncoder::write_counters(PoolState& state, trace::PoolId pool, std::uint64_t time_ns,
                                  bool all) {
  if (state.depth != state.depth_written &&
      (all || time_ns >= state.depth_time_ns + kDepthInterval)) {
    write_counter(pool, CounterTrack::queue_depth, time_ns, state.depth);
    state.depth_written = state.depth;
    state.depth_time_ns = time_ns;
  }
  if (state.throughput_time_ns == 0) {
    state.throughput_time_ns = time_ns;
  }
  const std::uint64_t elapsed = time_ns - state.throughput_time_ns;
  if (time_ns > state.throughput_time_ns && elapsed >= kThroughputInterval) {
    const auto finished = static_cast<double>(state.finished - state.finished_written);
    write_rate(pool, time_ns, finished * 1e9 / static_cast<double>(elapsed));
    state.finished_written = state.finished;
    state.throughput_time_ns = time_ns;
  }
}

void BlockEncoder::write_counter(trace::PoolId pool, CounterTrack counter, std::uint64_t time_ns,
                                 std::int64_t value) {
  describe_pool(pool, pool_state(pool));
  begin_event(EventType::counter, counter_track(pool, counter));
  pbf_builder<EventField>(event_).add_int64(EventField::counter_value, value);
  write_event(time_ns);
}

void BlockEncoder::write_rate(trace::PoolId pool, std::uint64_t time_ns, double value) {
  describe_pool(pool, pool_state(pool));
  begin_event(EventType::counter, counter_track(pool, CounterTrack::throughput));
  pbf_builder<EventField>(event_).add_double(EventField::double_counter_value, value);
  write_event(time_ns);
}

// --- what is kept of threads and pools ---

BlockEncoder::ThreadState& BlockEncoder::thread_state(trace::ThreadId thread) {
  if (thread < threads_.size()) {
    return threads_[thread];
  }
  const std::size_t count = directory_->thread_count() + 1;
  if (thread < count) {
    threads_.resize(count);
    return threads_[thread];
  }
  return unknown_threads_[thread];
}

BlockEncoder::PoolState& BlockEncoder::pool_state(trace::PoolId pool) {
  return pools_[pool];
}

}  // namespace poolscope::storage
