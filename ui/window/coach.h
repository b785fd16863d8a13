// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "ui/window/engine.h"

#include <QString>

namespace poolscope::ui {

/// What the strip above the timeline is about.
enum class CoachTopic {
  none,
  resize,     ///< first of the introduction: the pool works, change max_workers
  inspect,    ///< then: click a task
  look_back,  ///< then: freeze, select
  no_task,    ///< the pool waits for its first task
  paused,
  sweeping,  ///< paused, while others are measured
  finished,
  replay,
  automatic,  ///< a controller changes max_workers
};

struct CoachInput {
  const EngineState* state = nullptr;
  std::uint64_t tasks = 0;     ///< queued so far
  std::uint64_t finished = 0;  ///< of these, the ones that ran to their end
  std::uint64_t failed = 0;    ///< of the finished
  std::uint64_t cancelled = 0;
  bool introductionDone = false;
  bool hasResized = false;    ///< the user changed max_workers
  bool hasInspected = false;  ///< the user selected a task
  bool isSweeping = false;
  QString autoDecision = {};  ///< what Auto did last and why; empty: nothing yet
  qint64 autoAgeNs = 0;       ///< how long ago that was
};

struct CoachHint {
  CoachTopic topic = CoachTopic::none;
  QString text = {};
};

/// One sentence or two on what is to be seen and what to do next. Pure.
CoachHint coachHint(const CoachInput& input);

/// What Auto decided last until `now`, and how long ago, for the input: read off its marks on the
/// time axis, which scroll away. Nothing of what was before it was switched on.
void addAutoDecision(CoachInput& input, const session::Snapshot& snapshot, session::TimeNs now);

/// Dismissing one of these ends the introduction for good.
bool isIntroduction(CoachTopic topic);

}  // namespace poolscope::ui
