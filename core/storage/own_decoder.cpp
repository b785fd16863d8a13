// SPDX-License-Identifier: Apache-2.0
#include "core/storage/own_decoder.h"

#include "core/storage/perfetto_fields.h"
#include "core/storage/wire.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace poolscope::storage {

namespace {

using protozero::pbf_message;
using trace::Event;
using trace::EventKind;
using trace::Outcome;

/// Events handed over at once.
constexpr std::size_t kBatch = 16 * 1024;
/// As many ids of names as a block can have.
constexpr std::uint64_t kMaxNames = std::uint64_t{1} << 20;
constexpr std::size_t kMaxOpenSlices = 256;
/// What a damaged file may claim of a scenario file.
constexpr std::size_t kMaxToml = std::size_t{16} << 20;
constexpr std::size_t kMaxSettings = 4096;

void remember(std::vector<trace::NameId>& ids, std::uint64_t iid, trace::NameId id) {
  if (iid >= kMaxNames) {
    return;
  }
  if (iid >= ids.size()) {
    ids.resize(static_cast<std::size_t>(iid) + 1);
  }
  ids[static_cast<std::size_t>(iid)] = id;
}

trace::NameId recall(const std::vector<trace::NameId>& ids, std::uint64_t iid) {
  return iid < ids.size() ? ids[static_cast<std::size_t>(iid)] : 0;
}

}  // namespace

OwnDecoder::OwnDecoder(session::Session& session, SessionFiller& filler, std::uint32_t sequence,
                       std::uint32_t max_threads)
    : session_(session),
      filler_(filler),
      base_(track_base(sequence - 1)),
      max_threads_(max_threads) {}

void OwnDecoder::decode(const Packet& packet, RecordingInfo& info) {
  if ((packet.flags & kStateCleared) != 0) {
    begin_block();
  }
  if (packet.interned_data) {
    read_interned(*packet.interned_data);
  }
  if (packet.clock_snapshot) {
    return read_clocks(*packet.clock_snapshot);
  }
  if (packet.track_descriptor) {
    return read_track(*packet.track_descriptor);
  }
  if (!packet.track_event) {
    return;
  }
  std::uint64_t time_ns = packet.timestamp.value_or(0);
  if (!packet.clock_id || *packet.clock_id == kFirstSequenceClock) {
    clock_ns_ += time_ns;
    time_ns = clock_ns_;
  }
  const Parsed parsed = read_event(*packet.track_event, info);
  if (parsed.type == static_cast<std::int32_t>(EventType::counter) || parsed.about_recording) {
    return;
  }
  add_event(parsed, time_ns);
}

void OwnDecoder::begin_block() {
  ++block_;
  clock_ns_ = 0;
  names_.clear();
  texts_.clear();
  categories_.clear();
  annotations_.fill(Annotation::none);
}

void OwnDecoder::deliver() {
  if (!events_.empty()) {
    filler_.put(sink_, events_);
  }
}

void OwnDecoder::finish() {
  deliver();
  filler_.wait();
  if (sink_) {
    sink_->consume({});
  }
}

void OwnDecoder::open_process(trace::ProcessInfo process) {
  if (!directory_) {
    directory_ = std::make_shared<trace::Directory>(std::move(process));
    sink_ = session_.add_process(directory_);
  }
}

// --- what a block says of clocks, names and tracks ---

void OwnDecoder::read_clocks(std::string_view snapshot) {
  pbf_message<ClockSnapshotField> message(snapshot);
  while (message.next()) {
    if (message.tag_and_type() != bytes(ClockSnapshotField::clocks)) {
      message.skip();
      continue;
    }
    const ClockReading clock = parse_clock(message.get_view());
    if (clock.id == kFirstSequenceClock) {
      clock_ns_ = clock.time;
    }
  }
}

