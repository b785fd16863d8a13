// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace poolscope::ui {

/// Something to try in a scenario: a button and what it promises.
struct TryInfo {
  QString label = {};
  QString promise = {};
  bool startsAgain = false;  ///< the scenario, changed; else it acts on the pool that runs
};

/// What came of the try that was pressed last.
struct TrialInfo {
  enum class Stage { none, looking, kept, missed, seen };
  int index = -1;
  Stage stage = Stage::none;
  QString text = {};  ///< the figures; empty while it looks
};

}  // namespace poolscope::ui
