// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tl/expected.hpp>

#include <string>
#include <utility>

namespace poolscope {

/// Why something of the world outside (a file, a socket, a scenario, an option) could not be used:
/// what it is about, what is wrong with it, and what to do. Shown as one line: "subject: reason;
/// advice".
struct Error {
  std::string subject = {};
  std::string reason = {};
  std::string advice = {};

  std::string message() const {
    std::string text = subject.empty() ? reason : subject + ": " + reason;
    if (!advice.empty()) {
      text += "; " + advice;
    }
    // Names of files and what others report may hold anything: it stays one line, and the
    // terminal as it is.
    for (char& byte : text) {
      const auto code = static_cast<unsigned char>(byte);
      byte = code < 0x20 || code == 0x7f ? '?' : byte;
    }
    return text;
  }
};

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> failure(std::string subject, std::string reason,
                                     std::string advice = {}) {
  return tl::unexpected<Error>(Error{std::move(subject), std::move(reason), std::move(advice)});
}

}  // namespace poolscope