void OwnDecoder::read_interned(std::string_view data) {
  pbf_message<InternedField> message(data);
  while (message.next()) {
    const std::uint32_t field = message.tag_and_type();
    if (field != bytes(InternedField::event_names) &&
        field != bytes(InternedField::debug_annotation_string_values) &&
        field != bytes(InternedField::event_categories) &&
        field != bytes(InternedField::debug_annotation_names)) {
      message.skip();
      continue;
    }
    const InternedEntry entry = parse_interned_entry(message.get_view());
    if (field == bytes(InternedField::event_names) ||
        field == bytes(InternedField::debug_annotation_string_values)) {
      open_process({});  // not sooner: the process may be told after the first interned data
    }
    if (field == bytes(InternedField::event_names)) {
      // The reserved ones are for viewers.
      remember(names_, entry.iid, entry.iid < kFirstFreeName ? 0 : directory_->intern(entry.text));
    } else if (field == bytes(InternedField::debug_annotation_string_values)) {
      remember(texts_, entry.iid, directory_->intern(entry.text));
    } else if (field == bytes(InternedField::debug_annotation_names)) {
      if (entry.iid < annotations_.size()) {
        annotations_[static_cast<std::size_t>(entry.iid)] = annotation_of(entry.text);
      }
    } else {
      const Category category = category_of(entry.text);
      categories_[entry.iid] = category;
      if (category.kind == Category::Kind::default_pool) {
        default_pool_ = category.value;
      }
    }
  }
}

void OwnDecoder::read_track(std::string_view data) {
  std::uint64_t uuid = 0;
  std::optional<std::string_view> process;
  std::optional<std::string_view> thread;
  pbf_message<TrackField> message(data);
  while (message.next()) {
    switch (message.tag_and_type()) {
      case varint(TrackField::uuid):
        uuid = message.get_uint64();
        break;
      case bytes(TrackField::process):
        process = message.get_view();
        break;
      case bytes(TrackField::thread):
        thread = message.get_view();
        break;
      default:
        message.skip();
    }
  }
  if (process && uuid == base_ + kProcessTrack) {
    read_process(*process);
  } else if (thread) {
    const auto id = thread_of_track(uuid, base_);
    if (!id || *id > max_threads_) {
      ++damaged_;
    } else if (*id != 0) {
      read_thread(*id, *thread);
    }
  }
}

void OwnDecoder::read_process(std::string_view data) {
  if (directory_) {
    return;  // each block says it again
  }
  trace::ProcessInfo process;
  pbf_message<ProcessField> message(data);
  while (message.next()) {
    switch (message.tag_and_type()) {
      case varint(ProcessField::pid):
        process.pid = message.get_int32();
        break;
      case bytes(ProcessField::process_name):
        process.name = std::string(message.get_view());
        break;
      default:
        message.skip();
    }
  }
  open_process(std::move(process));
}

void OwnDecoder::read_thread(trace::ThreadId thread, std::string_view data) {
  open_process({});
  trace::ThreadInfo info;
  pbf_message<ThreadField> message(data);
  while (message.next()) {
    switch (message.tag_and_type()) {
      case varint(ThreadField::tid):
        info.os_id = message.get_int64();
        break;
      case bytes(ThreadField::thread_name):
        info.name = std::string(message.get_view());
        break;
      default:
        message.skip();
    }
  }
  if (info.os_id == invented_tid(thread)) {
    info.os_id = 0;
  }
  if (thread <= directory_->thread_count()) {
    if (directory_->thread(thread).name != info.name) {
      directory_->set_thread_name(thread, info.name);
    }
    return;
  }
  while (directory_->thread_count() + 1 < thread) {
    directory_->add_thread({});  // its description was in a block that cannot be read
  }
  directory_->add_thread(std::move(info));
}

// --- events ---

