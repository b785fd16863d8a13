// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// Field numbers of the Perfetto trace format that Poolscope writes or reads: one enum a message,
/// named as in Perfetto's protos/perfetto/trace. They are part of a public format and never change.
namespace poolscope::storage {

using FieldNumber = std::uint32_t;  // protozero::pbf_tag_type

/// First bytes of a trace: the tag of `Trace.packet`.
inline constexpr char kTracePacketTag = 0x0a;

enum class TraceField : FieldNumber { packet = 1 };

enum class PacketField : FieldNumber {
  clock_snapshot = 6,
  timestamp = 8,
  trusted_packet_sequence_id = 10,
  track_event = 11,
  interned_data = 12,
  sequence_flags = 13,
  previous_packet_dropped = 42,
  process_descriptor = 43,  // before track descriptors
  thread_descriptor = 44,   // before track descriptors
  compressed_packets = 50,
  timestamp_clock_id = 58,
  trace_packet_defaults = 59,
  track_descriptor = 60,
  first_packet_on_sequence = 87,
  zstd_compressed_packets = 133,
};

inline constexpr std::uint32_t kStateCleared = 1;
inline constexpr std::uint32_t kNeedsState = 2;

enum class ClockSnapshotField : FieldNumber { clocks = 1, primary_trace_clock = 2 };
enum class ClockField : FieldNumber {
  clock_id = 1,
  timestamp = 2,
  is_incremental = 3,
  unit_multiplier_ns = 4,
};

inline constexpr std::uint32_t kClockRealtime = 1;
inline constexpr std::uint32_t kClockMonotonic = 3;
inline constexpr std::uint32_t kClockBoottime = 6;
/// The first clock that a sequence defines for itself; ours counts from packet to packet.
inline constexpr std::uint32_t kFirstSequenceClock = 64;
inline constexpr std::uint32_t kLastSequenceClock = 127;

enum class DefaultsField : FieldNumber { track_event_defaults = 11, timestamp_clock_id = 58 };
enum class EventDefaultsField : FieldNumber { track_uuid = 11 };

enum class TrackField : FieldNumber {
  uuid = 1,
  name = 2,
  process = 3,
  thread = 4,
  parent_uuid = 5,
  counter = 8,
  sibling_order_rank = 12,
  thread_ordering = 20,
};
inline constexpr std::int32_t kOrderingExplicit = 1;

enum class ProcessField : FieldNumber { pid = 1, process_name = 6 };
enum class ThreadField : FieldNumber {
  pid = 1,
  tid = 2,
  thread_name = 5,
  reference_timestamp_us = 6,  // before clock snapshots
};
enum class CounterField : FieldNumber { unit = 3, unit_name = 6 };
inline constexpr std::int32_t kUnitCount = 2;

enum class EventField : FieldNumber {
  timestamp_delta_us = 1,  // before incremental clocks
  category_iids = 3,
  debug_annotations = 4,
  legacy_event = 6,
  type = 9,
  name_iid = 10,
  track_uuid = 11,
  timestamp_absolute_us = 16,
  name = 23,
  counter_value = 30,
  flow_ids_old = 36,
  terminating_flow_ids_old = 42,
  double_counter_value = 44,
  flow_ids = 47,
  terminating_flow_ids = 48,
};
enum class LegacyEventField : FieldNumber { name_iid = 1, phase = 2, duration_us = 3 };

enum class EventType : std::int32_t {
  unspecified = 0,
  slice_begin = 1,
  slice_end = 2,
  instant = 3,
  counter = 4,
};

enum class AnnotationField : FieldNumber {
  name_iid = 1,
  uint_value = 3,
  int_value = 4,
  string_value = 6,
  name = 10,
  string_value_iid = 17,
};

enum class InternedField : FieldNumber {
  event_categories = 1,
  event_names = 2,
  debug_annotation_names = 3,
  debug_annotation_string_values = 29,
};
/// An entry of any of the lists: its second field is `name` or `str`.
enum class InternedEntryField : FieldNumber { iid = 1, text = 2 };

}  // namespace poolscope::storage
