// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/layout_context.h"
#include "ui/timeline/time_text.h"

#include <QObject>

#include <algorithm>

namespace poolscope::ui {

using session::Marker;
using session::TimeNs;

namespace {

constexpr qsizetype kLongestFlag = 80;

struct FlagText {
  TimeNs time;
  QString full;
  QString brief;
  QColor color;
};

QString utf8(std::string_view view) {
  return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
}

FlagText markerFlag(const LayoutContext& c, const Marker& marker) {
  const Theme& t = c.theme;
  switch (marker.kind) {
    case Marker::Kind::paused:
      return {marker.time, QObject::tr("paused"), {}, t.warn};
    case Marker::Kind::resumed:
      return {marker.time, QObject::tr("resumed"), {}, t.warn};
    case Marker::Kind::shut_down:
      return {marker.time, QObject::tr("shut down"), {}, t.dim};
    case Marker::Kind::broken:
      return {marker.time, QObject::tr("broken: %1").arg(utf8(marker.text)), QObject::tr("broken"),
              t.bad};
    case Marker::Kind::lost:
      return {marker.time, QObject::tr("%1 events lost").arg(countText(marker.count)),
              QObject::tr("lost"), t.bad};
    case Marker::Kind::text:
      break;
  }
  return {marker.time, utf8(marker.text), {}, t.text};
}

/// What happened in one pixel speaks with one flag: a script that changes max_workers and says why.
std::vector<FlagText> joined(const LayoutContext& c, const std::vector<FlagText>& flags) {
  std::vector<FlagText> result;
  for (const FlagText& flag : flags) {
    if (!result.empty() && c.snappedX(flag.time) - c.snappedX(result.back().time) < 1) {
      FlagText& first = result.back();
      if (first.full.size() < kLongestFlag) {
        first.brief = first.brief.isEmpty() ? first.full : first.brief;
        first.full += QStringLiteral(" · ") + flag.full;
      }
    } else {
      result.push_back(flag);
    }
  }
  return result;
}

std::vector<FlagText> flagsInSight(const LayoutContext& c) {
  std::vector<FlagText> flags;
  const auto isShown = [&](TimeNs time) { return time >= c.shown.begin && time <= c.shown.end; };
  for (const auto& pool : c.snapshot.pools()) {
    for (const auto& step : c.snapshot.max_workers_steps(pool.index)) {
      if (step.before != 0 && isShown(step.time)) {
        const QString change = QObject::tr("%1 → %2").arg(step.before).arg(step.now);
        flags.push_back(
            {step.time, QObject::tr("max_workers %1").arg(change), change, c.theme.accent});
      }
    }
  }
  for (const Marker& marker : c.snapshot.markers()) {
    if (isShown(marker.time)) {
      flags.push_back(markerFlag(c, marker));
    }
  }
  std::stable_sort(flags.begin(), flags.end(),
                   [](const FlagText& a, const FlagText& b) { return a.time < b.time; });
  return joined(c, flags);
}

/// From the latest to the earliest: each may reach up to the next one's box, in full, in brief or
/// as a mere line.
void layOutFlags(const LayoutContext& c, qreal rightEnd, TimelineScene& scene) {
  const auto flags = flagsInSight(c);
  const qreal margin = c.theme.px(7);
  const qreal height = c.theme.px(20);
  const qreal top = (scene.axisRow.height() - height) / 2;
  qreal free = rightEnd;
  for (auto flag = flags.rbegin(); flag != flags.rend(); ++flag) {
    const qreal x = c.snappedX(flag->time);
    if (x < c.canvas.left()) {
      continue;
    }
    Flag result{.x = x, .color = flag->color};
    for (const QString& text : {flag->full, flag->brief}) {
      const qreal width = c.cache.textWidth(text, TextRole::flag) + 2 * margin;
      if (!text.isEmpty() && x - 2 + width <= free) {
        result.box = QRectF(x - 2, top, width, height);
        result.text = text;
        break;
      }
    }
    free = std::min(free, x - c.theme.px(6));
    scene.flags.append(result);
  }
}

void layOutTicks(const LayoutContext& c, TimelineScene& scene) {
  const qreal gap = c.theme.px(4);
  const qreal labelEnd =
      scene.nowLabel.isEmpty() || !scene.nowX
          ? c.canvas.right()
          : *scene.nowX - c.cache.textWidth(scene.nowLabel, TextRole::live) - 3 * gap;
  for (const TimeTick& tick : timeTicks(c.axis, c.snapshot.begin(), c.theme.px(96))) {
    const qreal x = c.snap(tick.x);
    scene.gridLines.append(x);
    const QRectF room(x + gap, 0, c.cache.textWidth(tick.label, TextRole::tick),
                      scene.axisRow.height());
    const bool covered = std::any_of(scene.flags.begin(), scene.flags.end(), [&](const Flag& flag) {
      return flag.box.left() < room.right() + gap && flag.box.right() > room.left() - gap;
    });
    const bool behindNow = scene.nowX && room.right() > labelEnd && room.left() < *scene.nowX + gap;
    if (!covered && !behindNow && room.right() < c.canvas.right()) {
      scene.ticks.append({tick.time, x, tick.label});
    }
  }
}

}  // namespace

void layOutAxis(const LayoutContext& c, bool live, TimelineScene& scene) {
  const qreal nowX = c.snappedX(c.now);
  if (nowX >= c.canvas.left() && nowX <= c.canvas.right()) {
    scene.nowX = nowX;
    scene.nowColor = live ? c.theme.bad : c.theme.dim;
    scene.nowLabel = live ? QObject::tr("LIVE") : QString();
  }
  qreal flagsEnd = c.canvas.right();
  if (scene.nowX && live) {
    flagsEnd = *scene.nowX - c.cache.textWidth(scene.nowLabel, TextRole::live) - c.theme.px(12);
  }
  layOutFlags(c, flagsEnd, scene);
  layOutTicks(c, scene);
  if (const auto& range = c.view.selectedRange) {
    const qreal left = std::max(c.snappedX(range->begin), c.canvas.left());
    const qreal right = std::min(c.snappedX(range->end), c.canvas.right());
    if (right > left) {
      scene.selectedRange = QRectF(left, c.canvas.top(), right - left, c.canvas.height());
      scene.selectedRangeLabel = durationText(range->length());
    }
  }
}

}  // namespace poolscope::ui
