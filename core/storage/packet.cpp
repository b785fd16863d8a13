// SPDX-License-Identifier: Apache-2.0
#include "core/storage/packet.h"

#include "core/storage/perfetto_fields.h"
#include "core/storage/wire.h"

#include <algorithm>

namespace poolscope::storage {

using protozero::pbf_message;

Packet parse_packet(std::string_view data) {
  Packet packet;
  pbf_message<PacketField> message(data);
  while (message.next()) {
    switch (message.tag_and_type()) {
      case varint(PacketField::timestamp):
        packet.timestamp = message.get_uint64();
        break;
      case varint(PacketField::trusted_packet_sequence_id):
        packet.sequence = message.get_uint32();
        break;
      case bytes(PacketField::track_event):
        packet.track_event = message.get_view();
        break;
      case varint(PacketField::sequence_flags):
        packet.flags = message.get_uint32();
        break;
      case bytes(PacketField::interned_data):
        packet.interned_data = message.get_view();
        break;
      case varint(PacketField::timestamp_clock_id):
        packet.clock_id = message.get_uint32();
        break;
      case bytes(PacketField::clock_snapshot):
        packet.clock_snapshot = message.get_view();
        break;
      case varint(PacketField::previous_packet_dropped):
        packet.previous_dropped = message.get_uint64() != 0;
        break;
      case bytes(PacketField::process_descriptor):
        packet.process_descriptor = message.get_view();
        break;
      case bytes(PacketField::thread_descriptor):
        packet.thread_descriptor = message.get_view();
        break;
      case bytes(PacketField::compressed_packets):
        packet.compressed = message.get_view();
        break;
      case bytes(PacketField::zstd_compressed_packets):
        packet.zstd_compressed = message.get_view();
        break;
      case bytes(PacketField::trace_packet_defaults):
        packet.defaults = message.get_view();
        break;
      case bytes(PacketField::track_descriptor):
        packet.track_descriptor = message.get_view();
        break;
      default:
        message.skip();
    }
  }
  return packet;
}

bool may_begin_packet(std::string_view data) {
  try {
    pbf_message<PacketField> message(data);
    while (message.next()) {
      // A TracePacket has no fields of a fixed width: texts, which end early too, soon seem to.
      if (message.wire_type() != protozero::pbf_wire_type::varint &&
          message.wire_type() != protozero::pbf_wire_type::length_delimited) {
        return false;
      }
      message.skip();
    }
  } catch (const protozero::end_of_buffer_exception&) {
    return true;  // where it was cut
  } catch (const protozero::exception&) {
    return false;
  }
  return true;
}

InternedEntry parse_interned_entry(std::string_view data) {
  InternedEntry entry;
  pbf_message<InternedEntryField> message(data);
  while (message.next()) {
    switch (message.tag_and_type()) {
      case varint(InternedEntryField::iid):
        entry.iid = message.get_uint64();
        break;
      case bytes(InternedEntryField::text):
        entry.text = message.get_view();
        break;
      default:
        message.skip();
    }
  }
  return entry;
}

ClockReading parse_clock(std::string_view data) {
  ClockReading clock;
  pbf_message<ClockField> message(data);
  while (message.next()) {
    switch (message.tag_and_type()) {
      case varint(ClockField::clock_id):
        clock.id = message.get_uint32();
        break;
      case varint(ClockField::timestamp):
        clock.time = message.get_uint64();
        break;
      case varint(ClockField::is_incremental):
        clock.incremental = message.get_uint64() != 0;
        break;
      case varint(ClockField::unit_multiplier_ns):
        clock.unit_ns = std::max<std::uint64_t>(message.get_uint64(), 1);
        break;
      default:
        message.skip();
    }
  }
  return clock;
}

AnnotationEntry parse_annotation(std::string_view data) {
  AnnotationEntry entry;
  pbf_message<AnnotationField> message(data);
  while (message.next()) {
    switch (message.tag_and_type()) {
      case varint(AnnotationField::name_iid):
        entry.name_iid = message.get_uint64();
        break;
      case varint(AnnotationField::uint_value):
      case varint(AnnotationField::int_value):
        entry.number = message.get_uint64();
        break;
      case bytes(AnnotationField::string_value):
        entry.text = message.get_view();
        break;
      case bytes(AnnotationField::name):
        entry.name = message.get_view();
        break;
      case varint(AnnotationField::string_value_iid):
        entry.text_iid = message.get_uint64();
        break;
      default:
        message.skip();
    }
  }
  return entry;
}

}  // namespace poolscope::storage
