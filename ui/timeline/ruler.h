// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/types.h"

#include <algorithm>
#include <optional>

namespace poolscope::ui {

/// Up to two moments of a session whose distance is measured. They stay where they are while the
/// view moves.
struct Ruler {
  std::optional<session::TimeNs> first = {};
  std::optional<session::TimeNs> second = {};  ///< none without a first one

  bool isEmpty() const { return !first; }
  bool isComplete() const { return first && second; }
  session::TimeNs begin() const { return std::min(*first, second.value_or(*first)); }
  session::TimeNs end() const { return std::max(*first, second.value_or(*first)); }
  /// The first end, then the second; after that a new ruler begins.
  void drop(session::TimeNs time) {
    if (first && !second) {
      second = time;
    } else {
      *this = {time, std::nullopt};
    }
  }
  friend bool operator==(const Ruler&, const Ruler&) = default;
};

}  // namespace poolscope::ui
