// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "ui/theme/theme.h"

#include <array>
#include <cstddef>
#include <string_view>

namespace poolscope::ui {

/// Which colour a kind of task has: kinds are names ("fetch page"), numbered as they first appear
/// in the session, so that one session keeps its colours from frame to frame. Kinds beyond the
/// palette have one together, which says nothing of them. A name that ends in a number belongs to
/// the kind without it ("page 17", "page 18").
class TaskKinds {
 public:
  static constexpr int kOther = static_cast<int>(Theme::kKinds);

  TaskKinds() = default;
  /// The first tasks of the first processes tell the first kinds, the session the others: cost
  /// O(kinds). The views live as long as the snapshot.
  explicit TaskKinds(const session::Snapshot& snapshot);

  /// An index into Theme::kinds; kOther for those beyond them.
  int operator()(std::string_view name) const;
  /// The kinds with a colour of their own, in order.
  std::size_t size() const { return size_; }
  std::string_view name(std::size_t kind) const { return names_[kind]; }

  /// The name of the kind that `name` belongs to.
  static std::string_view kindOf(std::string_view name);

 private:
  void see(std::string_view name);

  std::array<std::string_view, Theme::kKinds> names_ = {};
  std::size_t size_ = 0;
};

}  // namespace poolscope::ui
