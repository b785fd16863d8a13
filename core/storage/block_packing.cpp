// SPDX-License-Identifier: Apache-2.0
#include "core/storage/block_packing.h"

#include "core/storage/perfetto_fields.h"
#include "core/storage/wire.h"

#include <algorithm>
#include <libdeflate.h>
#include <memory>
#include <zstd.h>

namespace poolscope::storage {

namespace {

/// The fastest: a recording is written while the pool works.
constexpr int kLevel = 1;

// Grows with what comes, up to the most that a block may have: what a block says of itself is a
// claim.
std::string first_guess(std::string_view block) {
  return std::string(std::clamp<std::size_t>(block.size() * 4, 4096, 512 * 1024), '\0');
}
bool grow(std::string& packets) {
  if (packets.size() >= kMaxInflatedBlock) {
    return false;
  }
  packets.resize(std::min(packets.size() * 2, kMaxInflatedBlock));
  return true;
}

std::optional<std::string> inflate_zlib(std::string_view block) {
  const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> inflater(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  if (!inflater) {
    return {};
  }
  std::string packets = first_guess(block);
  std::size_t size = 0;
  libdeflate_result result = LIBDEFLATE_INSUFFICIENT_SPACE;
  while ((result = libdeflate_zlib_decompress(inflater.get(), block.data(), block.size(),
                                              packets.data(), packets.size(), &size)) ==
         LIBDEFLATE_INSUFFICIENT_SPACE) {
    if (!grow(packets)) {
      return {};
    }
  }
  if (result != LIBDEFLATE_SUCCESS) {
    return {};
  }
  packets.resize(size);
  return packets;
}

std::optional<std::string> inflate_zstd(std::string_view block) {
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                        ZSTD_freeDCtx);
  if (!context) {
    return {};
  }
  std::string packets = first_guess(block);
  ZSTD_inBuffer in = {block.data(), block.size(), 0};
  ZSTD_outBuffer out = {packets.data(), packets.size(), 0};
  while (true) {
    const std::size_t in_before = in.pos;
    const std::size_t out_before = out.pos;
    const std::size_t left = ZSTD_decompressStream(context.get(), &out, &in);
    if (ZSTD_isError(left) != 0) {
      return {};
    }
    if (left == 0) {
      break;
    }
    if (out.pos == out.size) {
      if (!grow(packets)) {
        return {};
      }
      out.dst = packets.data();
      out.size = packets.size();
    } else if (in.pos == in_before && out.pos == out_before) {
      return {};  // it ends too early
    }
  }
  packets.resize(out.pos);
  return packets;
}

}  // namespace

BlockPacker::BlockPacker() : deflater_(libdeflate_alloc_compressor(kLevel)) {}

void BlockPacker::Free::operator()(libdeflate_compressor* deflater) const {
  libdeflate_free_compressor(deflater);
}

std::string_view BlockPacker::pack(std::string_view packets) {
  if (!deflater_) {
    return {};
  }
  compressed_.resize(libdeflate_zlib_compress_bound(deflater_.get(), packets.size()));
  const std::size_t size = libdeflate_zlib_compress(deflater_.get(), packets.data(), packets.size(),
                                                    compressed_.data(), compressed_.size());
  if (size == 0) {
    return {};
  }
  compressed_.resize(size);
  packet_.clear();
  {
    protozero::pbf_builder<TraceField> trace(packet_);
    protozero::pbf_builder<PacketField> packet(trace, TraceField::packet);
    packet.add_bytes(PacketField::compressed_packets, compressed_);
  }
  return packet_;
}

std::optional<std::string> unpack_block(std::string_view block, BlockFormat format) {
  return format == BlockFormat::zlib ? inflate_zlib(block) : inflate_zstd(block);
}

}  // namespace poolscope::storage
