// SPDX-License-Identifier: Apache-2.0
#include "core/session/text_pattern.h"

#include <algorithm>
#include <clocale>
#include <cstddef>
#include <cwctype>
#include <locale.h>

namespace poolscope::session {
namespace {

constexpr bool is_ascii(char byte) {
  return static_cast<unsigned char>(byte) < 0x80;
}

constexpr char ascii_folded(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte;
}

/// One letter, not ASCII. The C library knows all of Unicode in this locale whatever the user's is.
char32_t letter_folded(char32_t letter) {
  static const locale_t kUnicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (kUnicode == nullptr) {
    return letter;
  }
  // By way of the upper case two lower ones of the same letter are one, as in Greek at a word's
  // end.
  const auto folded = static_cast<char32_t>(
      towlower_l(towupper_l(static_cast<wint_t>(letter), kUnicode), kUnicode));
  return folded < 0x80 ? letter : folded;
}

/// How many bytes the letter at the begin of `text` takes; 0 where it is no UTF-8.
std::size_t letter_size(std::string_view text, char32_t& letter) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 0;
  if (size == 0 || size > text.size()) {
    return 0;
  }
  letter = lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0U) != 0x80U) {
      return 0;
    }
    letter = letter << 6 | (byte & 0x3fU);
  }
  return size;
}

void append_letter(char32_t letter, std::string& to) {
  const auto put = [&to](char32_t byte) { to.push_back(static_cast<char>(byte)); };
  if (letter >= 0x10000) {
    put(0xf0 | letter >> 18);
    put(0x80 | (letter >> 12 & 0x3f));
  } else if (letter >= 0x800) {
    put(0xe0 | letter >> 12);
  }
  if (letter >= 0x800) {
    put(0x80 | (letter >> 6 & 0x3f));
  } else {
    put(0xc0 | letter >> 6);
  }
  put(0x80 | (letter & 0x3f));
}

void fold(std::string_view text, std::string& to) {
  to.clear();
  while (!text.empty()) {
    char32_t letter = 0;
    const std::size_t size = is_ascii(text.front()) ? 0 : letter_size(text, letter);
    if (size > 0) {
      append_letter(letter_folded(letter), to);
    } else {
      to.push_back(ascii_folded(text.front()));
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
}

}  // namespace

std::string folded(std::string_view text) {
  std::string result;
  fold(text, result);
  return result;
}

TextPattern::TextPattern(std::string_view text)
    : pattern_(folded(text)),
      ascii_(std::ranges::all_of(pattern_, is_ascii)) {}

bool TextPattern::found_in(std::string_view text) {
  if (pattern_.empty()) {
    return false;
  }
  if (!ascii_) {
    // A letter may fold to one of another length, but not to ASCII.
    if (std::ranges::all_of(text, is_ascii)) {
      return false;
    }
    fold(text, buffer_);
    return buffer_.find(pattern_) != std::string::npos;
  }
  const char lower = pattern_.front();
  const bool is_letter = lower >= 'a' && lower <= 'z';
  return found_from(lower, text) ||
         (is_letter && found_from(static_cast<char>(lower - ('a' - 'A')), text));
}

/// Whether the pattern, which is ASCII, is where `text` has `first`: few places need a look.
bool TextPattern::found_from(char first, std::string_view text) const {
  if (text.size() < pattern_.size()) {
    return false;
  }
  const std::string_view begins = text.substr(0, text.size() - pattern_.size() + 1);
  for (std::size_t at = begins.find(first); at != std::string_view::npos;
       at = begins.find(first, at + 1)) {
    if (std::equal(pattern_.begin(), pattern_.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                   [](char wanted, char byte) { return wanted == ascii_folded(byte); })) {
      return true;
    }
  }
  return false;
}

bool TextPattern::implies(const TextPattern& other) const {
  return !other.empty() && pattern_.find(other.pattern_) != std::string::npos;
}

}  // namespace poolscope::session
