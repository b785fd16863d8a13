// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/session.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace poolscope::storage {

/// The beginning or end of a slice, or a moment with flows, as another program's trace told it.
struct SliceRecord {
  enum class Type : std::uint8_t { begin, end, instant };
  std::uint64_t time_ns = 0;
  std::uint64_t track = 0;
  std::uint32_t name = 0;
  std::uint32_t notes = 0;  // 0: none
  std::uint32_t first_flow = 0;
  std::uint32_t flows = 0;
  Type type = Type::instant;
};

/// What a program said of the end of a slice in the words that our own writer uses.
struct SliceNotes {
  std::uint32_t outcome = 0;  // a text
  std::uint32_t error = 0;    // a text
  std::uint64_t cpu_ns = 0;
  bool empty() const { return outcome == 0 && error == 0 && cpu_ns == 0; }
};

/// What a thread is called of which the trace tells no name: as other viewers of traces do.
inline std::string thread_title(std::string_view name, std::int64_t tid) {
  return name.empty() ? "Thread " + std::to_string(tid) : std::string(name);
}

/// Slices, flows and threads from any format, kept until the file has ended, because they come in
/// any order; then told to a session: slices that lie directly on a thread as tasks of a worker,
/// slices in them as phases, flows that end in a task as its wait in the queue. Threads: one at a
/// time.
class SliceRecords {
 public:
  struct Flow {
    std::uint64_t id = 0;
    bool terminating = false;
  };

  /// The id of a text, 0 for an empty one.
  std::uint32_t text_id(std::string_view text);
  std::string_view text(std::uint32_t id) const { return texts_[id]; }

  /// A lane of a session takes some 25 KB, so the threads that have slices have a limit: what is on
  /// later ones is left out.
  static constexpr std::size_t kMostThreads = 16'384;
  /// Of the others only the names are held, until the file has ended.
  static constexpr std::size_t kMostNames = std::size_t{1} << 20;
  /// Known once all was told: OpenedRecording::missing, of a file of which the reader found a part
  /// missing or damaged, or not.
  std::string what_is_missing(bool damaged) const;
  /// Counts what did not fit, for the session's anomalies.
  void add_odd(std::uint64_t count) { odd_ += count; }

  void set_process(std::int64_t pid, std::string_view name);
  void set_thread(std::uint64_t track, std::int64_t pid, std::int64_t tid, std::string_view name);

  void add(SliceRecord record, const std::vector<Flow>& flows, const SliceNotes& notes);
  /// Whether any slice lies on a thread.
  bool has_slices() const;
  /// Tells all of it, one process after the other.
  void tell(session::Session& session);

 private:
  struct Thread {
    std::int64_t pid = 0;
    std::int64_t tid = 0;
    std::string name = {};
  };
  class Teller;

  /// The tracks that get a lane: those that have the first records, in time order.
  std::unordered_set<std::uint64_t> chosen_tracks();

  std::deque<std::string> texts_ = {std::string()};
  std::unordered_map<std::string_view, std::uint32_t> text_ids_;  // views into texts_
  std::unordered_map<std::int64_t, std::string> processes_;
  std::unordered_map<std::uint64_t, Thread> threads_;  // by track
  std::vector<SliceRecord> records_;
  std::vector<Flow> flows_;
  std::vector<SliceNotes> notes_ = {SliceNotes{}};
  std::uint64_t odd_ = 0;
  bool left_out_threads_ = false;  ///< more than kMostNames, or kMostThreads with slices
};

}  // namespace poolscope::storage
