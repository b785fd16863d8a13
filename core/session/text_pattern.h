// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace poolscope::session {

/// `text` as it is compared: without case, letter by letter as Unicode has it (no letter becomes
/// two, none becomes ASCII that was not), what is no UTF-8 as it is.
std::string folded(std::string_view text);

/// A text that is looked for in many others, as it stands there but for case. Composed and
/// decomposed letters are not the same. Threads: one; copies are independent.
class TextPattern {
 public:
  explicit TextPattern(std::string_view text);

  /// An empty one is in no text.
  bool found_in(std::string_view text);
  /// Whether all that has this in it has `other` in it, too.
  bool implies(const TextPattern& other) const;
  bool empty() const { return pattern_.empty(); }

 private:
  bool found_from(char first, std::string_view text) const;

  std::string pattern_;  // folded
  bool ascii_ = true;
  std::string buffer_;  // of the text that is looked at
};

}  // namespace poolscope::session
