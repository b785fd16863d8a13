// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace poolscope::storage {

/// The fields of a TracePacket that matter here; views into its bytes.
struct Packet {
  std::optional<std::uint64_t> timestamp = {};
  std::optional<std::uint32_t> clock_id = {};
  std::uint32_t sequence = 0;
  std::uint32_t flags = 0;
  bool previous_dropped = false;
  std::optional<std::string_view> clock_snapshot = {};
  std::optional<std::string_view> track_event = {};
  std::optional<std::string_view> interned_data = {};
  std::optional<std::string_view> defaults = {};
  std::optional<std::string_view> track_descriptor = {};
  std::optional<std::string_view> process_descriptor = {};
  std::optional<std::string_view> thread_descriptor = {};
  std::optional<std::string_view> compressed = {};
  std::optional<std::string_view> zstd_compressed = {};
};

/// Throws protozero::exception where `bytes` is not a message; unknown fields are skipped.
Packet parse_packet(std::string_view bytes);

/// Whether `bytes` can be the beginning of a packet that was cut.
bool may_begin_packet(std::string_view bytes);

/// An entry of interned data: an id of its sequence and the text it stands for.
struct InternedEntry {
  std::uint64_t iid = 0;
  std::string_view text = {};
};
InternedEntry parse_interned_entry(std::string_view bytes);

/// A clock as a ClockSnapshot tells it.
struct ClockReading {
  std::uint32_t id = 0;
  std::uint64_t time = 0;
  bool incremental = false;
  std::uint64_t unit_ns = 1;
};
ClockReading parse_clock(std::string_view bytes);

/// An argument of an event, not looked into deeper than one level.
struct AnnotationEntry {
  std::uint64_t name_iid = 0;
  std::string_view name = {};
  std::uint64_t number = 0;
  std::string_view text = {};
  std::uint64_t text_iid = 0;
};
AnnotationEntry parse_annotation(std::string_view bytes);

}  // namespace poolscope::storage
