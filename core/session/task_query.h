// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/text_pattern.h"
#include "core/session/types.h"
#include "core/trace/directory.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope::session {

class Snapshot;

/// Which texts of a process have something in them. Threads: as a value.
class TextSet {
 public:
  bool has(trace::NameId id) const {
    return id / 64 < words_.size() && (words_[id / 64] >> id % 64 & 1U) != 0;
  }
  bool empty() const { return !any_; }

  /// The ids below `count` belong to it from now on; those that came are not in it.
  void grow(std::size_t count) { words_.resize((count + 63) / 64, 0); }
  std::size_t words() const { return words_.size(); }
  /// Of ids 64 * index on; parts of it may be set by several threads. At last, settle().
  std::uint64_t& word(std::size_t index) { return words_[index]; }
  void settle();

 private:
  std::vector<std::uint64_t> words_;
  bool any_ = false;
};

/// What is looked for among tasks, in the words of who looks: a part of a name or of the text of an
/// error, whatever its case; an id ("12", "#12"); or both as tasks are called where they are shown
/// ("fetch page 12", "task 12"). Space around it does not count. Names are interned, so each text
/// is looked at once, however many tasks have it. Threads: one writes; read by any.
class TaskQuery {
 public:
  /// `before`, if any, is what was looked for until now: what it ruled out is not looked at again
  /// where this one is narrower ("fet", "fetc").
  explicit TaskQuery(std::string_view text, const TaskQuery* before = nullptr);
  /// All tasks of a kind, as kind_of() tells them apart; the empty one is of those without a name.
  static TaskQuery of_kind(std::string_view kind);

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty() && !is_kind_; }
  std::optional<std::uint64_t> id() const { return id_; }
  /// Whether a task of the looked for id is meant, seen its name.
  bool means_id_of(std::string_view name) const;

  /// Looks at the texts that have come to the snapshot's directories since the last call. Cost
  /// O(new texts). False, and to be called again, if it was told to stop.
  bool read_names(const Snapshot& snapshot, const std::stop_token& stop = {});
  /// Whether a name or an error of that text is meant.
  bool found_in(std::string_view text) const;
  /// The names and errors of a process that have the text in them, of those read.
  const TextSet& texts(std::uint32_t process) const;
  /// Those of them that are looked for in errors, too.
  const TextSet& errors(std::uint32_t process) const;

 private:
  struct Process {
    std::shared_ptr<const trace::Directory> directory = {};
    std::size_t read = 0;  // ids 1 to `read` were looked at
    TextSet found = {};
    bool narrowed = true;  // else `found` is of a wider query
  };

  bool means(TextPattern& pattern, std::string_view text) const;
  bool sift(Process& process, std::size_t first, std::size_t last, bool all,
            const std::stop_token& stop) const;

  std::string text_;
  TextPattern pattern_;
  bool number_only_ = false;  // "#12"
  bool is_kind_ = false;      // `text_` is a kind
  std::optional<std::uint64_t> id_;
  std::string called_;  // folded: what stands before the id
  std::vector<Process> processes_;
};

/// A task that was found, and when it is looked for: when it started; if it never did, when it
/// ended (it was cancelled, or its start was lost); if it has not, when it was queued. Matches are
/// in the order of these times.
struct TaskMatch {
  TimeNs time = std::numeric_limits<TimeNs>::min();
  TaskKey task = {};
  friend auto operator<=>(const TaskMatch&, const TaskMatch&) = default;
};

/// When the task is looked for; nothing is known of one that was forgotten.
std::optional<TimeNs> match_time(const Task& task);

/// How many tasks were found, and when they are.
struct FoundTasks {
  std::uint64_t total = 0;
  std::uint64_t forgotten = 0;  ///< of those, over before Snapshot::complete_since(): found by name
                                ///< (or id) only, and only counted
  std::uint64_t before = 0;  ///< of the others, how many come before the place that was asked for
  std::vector<std::uint32_t> columns = {};
};

}  // namespace poolscope::session
