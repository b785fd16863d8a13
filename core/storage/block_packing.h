// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <zlib.h>

namespace poolscope::storage {

/// No block of a trace inflates to more; ours stay below 256 KiB, Perfetto's below 512 KiB. What
/// would is refused.
inline constexpr std::size_t kMaxInflatedBlock = std::size_t{4} * 1024 * 1024;

/// Compresses blocks of packets, each into one packet with `compressed_packets` (zlib level 1:
/// fast, and every viewer of the last years reads it). Threads: one at a time.
class BlockPacker {
 public:
  BlockPacker();
  BlockPacker(const BlockPacker&) = delete;
  BlockPacker& operator=(const BlockPacker&) = delete;
  ~BlockPacker();

  /// The whole packet, tag and length included; valid until the next call. Empty if there is no
  /// memory for it.
  std::string_view pack(std::string_view packets);

 private:
  z_stream stream_ = {};
  bool ready_ = false;
  std::string compressed_;
  std::string packet_;
};

enum class BlockFormat { zlib, zstd };
/// The packets of a block; nothing if it is damaged or larger than kMaxInflatedBlock. Threads: any.
std::optional<std::string> unpack_block(std::string_view block, BlockFormat format);

}  // namespace poolscope::storage
