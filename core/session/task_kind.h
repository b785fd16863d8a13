// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace poolscope::session {

/// The kind of task that a name says: a name that ends in a number belongs to the kind without it
/// ("page 17" and "page 18" to "page"), any other is a kind of its own. Nothing but white space is
/// no name.
inline std::string_view kind_of(std::string_view name) {
  if (name.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos) {
    return {};
  }
  const std::string_view stem = name.substr(0, name.find_last_not_of("0123456789") + 1);
  return stem.size() == name.size() ? name : stem.substr(0, stem.find_last_not_of(" _-#") + 1);
}

}  // namespace poolscope::session
