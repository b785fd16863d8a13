// SPDX-License-Identifier: Apache-2.0
#include "core/storage/foreign_decoder.h"

#include "core/storage/perfetto_fields.h"
#include "core/storage/wire.h"

#include <optional>
#include <vector>

namespace poolscope::storage {

namespace {

using protozero::pbf_message;

/// Tracks made up for threads that a trace tells of without one; no real uuid looks like that by
/// chance.
constexpr std::uint64_t kLegacyTracks = 0xfeed'0000'0000'0000;

struct ThreadFields {
  std::int64_t pid = 0;
  std::int64_t tid = 0;
  std::string_view name = {};
  std::uint64_t reference_us = 0;
};

ThreadFields parse_thread(std::string_view data) {
  ThreadFields thread;
  pbf_message<ThreadField> message(data);
  while (message.next()) {
    switch (message.tag_and_type()) {
      case varint(ThreadField::pid):
        thread.pid = message.get_int32();
        break;
      case varint(ThreadField::tid):
        thread.tid = message.get_int64();
        break;
      case bytes(ThreadField::thread_name):
        thread.name = message.get_view();
        break;
      case varint(ThreadField::reference_timestamp_us):
        thread.reference_us = message.get_uint64();
        break;
      default:
        message.skip();
    }
  }
  return thread;
}

template <typename Map>
auto recall(const Map& map, std::uint64_t iid) -> typename Map::mapped_type {
  const auto found = map.find(iid);
  return found == map.end() ? typename Map::mapped_type{} : found->second;
}

}  // namespace

void ForeignDecoder::decode(const Packet& packet) {
  Sequence& sequence = sequences_[packet.sequence];
  if (packet.previous_dropped) {
    sequence.usable = false;
  }
  if ((packet.flags & kStateCleared) != 0) {
    sequence.usable = true;
    sequence.names.clear();
    sequence.texts.clear();
    sequence.annotations.clear();
    sequence.default_clock = 0;
    sequence.default_track = 0;
  }
  if (packet.process_descriptor) {
    read_process(*packet.process_descriptor);
  }
  if (packet.track_descriptor) {
    read_track(*packet.track_descriptor);
  }
  if ((packet.flags & kNeedsState) != 0 && !sequence.usable) {
    return;
  }
  if (packet.defaults) {
    read_defaults(sequence, *packet.defaults);
  }
  if (packet.interned_data) {
    read_interned(sequence, *packet.interned_data);
  }
  if (packet.clock_snapshot) {
    return read_clocks(sequence, *packet.clock_snapshot);
  }
  if (packet.thread_descriptor) {
    read_legacy_thread(sequence, *packet.thread_descriptor);
  }
  if (packet.track_event) {
    read_event(sequence, packet);
  }
}

void ForeignDecoder::read_defaults(Sequence& sequence, std::string_view data) {
  pbf_message<DefaultsField> message(data);
  while (message.next()) {
    switch (message.tag_and_type()) {
      case varint(DefaultsField::timestamp_clock_id):
        sequence.default_clock = message.get_uint32();
        break;
      case bytes(DefaultsField::track_event_defaults): {
        pbf_message<EventDefaultsField> defaults(message.get_view());
        while (defaults.next()) {
          if (defaults.tag_and_type() == varint(EventDefaultsField::track_uuid)) {
            sequence.default_track = defaults.get_uint64();
          } else {
            defaults.skip();
          }
        }
        break;
      }
      default:
        message.skip();
    }
  }
}

void ForeignDecoder::read_interned(Sequence& sequence, std::string_view data) {
  pbf_message<InternedField> message(data);
  while (message.next()) {
    switch (message.tag_and_type()) {
      case bytes(InternedField::event_names): {
        const InternedEntry entry = parse_interned_entry(message.get_view());
        sequence.names[entry.iid] = records_.text_id(entry.text);
        break;
      }
      case bytes(InternedField::debug_annotation_string_values): {
        const InternedEntry entry = parse_interned_entry(message.get_view());
        sequence.texts[entry.iid] = records_.text_id(entry.text);
        break;
      }
      case bytes(InternedField::debug_annotation_names): {
        const InternedEntry entry = parse_interned_entry(message.get_view());
        sequence.annotations[entry.iid] = annotation_of(entry.text);
        break;
      }
      default:
        message.skip();
    }
  }
}

void ForeignDecoder::read_clocks(Sequence& sequence, std::string_view data) {
  std::vector<ClockReading> readings;
  std::optional<std::uint64_t> monotonic;
  pbf_message<ClockSnapshotField> message(data);
  while (message.next()) {
    if (message.tag_and_type() != bytes(ClockSnapshotField::clocks)) {
      message.skip();
      continue;
    }
    readings.push_back(parse_clock(message.get_view()));
    if (readings.back().id == kClockMonotonic) {
      monotonic = readings.back().time * readings.back().unit_ns;
    }
  }
  for (const ClockReading& reading : readings) {
    const bool own = reading.id >= kFirstSequenceClock && reading.id <= kLastSequenceClock;
    auto& clocks = own ? sequence.clocks : clocks_;
    Clock clock = {.time = reading.time * reading.unit_ns,
                   .unit_ns = reading.unit_ns,
                   .incremental = reading.incremental};
    // The first snapshot fixes how far a machine's clocks lie apart, so that events keep their
    // order.
    const auto before = clocks.find(reading.id);
    if (!own && before != clocks.end()) {
      clock.to_monotonic = before->second.to_monotonic;
    } else if (monotonic) {
      clock.to_monotonic = *monotonic - clock.time;
    }
    clocks[reading.id] = clock;
  }
}

std::uint64_t ForeignDecoder::time_of(Sequence& sequence, std::uint32_t clock_id,
                                      std::uint64_t time) {
  const bool own = clock_id >= kFirstSequenceClock && clock_id <= kLastSequenceClock;
  auto& clocks = own ? sequence.clocks : clocks_;
  const auto found = clocks.find(clock_id);
  if (found == clocks.end()) {
    return time;
  }
  Clock& clock = found->second;
  time *= clock.unit_ns;
  if (clock.incremental) {
    clock.time += time;
    time = clock.time;
  }
  return time + clock.to_monotonic;
}

void ForeignDecoder::read_track(std::string_view data) {
  std::uint64_t uuid = 0;
  std::optional<std::string_view> thread;
  pbf_message<TrackField> message(data);
  while (message.next()) {
    switch (message.tag_and_type()) {
      case varint(TrackField::uuid):
        uuid = message.get_uint64();
        break;
      case bytes(TrackField::process):
        read_process(message.get_view());
        break;
      case bytes(TrackField::thread):
        thread = message.get_view();
        break;
      default:
        message.skip();
    }
  }
  if (thread) {
    const ThreadFields fields = parse_thread(*thread);
    records_.set_thread(uuid, fields.pid, fields.tid, fields.name);
  }
}

void ForeignDecoder::read_process(std::string_view data) {
  std::int64_t pid = 0;
  std::string_view name;
  pbf_message<ProcessField> message(data);
  while (message.next()) {
    switch (message.tag_and_type()) {
      case varint(ProcessField::pid):
        pid = message.get_int32();
        break;
      case bytes(ProcessField::process_name):
        name = message.get_view();
        break;
      default:
        message.skip();
    }
  }
  records_.set_process(pid, name);
}

/// Before there were tracks, a sequence was a thread and said so once.
void ForeignDecoder::read_legacy_thread(Sequence& sequence, std::string_view data) {
  const ThreadFields fields = parse_thread(data);
  const auto [track, is_new] = legacy_tracks_.emplace(std::pair(fields.pid, fields.tid),
                                                      kLegacyTracks + legacy_tracks_.size());
  records_.set_thread(track->second, fields.pid, fields.tid, fields.name);
  sequence.default_track = track->second;
  sequence.legacy_time_us = fields.reference_us;
}

void ForeignDecoder::read_event(Sequence& sequence, const Packet& packet) {
  SliceRecord record = {.track = sequence.default_track};
  std::vector<SliceRecords::Flow> flows;
  SliceNotes notes;
  auto type = EventType::unspecified;
  std::optional<std::uint64_t> delta_us;
  std::optional<std::uint64_t> absolute_us;
  std::optional<std::string_view> legacy;
  pbf_message<EventField> message(*packet.track_event);
  while (message.next()) {
    switch (message.tag_and_type()) {
      case varint(EventField::type):
        type = static_cast<EventType>(message.get_int32());
        break;
      case varint(EventField::track_uuid):
        record.track = message.get_uint64();
        break;
      case varint(EventField::name_iid):
        record.name = recall(sequence.names, message.get_uint64());
        break;
      case bytes(EventField::name):
        record.name = records_.text_id(message.get_view());
        break;
      case fixed64(EventField::flow_ids):
        flows.push_back({message.get_fixed64(), false});
        break;
      case fixed64(EventField::terminating_flow_ids):
        flows.push_back({message.get_fixed64(), true});
        break;
      case varint(EventField::flow_ids_old):
        flows.push_back({message.get_uint64(), false});
        break;
      case varint(EventField::terminating_flow_ids_old):
        flows.push_back({message.get_uint64(), true});
        break;
      case bytes(EventField::debug_annotations):
        read_annotation(sequence, message.get_view(), notes);
        break;
      case varint(EventField::timestamp_delta_us):
        delta_us = message.get_uint64();
        break;
      case varint(EventField::timestamp_absolute_us):
        absolute_us = message.get_uint64();
        break;
      case bytes(EventField::legacy_event):
        legacy = message.get_view();
        break;
      default:
        message.skip();
    }
  }
  std::uint64_t duration_ns = 0;
  bool complete = false;
  if (type == EventType::slice_begin) {
    record.type = SliceRecord::Type::begin;
  } else if (type == EventType::slice_end) {
    record.type = SliceRecord::Type::end;
  } else if (legacy && type == EventType::unspecified) {
    read_legacy_event(sequence, *legacy, record, duration_ns);
    complete = duration_ns > 0;
  }
  if (delta_us) {
    sequence.legacy_time_us += *delta_us;
    record.time_ns = sequence.legacy_time_us * 1000;
  } else if (absolute_us) {
    record.time_ns = *absolute_us * 1000;
  } else {
    const std::uint32_t fallback =
        sequence.default_clock != 0 ? sequence.default_clock : kClockBoottime;
    record.time_ns =
        time_of(sequence, packet.clock_id.value_or(fallback), packet.timestamp.value_or(0));
  }
  if (type == EventType::counter || (record.type == SliceRecord::Type::instant && flows.empty())) {
    return;
  }
  records_.add(record, flows, complete ? SliceNotes{} : notes);
  if (complete) {
    record.type = SliceRecord::Type::end;
    record.time_ns += duration_ns;
    records_.add(record, {}, notes);
  }
}

void ForeignDecoder::read_legacy_event(const Sequence& sequence, std::string_view data,
                                       SliceRecord& record, std::uint64_t& duration_ns) {
  std::int32_t phase = 0;
  pbf_message<LegacyEventField> message(data);
  while (message.next()) {
    switch (message.tag_and_type()) {
      case varint(LegacyEventField::name_iid):
        record.name = recall(sequence.names, message.get_uint64());
        break;
      case varint(LegacyEventField::phase):
        phase = message.get_int32();
        break;
      case varint(LegacyEventField::duration_us):
        duration_ns = message.get_uint64() * 1000;
        break;
      default:
        message.skip();
    }
  }
  if (phase != 'X') {
    duration_ns = 0;
  }
  if (phase == 'B' || duration_ns > 0) {
    record.type = SliceRecord::Type::begin;
  } else if (phase == 'E') {
    record.type = SliceRecord::Type::end;
  }
}

void ForeignDecoder::read_annotation(const Sequence& sequence, std::string_view data,
                                     SliceNotes& notes) {
  const AnnotationEntry entry = parse_annotation(data);
  const Annotation annotation =
      entry.name.empty() ? recall(sequence.annotations, entry.name_iid) : annotation_of(entry.name);
  const auto text = [&] {
    return entry.text.empty() ? recall(sequence.texts, entry.text_iid)
                              : records_.text_id(entry.text);
  };
  if (annotation == Annotation::outcome) {
    notes.outcome = text();
  } else if (annotation == Annotation::error) {
    notes.error = text();
  } else if (annotation == Annotation::cpu_ns) {
    notes.cpu_ns = entry.number;
  }
}

}  // namespace poolscope::storage
