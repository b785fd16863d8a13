// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/storage/byte_source.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace poolscope::storage {

/// Cuts a trace into its packets. Reads ahead no more than a packet needs: what a length claims is
/// believed only as its bytes come. Threads: one at a time.
class PacketSplitter {
 public:
  /// Larger packets exist in no trace that we could show.
  static constexpr std::size_t kMaxPacket = std::size_t{64} * 1024 * 1024;

  explicit PacketSplitter(ByteSource& source) : source_(source) {}

  /// The next packet, without tag and length; valid until the next call. Nothing at the end.
  std::optional<std::string_view> next();
  /// After the end: it came in the middle of a packet, or what followed was not one.
  bool truncated() const { return truncated_; }
  /// What is there of the packet that was cut; empty if none was.
  std::string_view cut_packet() const { return cut_packet_; }
  /// The first byte of all; nothing if there was none.
  std::optional<char> first_byte() const { return first_byte_; }
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  bool fill(std::size_t size);

  ByteSource& source_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t bytes_read_ = 0;
  bool truncated_ = false;
  std::string_view cut_packet_;
  std::optional<char> first_byte_;
};

}  // namespace poolscope::storage
