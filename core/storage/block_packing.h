// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct libdeflate_compressor;

namespace poolscope::storage {

/// No block of a trace inflates to more; ours stay below 256 KiB, Perfetto's below 512 KiB. What
/// would is refused.
inline constexpr std::size_t kMaxInflatedBlock = std::size_t{4} * 1024 * 1024;

/// Compresses blocks of packets, each into one packet with `compressed_packets` (in zlib's format,
/// which every viewer of the last years reads). Threads: one at a time.
class BlockPacker {
 public:
  BlockPacker();

  /// The whole packet, tag and length included; valid until the next call. Empty if there is no
  /// memory for it.
  std::string_view pack(std::string_view packets);

 private:
  struct Free {
    void operator()(libdeflate_compressor* deflater) const;
  };
  std::unique_ptr<libdeflate_compressor, Free> deflater_;
  std::string compressed_;
  std::string packet_;
};

enum class BlockFormat { zlib, zstd };
/// The packets of a block; nothing if it is damaged or larger than kMaxInflatedBlock. Threads: any.
std::optional<std::string> unpack_block(std::string_view block, BlockFormat format);

}  // namespace poolscope::storage