OwnDecoder::Parsed OwnDecoder::read_event(std::string_view data, RecordingInfo& info) {
  Parsed parsed;
  pbf_message<EventField> message(data);
  while (message.next()) {
    switch (message.tag_and_type()) {
      case varint(EventField::type):
        parsed.type = message.get_int32();
        break;
      case varint(EventField::track_uuid):
        parsed.track = message.get_uint64();
        break;
      case varint(EventField::name_iid):
        parsed.name = recall(names_, message.get_uint64());
        break;
      case fixed64(EventField::flow_ids):
        parsed.flow = message.get_fixed64() ^ base_;
        break;
      case fixed64(EventField::terminating_flow_ids):
        parsed.terminating_flow = message.get_fixed64() ^ base_;
        break;
      case varint(EventField::category_iids): {
        const auto found = categories_.find(message.get_uint64());
        const Category category = found == categories_.end() ? Category{} : found->second;
        if (category.kind == Category::Kind::pool) {
          parsed.pool = category.value;
        } else if (category.kind == Category::Kind::phase ||
                   category.kind == Category::Kind::block) {
          parsed.slice_category = category;
        }
        break;
      }
      case bytes(EventField::debug_annotations):
        read_annotation(message.get_view(), parsed, info);
        break;
      default:
        message.skip();
    }
  }
  return parsed;
}

void OwnDecoder::read_annotation(std::string_view data, Parsed& parsed, RecordingInfo& info) {
  const AnnotationEntry entry = parse_annotation(data);
  const Annotation annotation = entry.name_iid < annotations_.size()
                                    ? annotations_[static_cast<std::size_t>(entry.name_iid)]
                                    : Annotation::none;
  switch (annotation) {
    case Annotation::kind:
      parsed.kind = entry.number;
      break;
    case Annotation::task:
      parsed.task = entry.number;
      break;
    case Annotation::result:
      parsed.result = entry.number;
      break;
    case Annotation::detail:
      parsed.detail = entry.number;
      break;
    case Annotation::name:
      parsed.text = entry.text;
      break;
    case Annotation::thread:
      parsed.thread = entry.number;
      break;
    case Annotation::awaited:
      parsed.awaited = entry.number;
      break;
    case Annotation::timed:
      parsed.timed = entry.number != 0;
      break;
    case Annotation::outcome:
      parsed.outcome = entry.text;
      break;
    case Annotation::error:
      parsed.error = recall(texts_, entry.text_iid);
      break;
    case Annotation::cpu_ns:
      parsed.cpu_ns = entry.number;
      break;
    case Annotation::version:
      info.version = entry.text;
      parsed.about_recording = true;
      break;
    case Annotation::scenario_name:
      info.scenario_name = entry.text;
      parsed.about_recording = true;
      break;
    case Annotation::scenario_toml:
      if (info.scenario_toml.size() + entry.text.size() <= kMaxToml) {
        info.scenario_toml += entry.text;
      }
      parsed.about_recording = true;
      break;
    case Annotation::setting:
    case Annotation::none:
      if (entry.name.starts_with(kSettingPrefix)) {
        if (info.settings.size() < kMaxSettings) {
          info.settings[std::string(entry.name.substr(kSettingPrefix.size()))] = entry.text;
        }
        parsed.about_recording = true;
      }
      break;
  }
}

void OwnDecoder::add_event(const Parsed& parsed, std::uint64_t time_ns) {
  if (parsed.kind == 0U) {  // for viewers: the end of a slice whose own was lost
    const auto thread = thread_of_track(parsed.track, base_);
    if (thread && *thread <= max_threads_) {
      Stack& stack = stack_of(*thread);
      if (!stack.slices.empty()) {
        stack.slices.pop_back();
      }
    }
    return;
  }
  const bool on_notes = parsed.track == base_ + kNotesTrack;
  const auto thread = on_notes && parsed.thread <= max_threads_
                          ? std::optional(static_cast<trace::ThreadId>(parsed.thread))
                          : thread_of_track(parsed.track, base_);
  if (!thread || *thread > max_threads_ ||
      time_ns > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    ++damaged_;
    return;
  }
  if (!directory_) {
    open_process({});
  }
  Event event = {
      .time_ns = time_ns, .thread = *thread, .pool = parsed.pool.value_or(default_pool_)};
  if (parsed.kind) {
    add_full(parsed, event);
  } else {
    add_short(parsed, event);
  }
  if (events_.size() >= kBatch) {
    deliver();
  }
}

