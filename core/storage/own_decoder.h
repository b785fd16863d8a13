// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/session.h"
#include "core/storage/packet.h"
#include "core/storage/recording.h"
#include "core/storage/session_filler.h"
#include "core/storage/vocabulary.h"
#include "core/trace/directory.h"
#include "core/trace/event.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace poolscope::storage {

/// Turns the packets that a BlockEncoder made of a process's events back into these events. What a
/// damaged file says is bounded: a packet that makes no sense is left out and counted. Threads: one
/// at a time.
class OwnDecoder {
 public:
  /// `sequence` tells which process of the file it is; `max_threads` bounds the ids of threads.
  OwnDecoder(session::Session& session, SessionFiller& filler, std::uint32_t sequence,
             std::uint32_t max_threads);

  /// Throws protozero::exception where a message of `packet` is none.
  void decode(const Packet& packet, RecordingInfo& info);
  /// Hands the filler what has been decoded.
  void deliver();
  /// After all packets: the session shows all of it.
  void finish();

  std::uint64_t damaged() const { return damaged_; }

 private:
  struct Slice {
    trace::EventKind kind = trace::EventKind::task_started;  // how it began
    std::uint64_t task = 0;
    std::uint64_t detail = 0;
  };
  struct Stack {
    std::uint64_t block = 0;  // slices of another block are forgotten
    std::vector<Slice> slices = {};
  };
  /// A track event and its annotations, names already those of our directory.
  struct Parsed {
    std::int32_t type = 0;
    std::uint64_t track = 0;
    trace::NameId name = 0;
    std::optional<std::uint64_t> flow = {};
    std::optional<std::uint64_t> terminating_flow = {};
    std::optional<trace::PoolId> pool = {};
    std::optional<Category> slice_category = {};  // a phase or a wait
    std::optional<std::uint64_t> kind = {};
    std::optional<std::uint64_t> task = {};
    std::uint64_t result = 0;
    std::uint64_t detail = 0;
    std::uint64_t awaited = 0;
    bool timed = false;
    std::uint64_t cpu_ns = 0;
    std::uint64_t thread = 0;
    std::string_view text = {};
    std::string_view outcome = {};
    trace::NameId error = 0;
    bool about_recording = false;
  };

  void begin_block();
  void read_clocks(std::string_view snapshot);
  void read_interned(std::string_view data);
  void read_track(std::string_view data);
  void read_process(std::string_view data);
  void read_thread(trace::ThreadId thread, std::string_view data);
  Parsed read_event(std::string_view data, RecordingInfo& info);
  void read_annotation(std::string_view data, Parsed& parsed, RecordingInfo& info);

  void add_event(const Parsed& parsed, std::uint64_t time_ns);
  void add_short(const Parsed& parsed, trace::Event& event);
  void add_full(const Parsed& parsed, trace::Event& event);
  bool begin_slice(const Parsed& parsed, trace::Event& event, Stack& stack) const;
  bool end_slice(const Parsed& parsed, trace::Event& event, Stack& stack) const;
  Stack& stack_of(trace::ThreadId thread);
  void open_process(trace::ProcessInfo process);

  session::Session& session_;
  SessionFiller& filler_;
  const std::uint64_t base_;
  const std::uint32_t max_threads_;
  std::shared_ptr<trace::Directory> directory_;
  std::shared_ptr<trace::Sink> sink_;
  std::vector<trace::Event> events_;
  std::uint64_t damaged_ = 0;

  // Of the block under way.
  std::uint64_t block_ = 0;
  std::uint64_t clock_ns_ = 0;
  trace::PoolId default_pool_ = 0;
  std::vector<trace::NameId> names_;
  std::vector<trace::NameId> texts_;
  std::unordered_map<std::uint64_t, Category> categories_;
  std::array<Annotation, 64> annotations_ = {};
  std::vector<Stack> stacks_;
};

}  // namespace poolscope::storage
