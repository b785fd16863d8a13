// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/bridge/wire.h"
#include "core/trace/directory.h"
#include "core/trace/event.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope::bridge {

/// What a process says of itself when it connects.
struct Hello {
  std::int64_t pid = 0;
  std::int64_t parent = 0;
  std::uint64_t began_ns = 0;  ///< with the pid: which process, also on a second connection
  std::string command = {};
};

/// Ids of one process's wire, as its directory has them. Kept when a process connects anew.
/// Bounded: texts beyond kMostTextBytes are told as no text.
struct ProcessIds {
  std::shared_ptr<trace::Directory> directory = {};
  std::vector<trace::NameId> names = {};      ///< by wire id - 1
  std::vector<trace::ThreadId> threads = {};  ///< by wire id - 1; 0: not told
  std::size_t text_bytes = 0;
};

/// Makes events of the bytes of one connection. Whatever comes, it neither throws nor grows without
/// bound: what is no wire is refused with an Error. Threads: one at a time.
class WireDecoder {
 public:
  static constexpr std::size_t kMostTextBytes = std::size_t{64} << 20;
  /// Events stamped so much later than `now` are rubbish.
  static constexpr std::uint64_t kMostAheadNs = 5'000'000'000;
  /// Notices beyond these are dropped.
  static constexpr int kMostNotices = 16;

  /// `on_hello` is asked once whose ids those of this connection are; null refuses it. `on_notice`
  /// gets what the process has its user told.
  explicit WireDecoder(std::function<ProcessIds*(const Hello&)> on_hello,
                       std::function<void(const std::string&)> on_notice = {})
      : on_hello_(std::move(on_hello)),
        on_notice_(std::move(on_notice)) {}

  /// Takes the next bytes and appends what they tell to `out`, with the directory's ids. After an
  /// Error the connection is of no more use. `now_ns`: the clock's present.
  Result<void> feed(std::span<const std::byte> bytes, std::uint64_t now_ns,
                    std::vector<trace::Event>& out);
  bool said_hello() const { return ids_ != nullptr; }
  bool said_bye() const { return bye_; }

 private:
  Result<void> take(const trace::Event& record, std::uint64_t now_ns,
                    std::vector<trace::Event>& out);
  Result<void> take_text(const std::string& text);
  Result<void> take_event(trace::Event event, std::uint64_t now_ns, std::vector<trace::Event>& out);
  trace::NameId name(std::uint64_t id) const;
  void add_name(std::uint64_t id, std::string_view text);
  void add_thread(std::uint64_t id, std::string_view text, std::int64_t os_id);

  const std::function<ProcessIds*(const Hello&)> on_hello_;
  const std::function<void(const std::string&)> on_notice_;
  ProcessIds* ids_ = nullptr;
  std::vector<std::byte> pending_;       // less than one record, or a text that is not whole yet
  std::optional<trace::Event> heading_;  // whose text is to come
  bool bye_ = false;
  int notices_ = 0;
};

}  // namespace poolscope::bridge
