// SPDX-License-Identifier: Apache-2.0
#include "ui/window/coach.h"

#include "core/experiment/auto_workers.h"
#include "ui/timeline/time_text.h"

#include <QCoreApplication>

#include <span>
#include <string_view>

namespace poolscope::ui {

namespace {

using Activity = EngineState::Activity;
using Source = EngineState::Source;

constexpr qint64 kSecondNs = 1'000'000'000;

QString tr(const char* text) {
  return QCoreApplication::translate("Coach", text);
}

/// "4 tasks finished, 2 of them failed, 6 cancelled": as a recording's figures say it.
QString outcomeText(const CoachInput& input) {
  const bool allFailed = input.failed > 0 && input.failed == input.finished;
  QString text = allFailed             ? input.failed == 1
                                             ? tr("the only task failed")
                                             : tr("all %1 tasks failed").arg(countText(input.failed))
                             : input.finished == 1 ? tr("1 task finished")
                                       : tr("%1 tasks finished").arg(countText(input.finished));
  if (input.failed > 0 && !allFailed) {
    text += tr(", %1 of them failed").arg(countText(input.failed));
  }
  if (input.cancelled > 0) {
    text += tr(", %1 cancelled").arg(countText(input.cancelled));
  }
  return text;
}

QString asSentence(const QString& text) {
  return text.endsWith(QLatin1Char('?')) ? text : text + QLatin1Char('.');
}

CoachHint introduction(const CoachInput& input) {
  if (!input.hasResized) {
    return {
        CoachTopic::resize,
        input.state->maxWorkers == 1
            ? tr("One worker takes tasks from the queue. Drag max_workers and watch tasks/s "
                 "change.")
            : tr("%1 workers take tasks from the queue. Drag max_workers and watch tasks/s change.")
                  .arg(input.state->maxWorkers)};
  }
  if (!input.hasInspected) {
    return {CoachTopic::inspect,
            tr("Now click a task: the card at the right tells where its time went.")};
  }
  return {CoachTopic::look_back, tr("Space freezes the view while the pool goes on; drag over the "
                                    "timeline for figures; ? lists all keys.")};
}

}  // namespace

bool isIntroduction(CoachTopic topic) {
  return topic == CoachTopic::resize || topic == CoachTopic::inspect ||
         topic == CoachTopic::look_back;
}

CoachHint coachHint(const CoachInput& input) {
  const EngineState& state = *input.state;
  if (state.source == Source::file && state.activity != Activity::opening) {
    return {CoachTopic::replay, tr("A recorded session. Space plays it, [ and ] change the speed, "
                                   ". and , step from event to event.")};
  }
  if (state.source != Source::live) {
    return {};
  }
  if (state.activity == Activity::finished) {
    return {CoachTopic::finished, tr("Done: %1. F5 runs them again, Space replays "
                                     "them, Ctrl+S saves the session; "
                                     "or choose another scenario.")
                                      .arg(outcomeText(input))};
  }
  if (state.paused && input.isSweeping) {
    return {CoachTopic::sweeping, tr("The pool is paused while other numbers of workers are "
                                     "measured; it goes on by itself.")};
  }
  if (state.paused) {
    return {CoachTopic::paused, tr("The pool is paused: workers finish what they run and pick no "
                                   "more tasks. P resumes it.")};
  }
  if (input.tasks == 0) {
    return {CoachTopic::no_task, tr("The pool is ready and waits for its first task. It starts no "
                                    "worker before it needs one.")};
  }
  if (state.automatic && state.trouble.isEmpty() && !input.autoDecision.isEmpty()) {
    return {CoachTopic::automatic,
            tr("Auto, %1 s ago: %2 Change max_workers yourself to take over.")
                .arg(input.autoAgeNs / kSecondNs)
                .arg(asSentence(input.autoDecision))};
  }
  if (state.automatic && state.trouble.isEmpty()) {
    return {CoachTopic::automatic, tr("Auto changes max_workers by what the pool gets done, and "
                                      "marks each step and its reason on the time axis. Change "
                                      "max_workers yourself to take over.")};
  }
  // While nothing answers, workers take no tasks worth watching; the message above says so.
  return input.introductionDone || !state.trouble.isEmpty() ? CoachHint{} : introduction(input);
}

void addAutoDecision(CoachInput& input, const session::Snapshot& snapshot, session::TimeNs now) {
  const std::span<const session::Marker> markers = snapshot.markers();
  for (auto marker = markers.rbegin(); marker != markers.rend(); ++marker) {
    if (marker->time > now || marker->kind != session::Marker::Kind::text) {
      continue;
    }
    if (marker->text.starts_with(experiment::kAutoOnMark)) {
      return;
    }
    if (marker->text.starts_with(experiment::kAutoDecisionMark)) {
      const std::string_view reason = marker->text.substr(experiment::kAutoDecisionMark.size());
      input.autoDecision = QString::fromUtf8(reason.data(), static_cast<qsizetype>(reason.size()));
      input.autoAgeNs = now - marker->time;
      return;
    }
  }
}

}  // namespace poolscope::ui
