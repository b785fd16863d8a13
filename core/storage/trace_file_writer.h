// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/storage/block_packing.h"
#include "core/storage/output_file.h"

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace poolscope::storage {

/// Appends blocks of packets to a file, each as one compressed packet; stops at the first error.
/// Threads: one at a time, but for bytes_written().
class TraceFileWriter {
 public:
  TraceFileWriter(OutputFile file, bool compress) : file_(std::move(file)), compress_(compress) {}

  void write(std::string_view packets) {
    if (error_) {
      return;
    }
    const std::string_view piece = compress_ ? packer_.pack(packets) : packets;
    if (piece.empty()) {
      error_ = Error{"recording", "not enough memory to compress it", "close other programs"};
      return;
    }
    keep_error(file_.append(piece));
    bytes_written_.store(file_.size(), std::memory_order_relaxed);
  }
  void close() { keep_error(file_.close()); }

  const std::optional<Error>& error() const { return error_; }
  std::uint64_t bytes_written() const { return bytes_written_.load(std::memory_order_relaxed); }

 private:
  void keep_error(Result<void> result) {
    if (!result && !error_) {
      error_ = std::move(result.error());
    }
  }

  OutputFile file_;
  bool compress_;
  BlockPacker packer_;
  std::optional<Error> error_;
  std::atomic<std::uint64_t> bytes_written_ = 0;  // a figure to show: orders nothing
};

}  // namespace poolscope::storage
