// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/storage/slice_records.h"

#include <cstdint>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace poolscope::storage {

/// What a Chrome trace says of threads, in any order, until it has ended: begins and ends, complete
/// slices, flows. Makes them nest, as slices of a thread must: one that overlaps another goes to a
/// further row of its thread, as in Perfetto. Times are in ns and may be negative.
/// Threads: one at a time.
class ChromeSlices {
 public:
  static constexpr std::int64_t kOpen = std::numeric_limits<std::int64_t>::max();

  /// The track of a thread, by the ids the trace gives it.
  std::uint64_t track(std::int64_t pid, std::int64_t tid);
  std::size_t track_count() const { return threads_.size(); }
  void set_thread_name(std::uint64_t track, std::string_view name);

  void add_begin(std::uint64_t track, std::int64_t time_ns, std::uint32_t name);
  void add_end(std::uint64_t track, std::int64_t time_ns, const SliceNotes& notes);
  void add_slice(std::uint64_t track, std::int64_t time_ns, std::int64_t duration_ns,
                 std::uint32_t name, const SliceNotes& notes);
  enum class FlowKind : std::uint8_t { start, step, end };
  /// `enclosing`: it ends in the slice around it, else in the next one (a step: always around it).
  void add_flow(std::uint64_t track, std::int64_t time_ns, std::uint64_t id, FlowKind kind,
                bool enclosing);

  /// Hands all of it on. Call it once.
  void tell(SliceRecords& records);
  /// Known once all was told: ends without begins, slices at once on one thread, those cut.
  std::uint64_t odd() const { return odd_; }

 private:
  struct Thread {
    std::int64_t pid = 0;
    std::int64_t tid = 0;
    std::string name = {};
  };
  struct Edge {
    std::uint64_t track = 0;
    std::int64_t time_ns = 0;
    std::uint32_t name = 0;
    std::uint32_t notes = 0;
    bool begin = false;
  };
  struct Slice {
    std::uint64_t track = 0;
    std::int64_t begin = 0;
    std::int64_t end = kOpen;
    std::uint32_t name = 0;
    std::uint32_t notes = 0;
  };
  struct Flow {
    std::uint64_t track = 0;
    std::int64_t time_ns = 0;
    std::uint64_t id = 0;
    FlowKind kind = FlowKind::start;
    bool enclosing = false;
  };

  /// Further rows of a thread; beyond them slices are cut.
  static constexpr std::size_t kMostRows = 256;

  std::uint32_t note_id(const SliceNotes& notes);
  void pair_edges();
  void settle_times();
  void tell_threads(SliceRecords& records);
  void bind_flows(SliceRecords& records);
  std::size_t slice_of(const Flow& flow) const;
  void nest(SliceRecords& records, std::size_t first, std::size_t last);
  void tell_begin(SliceRecords& records, std::uint64_t track, const Slice& slice,
                  std::size_t index);
  void tell_end(SliceRecords& records, std::uint64_t track, const Slice& slice);

  std::vector<Thread> threads_;  // by track - 1
  std::unordered_map<std::int64_t, std::unordered_map<std::int64_t, std::uint64_t>> tracks_;
  std::vector<Edge> edges_;
  std::vector<Slice> slices_;
  std::vector<Flow> flows_;
  std::vector<SliceNotes> notes_ = {SliceNotes{}};
  std::unordered_map<std::size_t, std::vector<SliceRecords::Flow>> bound_;  // by slice
  std::uint64_t odd_ = 0;
};

}  // namespace poolscope::storage
