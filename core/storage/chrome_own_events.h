// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/session.h"
#include "core/storage/chrome_event.h"
#include "core/trace/directory.h"
#include "core/trace/event.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace poolscope::storage {

/// Makes events again of what ChromeWriter wrote. Threads: one at a time.
class ChromeOwnEvents {
 public:
  /// `begin_ns`: what time 0 of the trace is. No more than `max_threads` are believed.
  ChromeOwnEvents(std::uint64_t begin_ns, std::uint32_t max_threads)
      : begin_ns_(begin_ns),
        max_threads_(max_threads) {}

  /// False if it says that it is one of ours and is none.
  bool read(const ChromeEvent& event);
  void tell(session::Session& session);

 private:
  struct Process {
    std::shared_ptr<trace::Directory> directory = {};
    std::map<std::int64_t, trace::ThreadId> threads = {};  // by the trace's tid
    std::vector<trace::Event> events = {};
  };

  Process& process_of(std::int64_t pid, trace::ProcessInfo info);
  bool read_thread(Process& process, const ChromeEvent& event);
  std::optional<trace::ThreadId> thread_of(Process& process, std::int64_t tid);

  std::uint64_t begin_ns_;
  std::uint32_t max_threads_;
  std::uint32_t threads_ = 0;
  std::map<std::int64_t, Process> processes_;
  std::vector<std::int64_t> order_;
};

}  // namespace poolscope::storage
