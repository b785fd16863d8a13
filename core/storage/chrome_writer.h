// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "core/storage/export.h"
#include "core/storage/text_file.h"
#include "core/trace/event.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace poolscope::storage {

/// Writes a snapshot's events in Chrome's Trace Event Format (catapult's "Trace Event Format"
/// document), object form. Slices always nest: where an event was lost, its slice is ended by one
/// that our reader skips. Threads: one at a time.
class ChromeWriter {
 public:
  ChromeWriter(const session::Snapshot& snapshot, const ExportOptions& options, TextFile& file);

  void begin();
  /// In the order of a replay. False once the file cannot be written.
  bool add(std::uint32_t process, const trace::Event& event);
  void end();

 private:
  struct Open {
    trace::EventKind kind = trace::EventKind::task_started;
    std::uint64_t task = 0;
  };
  struct Thread {
    std::vector<Open> open = {};
    std::vector<trace::Event> waits = {};  // that began before the stretch and may reach into it
  };

  void describe_process(std::uint32_t process);
  bool is_wanted(const trace::Event& event);
  void write(const trace::Event& event);
  void write_slice_end(Thread& thread, const trace::Event& event);
  void tell_waits();
  void tell_depth(const trace::Event& event);
  void close(Thread& thread, std::uint64_t time_ns, trace::ThreadId id);

  // One event's text, begun by begin_event() and ended by end_event().
  void begin_event(char phase, std::uint64_t time_ns, trace::ThreadId thread,
                   std::string_view name);
  void add_arguments(const trace::Event& event, std::string_view shown_name);
  void end_event();
  void write_flow(char phase, const trace::Event& event);
  void write_counter(const trace::Event& event, std::string_view name, std::uint64_t value);
  void add_argument(std::string_view key);

  std::int64_t tid(trace::ThreadId thread) const;
  std::uint64_t time_of(session::TimeNs time) const { return static_cast<std::uint64_t>(time); }

  const session::Snapshot& snapshot_;
  const ExportOptions& options_;
  TextFile& file_;
  std::string& out_;
  std::uint64_t begin_ns_;
  bool first_event_ = true;
  bool first_argument_ = true;

  // Of the process under way.
  std::uint32_t process_ = 0;
  bool described_ = false;
  std::int64_t pid_ = 0;
  std::vector<std::int64_t> used_pids_;
  std::vector<std::int64_t> tids_;  // by thread id
  std::shared_ptr<const trace::Directory> directory_;
  std::unordered_map<trace::ThreadId, Thread> threads_;
  std::unordered_map<trace::PoolId, session::PoolIndex> pools_;
  std::unordered_map<trace::PoolId, std::uint64_t> depth_told_at_;
  bool reached_stretch_ = false;
};

}  // namespace poolscope::storage
