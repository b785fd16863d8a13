// SPDX-License-Identifier: Apache-2.0
#include "core/storage/block_encoder.h"

#include "core/trace/clock.h"

#include <algorithm>
#include <utility>

namespace poolscope::storage {

namespace {

using protozero::pbf_builder;
using trace::Event;
using trace::EventKind;
using trace::Outcome;

/// Slices of one thread that are open at once; deeper ones are told in full, as instants.
constexpr std::size_t kMaxOpenSlices = 64;
/// Several pools' workers stand below each other in a viewer.
constexpr std::int32_t kRanksPerPool = 4096;

bool tells_thread_by_track(EventKind kind) {
  switch (kind) {
    case EventKind::marker:
    case EventKind::paused:
    case EventKind::resumed:
    case EventKind::pool_created:
    case EventKind::pool_shut_down:
    case EventKind::pool_broken:
    case EventKind::max_workers_changed:
      return false;
    default:
      return true;
  }
}

}  // namespace

ClockOffsets read_clock_offsets() {
  const std::uint64_t monotonic = trace::now_ns();
  return {.boottime_ns = trace::read_clock_ns(CLOCK_BOOTTIME) - monotonic,
          .realtime_ns = trace::read_clock_ns(CLOCK_REALTIME) - monotonic};
}

BlockEncoder::BlockEncoder(std::shared_ptr<const trace::Directory> directory, std::uint32_t process,
                           ClockOffsets clocks, BlockSink sink)
    : directory_(std::move(directory)),
      sink_(std::move(sink)),
      clocks_(clocks),
      sequence_(process + 1),
      base_(track_base(process)) {
  packets_.reserve(kBlockTarget + 64 * 1024);
}

void BlockEncoder::add_info(const RecordingInfo& info, std::uint64_t time_ns) {
  if (!open_) {
    begin_block(time_ns);
  }
  const auto note = [&](auto&& annotations) {
    if (packets_.size() >= kBlockTarget) {
      end_block();
      begin_block(time_ns);
    }
    begin_event(EventType::instant, base_ + kNotesTrack);
    pbf_builder<EventField>(event_).add_string(EventField::name, "recording");
    annotations();
    write_event(time_ns);
  };
  note([&] {
    annotate_text(Annotation::version, info.version);
    annotate_text(Annotation::scenario_name, info.scenario_name);
  });
  for (std::string_view toml = info.scenario_toml; !toml.empty();) {
    const std::string_view part = bounded_text(toml);
    note([&] { annotate_text(Annotation::scenario_toml, part); });
    toml.remove_prefix(part.size());
  }
  for (const auto& [key, value] : info.settings) {
    note([&] {
      scratch_.clear();
      pbf_builder<AnnotationField> annotation(scratch_);
      annotation.add_string(AnnotationField::name,
                            std::string(kSettingPrefix).append(bounded_text(key)));
      annotation.add_string(AnnotationField::string_value, bounded_text(value));
      pbf_builder<EventField>(event_).add_message(EventField::debug_annotations, scratch_);
    });
  }
  end_block();
}

void BlockEncoder::add_process(std::uint64_t time_ns) {
  if (!open_) {
    begin_block(time_ns);
  }
  end_block();
}

void BlockEncoder::add(const Event& event) {
  if (packets_.size() >= kBlockTarget) {
    end_block();
  }
  if (event.pool != 0 && !open_) {
    default_pool_ = event.pool;
  }
  describe_threads(event.thread, event.time_ns);
  switch (event.kind) {
    case EventKind::task_queued:
      return add_queued(event);
    case EventKind::task_started:
      return add_started(event);
    case EventKind::task_finished:
      return add_finished(event);
    case EventKind::phase_begin:
    case EventKind::blocked_begin:
      return add_begin(event);
    case EventKind::phase_end:
    case EventKind::blocked_end:
      return add_end(event);
    case EventKind::result_delivered:
      return add_delivered(event);
    case EventKind::worker_started: {
      ThreadState& worker = thread_state(event.thread);
      worker.worker_name = trace::worker_name(event.detail);
      const std::uint32_t index = std::min<std::uint32_t>(trace::worker_index(event.detail), 4094);
      worker.rank =
          std::max(event.pool - 1, 0) * kRanksPerPool + static_cast<std::int32_t>(index) + 1;
      worker.described_in_block = 0;  // now its place is known
      return add_in_full(event, EventType::instant);
    }
    case EventKind::worker_exited:
      close_slices(event, 0);
      return add_in_full(event, EventType::instant);
    case EventKind::pool_created:
    case EventKind::max_workers_changed: {
      add_in_full(event, EventType::instant);
      const std::uint32_t now = event.kind == EventKind::pool_created
                                    ? trace::pool_max_workers(event.detail)
                                    : trace::max_workers_now(event.detail);
      return write_counter(event.pool, CounterTrack::max_workers, event.time_ns, now);
    }
    default:
      return add_in_full(event, EventType::instant);
  }
}

void BlockEncoder::end_block() {
  if (!open_) {
    return;
  }
  for (auto& [pool, state] : pools_) {
    write_counters(state, pool, clock_ns_, true);
  }
  sink_(packets_);
  packets_.clear();
  open_ = false;
  first_block_ = false;
}

// --- the kinds of events ---

void BlockEncoder::add_queued(const Event& event) {
  waiting_.put(event.task, static_cast<trace::NameId>(event.detail));
  if (event.outcome != Outcome::ok || split_detail(event.kind, event.detail).rest != 0) {
    add_in_full(event, EventType::instant);
  } else {
    begin_event(EventField::flow_ids, event.task, EventType::instant, thread_track(event.thread));
    set_name(static_cast<trace::NameId>(event.detail), kUnnamedTask);
    set_pool(event.pool);
    write_event(event.time_ns);
  }
  PoolState& pool = pool_state(event.pool);
  ++pool.depth;
  write_counters(pool, event.pool, event.time_ns, false);
}

void BlockEncoder::add_started(const Event& event) {
  close_slices(event, 0);
  const trace::NameId name = waiting_.take(event.task);
  if (event.outcome != Outcome::ok || event.detail != 0) {
    add_in_full(event, EventType::slice_begin);
  } else {
    begin_event(EventField::flow_ids, event.task, EventType::slice_begin,
                thread_track(event.thread));
    set_name(name, kUnnamedTask);
    set_pool(event.pool);
    write_event(event.time_ns);
  }
  thread_state(event.thread).open.push_back({event.kind, event.task, event.detail, block_});
  PoolState& pool = pool_state(event.pool);
  pool.depth = std::max<std::int64_t>(pool.depth - 1, 0);
  write_counters(pool, event.pool, event.time_ns, false);
}

void BlockEncoder::add_finished(const Event& event) {
  ThreadState& thread = thread_state(event.thread);
  const auto slice = std::find_if(thread.open.begin(), thread.open.end(), [&](const OpenSlice& s) {
    return s.kind == EventKind::task_started && s.task == event.task;
  });
  if (slice == thread.open.end()) {  // cancelled while it waited, or its start was lost
    waiting_.take(event.task);
    add_in_full(event, EventType::instant);
    return count(event, event.outcome == Outcome::cancelled);
  }
  const auto depth = static_cast<std::size_t>(slice - thread.open.begin());
  close_slices(event, depth + 1);
  const bool known = thread.open.back().block == block_;
  thread.open.pop_back();
  if (!known || event.outcome > Outcome::cancelled) {
    add_in_full(event, EventType::slice_end);
    return count(event, false);
  }
  begin_event(EventType::slice_end, thread_track(event.thread));
  set_pool(event.pool);
  if (event.outcome != Outcome::ok) {
    annotate_text(Annotation::outcome, event.outcome == Outcome::error ? "error" : "cancelled");
  }
  if (const trace::NameId error = trace::finished_error(event.detail)) {
    annotate_interned(Annotation::error, error);
  }
  if (const std::uint64_t cpu_ns = trace::finished_cpu_ns(event.detail)) {
    annotate(Annotation::cpu_ns, cpu_ns);
  }
  write_event(event.time_ns);
  count(event, false);
}

void BlockEncoder::add_begin(const Event& event) {
  ThreadState& thread = thread_state(event.thread);
  if (thread.open.size() >= kMaxOpenSlices) {
    return add_in_full(event, EventType::instant);
  }
  const bool phase = event.kind == EventKind::phase_begin;
  const DetailParts parts = split_detail(event.kind, event.detail);
  const auto reason = static_cast<std::uint16_t>(trace::blocked_reason(event.detail));
  const bool timed = trace::blocked_timed(event.detail);
  const bool common =
      event.outcome == Outcome::ok &&
      (phase ? parts.rest < trace::kPhaseKinds
             : event.detail == trace::blocked_detail(trace::blocked_reason(event.detail),
                                                     trace::blocked_awaited(event.detail), timed));
  if (!common) {
    add_in_full(event, EventType::slice_begin);
  } else {
    begin_event(EventType::slice_begin, thread_track(event.thread));
    if (phase) {
      const auto kind = static_cast<std::uint16_t>(parts.rest);
      set_name(parts.name, kPhaseNames + kind);
      set_category(kPhaseCategories + kind, {Category::Kind::phase, kind});
    } else {
      set_name(kBlockNames + reason);
      set_category(kBlockCategories + reason, {Category::Kind::block, reason});
      if (const std::uint64_t awaited = trace::blocked_awaited(event.detail)) {
        annotate(Annotation::awaited, awaited);
      }
      if (timed) {
        annotate(Annotation::timed, 1);
      }
    }
    set_pool(event.pool);
    set_task_context(thread, event.task);
    write_event(event.time_ns);
  }
  thread.open.push_back({event.kind, event.task, event.detail, block_});
}

void BlockEncoder::add_end(const Event& event) {
  ThreadState& thread = thread_state(event.thread);
  const EventKind begin =
      event.kind == EventKind::phase_end ? EventKind::phase_begin : EventKind::blocked_begin;
  if (thread.open.empty() || thread.open.back().kind != begin ||
      thread.open.back().task != event.task || thread.open.back().detail != event.detail) {
    return add_in_full(event, EventType::instant);
  }
  const bool known = thread.open.back().block == block_;
  thread.open.pop_back();
  if (!known || event.outcome != Outcome::ok) {
    return add_in_full(event, EventType::slice_end);
  }
  begin_event(EventType::slice_end, thread_track(event.thread));
  set_pool(event.pool);
  write_event(event.time_ns);
}

void BlockEncoder::add_delivered(const Event& event) {
  if (event.outcome != Outcome::ok || event.detail != 0) {
    return add_in_full(event, EventType::instant);
  }
  begin_event(EventField::terminating_flow_ids, event.task, EventType::instant,
              thread_track(event.thread));
  set_name(kResultName);
  set_pool(event.pool);
  write_event(event.time_ns);
}

/// Says everything of an event in annotations: for rare kinds, and where the short form would not
/// come back the same.
void BlockEncoder::add_in_full(const Event& event, EventType type) {
  const bool on_thread = type != EventType::instant || tells_thread_by_track(event.kind);
  begin_event(type, on_thread ? thread_track(event.thread) : base_ + kNotesTrack);
  const DetailParts parts = split_detail(event.kind, event.detail);
  const std::string_view text = directory_->name(parts.name);
  const auto kind = static_cast<std::uint32_t>(event.kind);
  if (type != EventType::slice_end) {
    if (event.kind == EventKind::marker && !text.empty()) {
      set_name(parts.name, 0);
    } else {
      set_name(kKindNames + (reserved_name(kKindNames + kind).empty() ? 0 : kind));
    }
  }
  set_pool(event.pool);
  annotate(Annotation::kind, kind);
  if (event.task != 0) {
    annotate(Annotation::task, event.task);
    if (event.kind == EventKind::task_finished && type == EventType::instant) {
      set_flow(EventField::flow_ids, event.task);  // the arrow goes on to whoever cancelled
    }
  }
  if (event.outcome != Outcome::ok) {
    annotate(Annotation::result, static_cast<std::uint64_t>(event.outcome));
  }
  if (parts.rest != 0) {
    annotate(Annotation::detail, parts.rest);
  }
  if (!text.empty()) {
    annotate_text(Annotation::name, text);
  }
  if (!on_thread && event.thread != 0) {
    annotate(Annotation::thread, event.thread);
  }
  write_event(event.time_ns);
}

/// Ends what is still open above `keep` slices of the event's thread, for viewers: their ends were
/// lost.
void BlockEncoder::close_slices(const Event& event, std::size_t keep) {
  ThreadState& thread = thread_state(event.thread);
  while (thread.open.size() > keep) {
    thread.open.pop_back();
    begin_event(EventType::slice_end, thread_track(event.thread));
    annotate(Annotation::kind, 0);
    write_event(event.time_ns);
  }
}

}  // namespace poolscope::storage
