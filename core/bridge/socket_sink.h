// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/directory.h"
#include "core/trace/event.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope::bridge {

/// Tells a Poolscope what the pools of this process do: events of a tracer, as the wire has them.
/// A reader that is slow or gone costs the program nothing but memory, kMostUnsent of it at most:
/// beyond that events are dropped and counted. Threads: consume() by the collector, then finish()
/// by one other, when the sink has been removed.
class SocketSink final : public trace::Sink {
 public:
  static constexpr std::size_t kMostUnsent = std::size_t{64} << 20;

  /// Connects to the Poolscope that listens at `address` and says hello; null if nobody does.
  static std::shared_ptr<SocketSink> connect(const std::string& address,
                                             std::shared_ptr<const trace::Directory> directory);
  ~SocketSink() override;

  /// Throws when Poolscope has gone: the tracer then drops the sink, and its producers are quiet.
  void consume(std::span<const trace::Event> events) override;
  /// Sends what waits, for so long at most, and says goodbye.
  void finish(std::chrono::milliseconds patience);
  /// In the child of a fork: the connection is the parent's.
  void disown();

 private:
  SocketSink(int file, std::shared_ptr<const trace::Directory> directory);
  void say_hello();
  void append(const trace::Event& record);
  void append_text(trace::Event record, std::string_view text);
  void append_news();
  void append_events(std::span<const trace::Event> events);
  bool send_some();
  bool wait_writable(std::chrono::milliseconds patience) const;
  std::size_t unsent() const { return pending_.size() - sent_; }

  int file_;
  const std::shared_ptr<const trace::Directory> directory_;
  std::vector<std::byte> pending_;
  std::size_t sent_ = 0;  // bytes of pending_
  std::size_t names_told_ = 0;
  std::size_t threads_told_ = 0;
  std::uint64_t untold_ = 0;  // events dropped, and not told yet
};

}  // namespace poolscope::bridge
