// SPDX-License-Identifier: Apache-2.0
#include "core/storage/chrome_splitter.h"

#include <algorithm>

namespace poolscope::storage {

namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool is_space(int byte) {
  return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

}  // namespace

int ChromeSplitter::peek() {
  if (at_ == size_) {
    at_ = 0;
    if (bytes_read_ > limit_) {
      size_ = 0;
      damaged_ = true;
      return kEnd;
    }
    size_ = source_.read(buffer_);
    bytes_read_ += size_;
    if (size_ == 0) {
      return kEnd;
    }
  }
  return static_cast<unsigned char>(buffer_[at_]);
}

int ChromeSplitter::skip_space(bool commas) {
  int byte = peek();
  while (is_space(byte) || (commas && byte == ',')) {
    ++at_;
    byte = peek();
  }
  return byte;
}

bool ChromeSplitter::keep(std::string_view piece) {
  too_long_ = too_long_ || text_.size() + piece.size() > kMostBytes;
  if (!too_long_) {
    text_ += piece;
  }
  return !too_long_;
}

bool ChromeSplitter::read_value() {
  text_.clear();
  too_long_ = false;
  const int first = peek();
  if (first != '{' && first != '[' && first != '"') {
    return read_scalar();
  }
  std::size_t depth = 0;
  bool in_string = false;
  bool escaped = false;
  while (peek() != kEnd) {
    const std::size_t begin = at_;
    bool over = false;
    for (; at_ < size_ && !over; ++at_) {
      const char byte = buffer_[at_];
      if (in_string) {
        if (escaped) {
          escaped = false;
        } else if (byte == '\\') {
          escaped = true;
        } else if (byte == '"') {
          in_string = false;
          over = depth == 0;
        }
      } else if (byte == '"') {
        in_string = true;
      } else if (byte == '{' || byte == '[') {
        ++depth;
      } else if (byte == '}' || byte == ']') {
        over = --depth == 0;
      }
    }
    keep(std::string_view(buffer_.data() + begin, at_ - begin));
    if (over) {
      return true;
    }
  }
  return false;
}

/// A number, a word, or whatever stands there up to the next part.
bool ChromeSplitter::read_scalar() {
  constexpr std::string_view kEnds = ",]}{[\"";
  int byte = peek();
  while (byte != kEnd && !is_space(byte) &&
         kEnds.find(static_cast<char>(byte)) == std::string_view::npos) {
    keep(std::string_view(buffer_.data() + at_, 1));
    ++at_;
    byte = peek();
  }
  return byte != kEnd;
}

std::optional<ChromeSplitter::Item> ChromeSplitter::item(Item::Kind kind) {
  const std::size_t size = text_.size();
  text_.append(kPadding, '\0');
  return Item{kind, std::string_view(text_.data(), size)};
}

std::optional<ChromeSplitter::Item> ChromeSplitter::stop(bool damaged) {
  damaged_ = damaged_ || damaged;
  place_ = Place::end;
  return {};
}

std::optional<ChromeSplitter::Item> ChromeSplitter::next() {
  if (place_ == Place::start) {
    for (const char byte : kByteOrderMark) {
      if (peek() != static_cast<unsigned char>(byte)) {
        break;
      }
      ++at_;
    }
    const int first = skip_space(false);
    if (first != '[' && first != '{') {
      return stop(true);
    }
    ++at_;
    in_object_ = first == '{';
    has_events_ = !in_object_;
    place_ = in_object_ ? Place::object : Place::events;
  }
  while (place_ != Place::end) {
    if (const auto found = place_ == Place::events ? next_event() : next_member()) {
      return found;
    }
  }
  return {};
}

std::optional<ChromeSplitter::Item> ChromeSplitter::next_event() {
  const int first = skip_space(true);
  if (first == kEnd) {
    return stop(in_object_);  // an array may end without its bracket
  }
  if (first == ']') {
    ++at_;
    place_ = in_object_ ? Place::object : Place::end;
    return {};
  }
  if (first == '}') {
    return stop(true);
  }
  const bool whole = read_value();
  if (!whole && first == '{') {
    return stop(true);
  }
  if (first != '{' || too_long_) {
    damaged_ = true;
    return {};
  }
  return item(Item::Kind::event);
}

std::optional<ChromeSplitter::Item> ChromeSplitter::next_member() {
  const int first = skip_space(true);
  if (first == '}') {
    return stop(false);
  }
  if (first != '"' || !read_value()) {
    return stop(true);
  }
  const std::string key = text_;
  if (skip_space(false) != ':') {
    return stop(true);
  }
  ++at_;
  if (skip_space(false) == '[' && key == "\"traceEvents\"") {
    ++at_;
    has_events_ = true;
    place_ = Place::events;
    return {};
  }
  if (!read_value()) {
    return stop(true);
  }
  return key == "\"otherData\"" && !too_long_ ? item(Item::Kind::other_data) : std::nullopt;
}

bool begins_as_json(std::string_view front) {
  const bool line_feed = front.starts_with('\n');
  if (front.starts_with(kByteOrderMark)) {
    front.remove_prefix(kByteOrderMark.size());
  }
  const std::size_t first = front.find_first_not_of(kSpace);
  if (first == std::string_view::npos || (front[first] != '[' && front[first] != '{')) {
    return false;
  }
  if (!line_feed) {
    return true;
  }
  // In a packet of 91 or 123 bytes the next byte is a field's tag, and these are none.
  const std::size_t second = front.find_first_not_of(kSpace, first + 1);
  return second != std::string_view::npos &&
         (front[first] == '[' ? front[second] == '{' : front.substr(second).starts_with("\"tr"));
}

}  // namespace poolscope::storage
