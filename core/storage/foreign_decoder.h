// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/storage/packet.h"
#include "core/storage/slice_records.h"
#include "core/storage/vocabulary.h"

#include <cstdint>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace poolscope::storage {

/// Reads what other programs write into traces, as far as it is slices on threads: several
/// sequences, any clock, inline and interned names, the fields of before 2020. Threads: one at a
/// time.
class ForeignDecoder {
 public:
  /// Throws protozero::exception where a message of `packet` is none.
  void decode(const Packet& packet);
  const SliceRecords& records() const { return records_; }
  SliceRecords& records() { return records_; }

 private:
  struct Clock {
    std::uint64_t time = 0;
    std::uint64_t unit_ns = 1;
    std::uint64_t to_monotonic = 0;  // added, modulo 2^64
    bool incremental = false;
  };
  struct Sequence {
    bool usable = true;  // its names are known
    std::uint32_t default_clock = 0;
    std::uint64_t default_track = 0;
    std::uint64_t legacy_time_us = 0;
    std::unordered_map<std::uint64_t, std::uint32_t> names = {};
    std::unordered_map<std::uint64_t, std::uint32_t> texts = {};
    std::unordered_map<std::uint64_t, Annotation> annotations = {};
    std::unordered_map<std::uint32_t, Clock> clocks = {};
  };

  void read_defaults(Sequence& sequence, std::string_view data);
  void read_interned(Sequence& sequence, std::string_view data);
  void read_clocks(Sequence& sequence, std::string_view data);
  void read_track(std::string_view data);
  void read_process(std::string_view data);
  void read_legacy_thread(Sequence& sequence, std::string_view data);
  void read_event(Sequence& sequence, const Packet& packet);
  void read_legacy_event(const Sequence& sequence, std::string_view data, SliceRecord& record,
                         std::uint64_t& duration_ns);
  void read_annotation(const Sequence& sequence, std::string_view data, SliceNotes& notes);
  std::uint64_t time_of(Sequence& sequence, std::uint32_t clock_id, std::uint64_t time);

  std::unordered_map<std::uint32_t, Sequence> sequences_;
  std::unordered_map<std::uint32_t, Clock> clocks_;  // of the whole trace
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint64_t> legacy_tracks_;
  SliceRecords records_;
};

}  // namespace poolscope::storage
