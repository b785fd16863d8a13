// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/bridge/wire.h"
#include "core/bridge/wire_decoder.h"
#include "core/trace/event.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace poolscope::bridge {

/// A file of the system, closed with this object.
class FileNumber {
 public:
  explicit FileNumber(int number = -1) : number_(number) {}
  FileNumber(FileNumber&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileNumber& operator=(FileNumber&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileNumber();
  int get() const { return number_; }

 private:
  int number_;
};

/// One program's process, whose connection may be a second one.
struct Process {
  Hello hello = {};
  ProcessIds ids = {};
  std::optional<std::uint32_t> number = {};  ///< with its first event
  std::shared_ptr<trace::Sink> sink = {};
  bool unpublished = false;  ///< the sink was given events since the last empty batch
};

/// One connected client: bytes in, commands out. Threads: the server's.
class Connection {
 public:
  Connection(FileNumber file, std::function<ProcessIds*(const Hello&)> on_hello,
             std::function<void(const std::string&)> on_notice)
      : file_(std::move(file)),
        decoder_(std::move(on_hello), std::move(on_notice)) {}

  enum class State { open, ended };
  /// Reads what is there, up to some 256 KiB, and appends events to `out`.
  Result<State> read(std::uint64_t now_ns, std::vector<trace::Event>& out);
  void send(const ControlRecord& record);
  /// Writes what waits, as far as it goes.
  void write();
  bool wants_to_write() const { return !unsent_.empty(); }
  bool said_hello() const { return decoder_.said_hello(); }
  bool said_bye() const { return decoder_.said_bye(); }

  int file() const { return file_.get(); }
  Process* process = nullptr;  ///< with its hello; owned by the server
  std::uint64_t accepted_ns = 0;

 private:
  static constexpr std::size_t kMostUnsent = 256;  // commands; more are dropped, the oldest first

  FileNumber file_;
  WireDecoder decoder_;
  std::deque<ControlRecord> unsent_;
  std::size_t written_ = 0;  // bytes of the first
};

}  // namespace poolscope::bridge
