// SPDX-License-Identifier: Apache-2.0
#include "core/storage/block_packing.h"

#include "core/storage/perfetto_fields.h"
#include "core/storage/wire.h"

#include <algorithm>
#include <memory>
#include <zstd.h>

namespace poolscope::storage {

namespace {

Bytef* bytes_of(std::string& text) {
  return reinterpret_cast<Bytef*>(text.data());
}

// zlib takes its input through a pointer to non-const, but does not write there.
Bytef* bytes_of(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

std::optional<std::string> inflate_zlib(std::string_view block) {
  z_stream stream = {};
  if (inflateInit(&stream) != Z_OK) {
    return {};
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, inflateEnd);
  stream.next_in = bytes_of(block);
  stream.avail_in = static_cast<uInt>(block.size());
  std::string packets(std::clamp<std::size_t>(block.size() * 4, 4096, 512 * 1024), '\0');
  int status = Z_OK;
  while (status == Z_OK) {
    if (stream.total_out == packets.size()) {
      if (packets.size() >= kMaxInflatedBlock) {
        return {};
      }
      packets.resize(std::min(packets.size() * 2, kMaxInflatedBlock));
    }
    stream.next_out = bytes_of(packets) + stream.total_out;
    stream.avail_out = static_cast<uInt>(packets.size() - stream.total_out);
    status = inflate(&stream, Z_NO_FLUSH);
  }
  if (status != Z_STREAM_END) {
    return {};
  }
  packets.resize(stream.total_out);
  return packets;
}

std::optional<std::string> inflate_zstd(std::string_view block) {
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                        ZSTD_freeDCtx);
  if (!context) {
    return {};
  }
  // What the frame says of its size is a claim: grow as it comes.
  std::string packets(std::clamp<std::size_t>(block.size() * 4, 4096, 512 * 1024), '\0');
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
      if (packets.size() >= kMaxInflatedBlock) {
        return {};
      }
      packets.resize(std::min(packets.size() * 2, kMaxInflatedBlock));
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

BlockPacker::BlockPacker() {
  ready_ = deflateInit(&stream_, 1) == Z_OK;
}

BlockPacker::~BlockPacker() {
  if (ready_) {
    deflateEnd(&stream_);
  }
}

std::string_view BlockPacker::pack(std::string_view packets) {
  if (!ready_ || deflateReset(&stream_) != Z_OK) {
    return {};
  }
  compressed_.resize(deflateBound(&stream_, static_cast<uLong>(packets.size())));
  stream_.next_in = bytes_of(packets);
  stream_.avail_in = static_cast<uInt>(packets.size());
  stream_.next_out = bytes_of(compressed_);
  stream_.avail_out = static_cast<uInt>(compressed_.size());
  if (deflate(&stream_, Z_FINISH) != Z_STREAM_END) {
    return {};
  }
  compressed_.resize(stream_.total_out);
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