void OwnDecoder::add_full(const Parsed& parsed, Event& event) {
  if (*parsed.kind > static_cast<std::uint64_t>(trace::kLastEventKind) || parsed.result > 2) {
    return;  // of a later version
  }
  event.kind = static_cast<EventKind>(*parsed.kind);
  event.task = parsed.task.value_or(0);
  event.outcome = static_cast<Outcome>(parsed.result);
  event.detail = join_detail(event.kind, {directory_->intern(parsed.text), parsed.detail});
  Stack& stack = stack_of(event.thread);
  if (parsed.type == static_cast<std::int32_t>(EventType::slice_begin)) {
    if (stack.slices.size() < kMaxOpenSlices) {
      stack.slices.push_back({event.kind, event.task, event.detail});
    }
  } else if (parsed.type == static_cast<std::int32_t>(EventType::slice_end) &&
             !stack.slices.empty()) {
    stack.slices.pop_back();
  }
  events_.push_back(event);
}

void OwnDecoder::add_short(const Parsed& parsed, Event& event) {
  bool good = false;
  switch (static_cast<EventType>(parsed.type)) {
    case EventType::instant:
      good = parsed.flow || parsed.terminating_flow;
      event.kind = parsed.flow ? EventKind::task_queued : EventKind::result_delivered;
      event.task = parsed.flow ? *parsed.flow : parsed.terminating_flow.value_or(0);
      event.detail = parsed.flow ? parsed.name : 0;
      break;
    case EventType::slice_begin:
      good = begin_slice(parsed, event, stack_of(event.thread));
      break;
    case EventType::slice_end:
      good = end_slice(parsed, event, stack_of(event.thread));
      break;
    default:
      break;
  }
  if (good) {
    events_.push_back(event);
  } else {
    ++damaged_;
  }
}

bool OwnDecoder::begin_slice(const Parsed& parsed, Event& event, Stack& stack) const {
  if (stack.slices.size() >= kMaxOpenSlices) {
    return false;
  }
  if (parsed.flow) {
    event.kind = EventKind::task_started;
    event.task = *parsed.flow;
  } else if (parsed.slice_category) {
    const auto running =
        std::find_if(stack.slices.rbegin(), stack.slices.rend(),
                     [](const Slice& s) { return s.kind == EventKind::task_started; });
    event.task = parsed.task.value_or(running == stack.slices.rend() ? 0 : running->task);
    if (parsed.slice_category->kind == Category::Kind::phase) {
      event.kind = EventKind::phase_begin;
      event.detail = trace::phase_detail(
          static_cast<trace::PhaseKind>(parsed.slice_category->value), parsed.name);
    } else {
      event.kind = EventKind::blocked_begin;
      event.detail =
          trace::blocked_detail(static_cast<trace::BlockReason>(parsed.slice_category->value),
                                parsed.awaited, parsed.timed);
    }
  } else {
    return false;
  }
  stack.slices.push_back({event.kind, event.task, event.detail});
  return true;
}

bool OwnDecoder::end_slice(const Parsed& parsed, Event& event, Stack& stack) const {
  if (stack.slices.empty()) {
    return false;
  }
  const Slice slice = stack.slices.back();
  stack.slices.pop_back();
  event.task = slice.task;
  if (slice.kind == EventKind::phase_begin || slice.kind == EventKind::blocked_begin) {
    event.kind =
        slice.kind == EventKind::phase_begin ? EventKind::phase_end : EventKind::blocked_end;
    event.detail = slice.detail;
    return true;
  }
  event.kind = EventKind::task_finished;
  if (!parsed.outcome.empty()) {
    event.outcome = parsed.outcome == "error" ? Outcome::error : Outcome::cancelled;
  }
  event.detail = trace::finished_detail(parsed.cpu_ns, parsed.error);
  return true;
}

OwnDecoder::Stack& OwnDecoder::stack_of(trace::ThreadId thread) {
  if (thread >= stacks_.size()) {
    stacks_.resize(thread + 1);
  }
  Stack& stack = stacks_[thread];
  if (stack.block != block_) {
    stack.block = block_;
    stack.slices.clear();
  }
  return stack;
}

}  // namespace poolscope::storage
