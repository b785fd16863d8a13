// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/layout_context.h"
#include "ui/timeline/name_text.h"
#include "ui/timeline/time_text.h"

#include <QObject>
#include <QStringList>

#include <algorithm>
#include <optional>
#include <vector>

namespace poolscope::ui {

using session::Marker;
using session::MaxWorkersStep;
using session::PoolIndex;
using session::TimeNs;

namespace {

constexpr qsizetype kLongestFlag = 80;
constexpr qreal kFlagMargin = 7;
constexpr qreal kFlagGap = 6;

struct FlagText {
  TimeNs time;
  QString full;
  QString brief;
  QColor color;
  std::uint64_t lost = 0;  ///< events; told after what else is said
};

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
      return {marker.time, QObject::tr("broken: %1").arg(nameText(marker.text)),
              QObject::tr("broken"), t.bad};
    case Marker::Kind::lost:
      return {marker.time, {}, QObject::tr("lost"), t.bad, marker.count};
    case Marker::Kind::text:
      break;
  }
  return {marker.time, nameText(marker.text), {}, t.text};
}

/// Adds `text` to what a flag says; what stood there alone is said where there is less room.
void addText(FlagText& flag, const QString& text) {
  if (flag.full.isEmpty()) {
    flag.full = text;
    return;
  }
  flag.brief = flag.brief.isEmpty() ? flag.full : flag.brief;
  flag.full += QStringLiteral(" · ") + text;
}

/// What happened in one pixel speaks with one flag: a script that changes max_workers and says why.
/// Losses are added up.
std::vector<FlagText> joined(const LayoutContext& c, const std::vector<FlagText>& flags) {
  std::vector<FlagText> result;
  for (const FlagText& flag : flags) {
    if (!result.empty() && c.snappedX(flag.time) - c.snappedX(result.back().time) < 1) {
      FlagText& first = result.back();
      if (flag.lost > 0) {
        first.lost += flag.lost;
        first.color = flag.color;
      } else if (first.full.size() < kLongestFlag) {
        addText(first, flag.full);
      }
    } else {
      result.push_back(flag);
    }
  }
  for (FlagText& flag : result) {
    if (flag.lost > 0) {
      addText(flag, eventsLostText(flag.lost));
    }
  }
  return result;
}

QString changeText(const std::vector<std::uint32_t>& values) {
  QStringList words;
  for (const std::uint32_t value : values) {
    words.append(QString::number(value));
  }
  return words.join(QStringLiteral(" → "));
}

/// Changes of max_workers that are too close for boxes of their own, as when a slider is dragged:
/// one flag where the last of them was, from what was before to what came of it.
class Burst {
 public:
  explicit Burst(const MaxWorkersStep& step) : first_(step), last_(step), farthest_(step.now) {}

  void add(const MaxWorkersStep& step) {
    const auto distance = [&](std::uint32_t value) {
      return std::max(value, first_.before) - std::min(value, first_.before);
    };
    farthest_ = distance(step.now) > distance(farthest_) ? step.now : farthest_;
    last_ = step;
  }
  TimeNs time() const { return last_.time; }
  QString text() const {
    return first_.before == last_.now ? changeText({first_.before, farthest_, last_.now})
                                      : changeText({first_.before, last_.now});
  }

 private:
  MaxWorkersStep first_;
  MaxWorkersStep last_;
  std::uint32_t farthest_;
};

void addChanges(const LayoutContext& c, PoolIndex pool, std::vector<FlagText>& flags) {
  const auto all = c.snapshot.max_workers_steps(pool);
  const auto isLater = [](TimeNs time, const MaxWorkersStep& step) { return time < step.time; };
  const auto end = std::upper_bound(all.begin(), all.end(), c.shown.end, isLater);
  auto step = std::upper_bound(all.begin(), end, c.shown.begin - 1, isLater);
  const qreal room = 2 * c.theme.px(kFlagMargin) + c.theme.px(kFlagGap);
  // A burst is the same wherever the view begins: back to where one begins for certain.
  const qreal widest = c.cache.textWidth(changeText({4096, 4096, 4096}), TextRole::flag) + room;
  const auto distance = [&](auto at) { return c.axis.toX(at->time) - c.axis.toX((at - 1)->time); };
  while (step != all.begin() && step != end && distance(step) < widest) {
    --step;
  }
  std::optional<Burst> burst;
  const auto finish = [&] {
    if (burst && burst->time() >= c.shown.begin) {
      const QString change = burst->text();
      flags.push_back(
          {burst->time(), QObject::tr("max_workers %1").arg(change), change, c.theme.accent});
    }
    burst.reset();
  };
  for (; step != end; ++step) {
    if (step->before == 0) {
      continue;
    }
    const bool joins = burst && c.axis.toX(step->time) - c.axis.toX(burst->time()) <
                                    c.cache.textWidth(burst->text(), TextRole::flag) + room;
    if (joins) {
      burst->add(*step);
    } else {
      finish();
      burst.emplace(*step);
    }
  }
  finish();
}

