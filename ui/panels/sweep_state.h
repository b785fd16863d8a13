// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/sweep.h"

#include <QString>

#include <cstdint>
#include <vector>

namespace poolscope::ui {

/// What the user wants to be measured.
struct SweepRequest {
  std::vector<std::uint64_t> workers = {};  ///< empty: chosen by itself
  double budgetSeconds = 120;
};

/// How far a sweep has come. One that ended keeps what it measured until the next one starts.
struct SweepState {
  enum class Activity { none, running, cancelling, ended };

  Activity activity = Activity::none;
  QString scenario = {};  ///< title of what is or was measured
  experiment::SweepProgress progress = {};
  experiment::SweepResult result = {};
  QString error = {};  ///< what stopped it, or went wrong on the way

  bool isRunning() const {
    return activity == Activity::running || activity == Activity::cancelling;
  }
};

/// "8 workers, run 5 of 18, about 12 s left", or where the plan did not decide it "8 workers, run
/// 19, not sure yet: at most 90 s more". `brief`: without the workers.
QString sweepProgressText(const SweepState& state, bool brief = false);

}  // namespace poolscope::ui
