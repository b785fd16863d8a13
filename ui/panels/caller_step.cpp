// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/caller_step.h"

#include "ui/timeline/layout_context.h"

#include <QCoreApplication>

#include <algorithm>

namespace poolscope::ui {

namespace {

using session::TimeNs;
using Kind = CallerStep::Kind;

constexpr TimeNs kLookBackNs = 100'000'000;
constexpr int kColumns = 50;
/// Who has submitted so lately is still at it; later it waits for the next task to come.
constexpr TimeNs kStillSubmitsNs = 10'000'000;

/// The first that submitted: other threads have told of a marker or a pause only.
const session::Lane* callerLane(const session::Snapshot& snapshot, TimeNs now) {
  for (const session::Lane& lane : snapshot.lanes()) {
    if (lane.kind == session::LaneKind::caller && lane.started <= now &&
        snapshot.caller_columns(lane.id, snapshot.begin(), now + 1, 1).front().submitted > 0) {
      return &lane;
    }
  }
  return nullptr;
}

/// Of a pool that takes no more.
bool hasWorkersLeft(const session::Snapshot& snapshot, TimeNs now) {
  return std::ranges::any_of(snapshot.lanes(), [&](const session::Lane& lane) {
    return lane.kind == session::LaneKind::worker && lane.started <= now &&
           (!lane.exited || *lane.exited > now);
  });
}

QString tr(const char* text) {
  return QCoreApplication::translate("CallerStep", text);
}

}  // namespace

CallerStep callerStep(const session::Snapshot& snapshot, TimeNs now) {
  const session::Lane* lane = callerLane(snapshot, now);
  if (lane == nullptr) {
    return {};
  }
  if (const auto blocked = snapshot.lane_state(lane->id, now).blocked) {
    return {.kind = Kind::waits, .reason = blocked->reason};
  }
  const auto pools = snapshot.pools();
  if (!pools.empty() && pools.front().shut_down && *pools.front().shut_down <= now) {
    return {.kind = hasWorkersLeft(snapshot, now) ? Kind::shuts_down : Kind::none};
  }
  const auto columns = snapshot.caller_columns(lane->id, now - kLookBackNs, now + 1, kColumns);
  for (int i = kColumns - 1; i >= 0; --i) {
    const session::CallerColumn& column = columns[static_cast<std::size_t>(i)];
    const TimeNs age = kLookBackNs / kColumns * (kColumns - 1 - i);
    if (column.delivered > 0) {
      return {.kind = Kind::takes};
    }
    if (column.submitted > 0) {
      return {.kind = age <= kStillSubmitsNs ? Kind::submits : Kind::idles};
    }
  }
  return {.kind = snapshot.task_count() > 0 ? Kind::idles : Kind::none};
}

QString callerStepText(const session::Snapshot& snapshot, TimeNs now) {
  const session::Lane* lane = callerLane(snapshot, now);
  const CallerStep step = callerStep(snapshot, now);
  QString text;
  switch (step.kind) {
    case Kind::none:
      return {};
    case Kind::submits:
      text = tr("submits tasks");
      break;
    case Kind::waits:
      text = blockedText(*snapshot.lane_state(lane->id, now).blocked);
      break;
    case Kind::takes:
      text = tr("takes a result");
      break;
    case Kind::idles:
      text = tr("between two tasks");
      break;
    case Kind::shuts_down:
      text = leavingText();
      break;
  }
  return text;
}

QString callerStepShortText(const session::Snapshot& snapshot, TimeNs now) {
  const session::Lane* lane = callerLane(snapshot, now);
  if (lane == nullptr) {
    return {};
  }
  const auto blocked = snapshot.lane_state(lane->id, now).blocked;
  if (!blocked) {
    return callerStep(snapshot, now).kind == Kind::shuts_down ? leavingTextShort() : QString();
  }
  return blocked->awaited ? tr("waits for task %1").arg(blocked->awaited.task)
         : blocked->reason == trace::BlockReason::full_queue ? tr("blocked: queue full")
                                                             : QString();
}

QString leavingText() {
  return tr("leaves the pool when all is done");
}

QString leavingTextShort() {
  return tr("leaves when all is done");
}

}  // namespace poolscope::ui