std::vector<FlagText> flagsInSight(const LayoutContext& c) {
  std::vector<FlagText> flags;
  const auto isShown = [&](TimeNs time) { return time >= c.shown.begin && time <= c.shown.end; };
  for (const auto& pool : c.snapshot.pools()) {
    addChanges(c, pool.index, flags);
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
  const qreal margin = c.theme.px(kFlagMargin);
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
    free = std::min(free, x - c.theme.px(kFlagGap));
    scene.flags.append(result);
  }
}

/// The selected range, and its length in the middle or as near as it hides no flag.
void layOutRange(const LayoutContext& c, TimelineScene& scene) {
  const auto& range = c.view.selectedRange;
  if (!range) {
    return;
  }
  const qreal left = std::max(c.snappedX(range->begin), c.canvas.left());
  const qreal right = std::min(c.snappedX(range->end), c.canvas.right());
  if (right <= left) {
    return;
  }
  scene.selectedRange = QRectF(left, c.canvas.top(), right - left, c.canvas.height());
  scene.selectedRangeLabel = durationText(range->length());
  const qreal width =
      c.cache.textWidth(scene.selectedRangeLabel, TextRole::flag) + 2 * c.theme.px(4);
  const qreal height = scene.axisRow.height() - c.theme.px(3);
  const qreal last = std::max(c.canvas.left(), c.canvas.right() - width);
  const auto at = [&](qreal x) {
    return QRectF(c.snap(std::clamp(x, c.canvas.left(), last)), 0, width, height);
  };
  const auto isFree = [&](const QRectF& rect) {
    return std::none_of(scene.flags.begin(), scene.flags.end(),
                        [&](const Flag& flag) { return flag.box.intersects(rect); });
  };
  QList<QRectF> candidates{at((left + right - width) / 2), at(left), at(right - width)};
  for (const Flag& flag : scene.flags) {
    const qreal gap = c.theme.px(2);
    if (!flag.box.isEmpty() && flag.box.left() <= right && flag.box.right() >= left) {
      candidates.append({at(flag.box.left() - gap - width), at(flag.box.right() + gap)});
    }
  }
  const auto place = std::find_if(candidates.cbegin(), candidates.cend(), isFree);
  scene.selectedRangeLabelRect = place == candidates.cend() ? candidates.front() : *place;
}

void layOutTicks(const LayoutContext& c, TimelineScene& scene) {
  const qreal gap = c.theme.px(4);
  const qreal labelEnd =
      scene.nowLabel.isEmpty() || !scene.nowX
          ? c.canvas.right()
          : *scene.nowX - c.cache.textWidth(scene.nowLabel, TextRole::live) - 3 * gap;
  const TimeNs origin = c.view.zero.value_or(c.snapshot.begin());
  const qreal distance = c.theme.px(96);
  const auto base = tickBase(c.axis, origin, distance);
  if (base) {
    scene.axisBase =
        c.cache.elided(base->text + QStringLiteral(" +"), TextRole::tick, c.headWidth - 4 * gap);
  }
  for (const TimeTick& tick : timeTicks(c.axis, origin, distance, base)) {
    const qreal x = c.snap(tick.x);
    scene.gridLines.append(x);
    const QRectF room(x + gap, 0, c.cache.textWidth(tick.label, TextRole::tick),
                      scene.axisRow.height());
    const bool covered = std::any_of(scene.flags.begin(), scene.flags.end(), [&](const Flag& flag) {
      return flag.box.left() < room.right() + gap && flag.box.right() > room.left() - gap;
    });
    const bool behindNow = scene.nowX && room.right() > labelEnd && room.left() < *scene.nowX + gap;
    const QRectF& label = scene.selectedRangeLabelRect;
    const bool behindLabel = label.left() < room.right() + gap && label.right() > room.left() - gap;
    if (!covered && !behindNow && !(behindLabel && !label.isEmpty()) &&
        room.right() < c.canvas.right()) {
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
  if (const auto since = c.snapshot.complete_since()) {
    constexpr TimeNs kSecond = 1'000'000'000;
    scene.completeNote = c.cache.elided(
        QObject::tr("detail complete from %1").arg(timeText(*since - c.snapshot.begin(), kSecond)),
        TextRole::tick, c.headWidth - 2 * c.theme.px(8));
  }
  layOutFlags(c, flagsEnd, scene);
  layOutRange(c, scene);
  layOutTicks(c, scene);
}

}  // namespace poolscope::ui
