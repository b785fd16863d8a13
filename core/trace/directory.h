// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/event.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>

namespace poolscope::trace {

struct ProcessInfo {
  std::int64_t pid = 0;
  std::string name = {};
};

/// A thread that events speak of. Callers are named here; a worker's index and pool come with its
/// worker_started.
struct ThreadInfo {
  std::string name = {};
  std::int64_t os_id = 0;  ///< as gettid(); 0: not known
};

/// What the ids in events mean: texts, threads and the process. One per tracer, per connected
/// program, per opened recording. Append-only: an id once given keeps its meaning, and a text keeps
/// its address for the directory's life. Threads: any. name(), intern() of a known text and
/// thread() are called for every event and take no exclusive lock; the first two take none at all.
class Directory {
 public:
  explicit Directory(ProcessInfo process = {});
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory();

  /// The id of `text`, the same for the same text; 0 for an empty text. Never throws for lack of a
  /// slot: past 2^32 - 1 texts the answer is 0.
  NameId intern(std::string_view text);
  /// The text of `id`; empty for 0 or an id never given.
  std::string_view name(NameId id) const;
  /// How many texts were given ids: ids are 1 to name_count().
  std::size_t name_count() const;

  /// Registers a thread and returns its id: 1, 2, ...
  ThreadId add_thread(ThreadInfo info);
  /// Renames a thread (a worker's name is known only once it runs).
  void set_thread_name(ThreadId id, std::string_view name);
  /// What is known of a thread; empty for an id never given.
  ThreadInfo thread(ThreadId id) const;
  std::size_t thread_count() const;

  const ProcessInfo& process() const { return process_; }

 private:
  struct Names;
  const ProcessInfo process_;
  std::unique_ptr<Names> names_;
  mutable std::shared_mutex threads_mutex_;
  std::deque<ThreadInfo> threads_;  // guarded by threads_mutex_
};

}  // namespace poolscope::trace
