// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/storage/byte_source.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope::storage {

/// Takes a trace in Chrome's JSON apart into the texts of its events, in one pass, holding one at a
/// time: so an array may lack its end, and what is wrong with one event costs only that. Knows of
/// JSON no more than brackets and strings. Threads: one at a time.
class ChromeSplitter {
 public:
  struct Item {
    enum class Kind { event, other_data };
    Kind kind = Kind::event;
    std::string_view text = {};  ///< valid until the next call; kPadding more bytes can be read
  };
  static constexpr std::size_t kPadding = 64;

  /// Reads no more than about `limit` bytes.
  ChromeSplitter(ByteSource& source, std::uint64_t limit)
      : source_(source),
        limit_(limit),
        buffer_(kBufferSize) {}

  std::optional<Item> next();
  /// Whether there were events, or a place for them.
  bool is_trace() const { return has_events_; }
  /// It ended where it should not, or something in it was skipped.
  bool damaged() const { return damaged_ || source_.broken(); }
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  enum class Place { start, object, events, end };
  static constexpr std::size_t kBufferSize = 256 * 1024;
  /// Of a part that is kept; what is longer is skipped.
  static constexpr std::size_t kMostBytes = std::size_t{16} << 20;
  static constexpr int kEnd = -1;

  int peek();
  int skip_space(bool commas);
  /// Reads a value into text_ ("" if it is too long); false if the file ends in it.
  bool read_value();
  bool read_scalar();
  bool keep(std::string_view piece);
  std::optional<Item> item(Item::Kind kind);
  std::optional<Item> next_event();
  std::optional<Item> next_member();
  std::optional<Item> stop(bool damaged);

  ByteSource& source_;
  std::uint64_t limit_;
  std::vector<char> buffer_;
  std::size_t at_ = 0;
  std::size_t size_ = 0;
  std::uint64_t bytes_read_ = 0;
  std::string text_;
  bool too_long_ = false;
  Place place_ = Place::start;
  bool in_object_ = false;
  bool has_events_ = false;
  bool damaged_ = false;
};

/// Whether a file that begins like this is JSON. A Perfetto trace begins with a line feed, too.
bool begins_as_json(std::string_view front);

}  // namespace poolscope::storage
