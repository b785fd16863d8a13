// SPDX-License-Identifier: Apache-2.0
#include "core/storage/packet_splitter.h"

#include "core/storage/perfetto_fields.h"

#include <algorithm>
#include <cstring>

namespace poolscope::storage {

namespace {
constexpr std::size_t kReadAhead = 256 * 1024;
constexpr std::size_t kMaxVarint = 10;
}  // namespace

/// Makes at least `size` bytes available from begin_; false if there are not so many.
bool PacketSplitter::fill(std::size_t size) {
  while (end_ - begin_ < size) {
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (buffer_.size() - end_ < kReadAhead) {
      buffer_.resize(std::max(buffer_.size() * 2, end_ + kReadAhead));
    }
    const std::size_t n = source_.read(std::span(buffer_).subspan(end_));
    if (n == 0) {
      return false;
    }
    if (!first_byte_) {
      first_byte_ = buffer_[end_];
    }
    end_ += n;
    bytes_read_ += n;
  }
  return true;
}

std::optional<std::string_view> PacketSplitter::next() {
  if (truncated_ || !fill(1)) {
    truncated_ = truncated_ || source_.broken();
    return {};
  }
  truncated_ = true;  // until it is whole
  if (buffer_[begin_] != kTracePacketTag) {
    return {};
  }
  std::uint64_t length = 0;
  std::size_t header = 1;
  for (unsigned shift = 0;; shift += 7, ++header) {
    if (header > kMaxVarint || !fill(header + 1)) {
      return {};
    }
    const auto byte = static_cast<unsigned char>(buffer_[begin_ + header]);
    length |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80U) {
      break;
    }
  }
  ++header;
  if (length > kMaxPacket || !fill(header + static_cast<std::size_t>(length))) {
    cut_packet_ = {buffer_.data() + begin_ + header, end_ - begin_ - header};
    return {};
  }
  truncated_ = false;
  const std::string_view packet(buffer_.data() + begin_ + header, static_cast<std::size_t>(length));
  begin_ += header + static_cast<std::size_t>(length);
  return packet;
}

}  // namespace poolscope::storage
