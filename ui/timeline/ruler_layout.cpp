// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/layout_context.h"
#include "ui/timeline/time_text.h"

#include <QObject>

#include <algorithm>

namespace poolscope::ui {

using session::TimeNs;

namespace {

/// The box stands in the middle of what is in sight of the stretch; of one that has left the view,
/// at the side where it is.
QRectF boxFor(const LayoutContext& c, const QString& text, qreal left, qreal right) {
  const qreal margin = c.theme.px(4);
  const qreal width = c.cache.textWidth(text, TextRole::flag) + 2 * c.theme.px(8);
  const qreal middle = (std::clamp(left, c.canvas.left(), c.canvas.right()) +
                        std::clamp(right, c.canvas.left(), c.canvas.right())) /
                       2;
  const qreal last = std::max(c.canvas.left(), c.canvas.right() - width - margin);
  const qreal x = std::clamp(middle - width / 2, c.canvas.left() + std::min(margin, last), last);
  return {c.snap(x), c.canvas.top() + margin, width, c.theme.px(20)};
}

Measure measureOf(const LayoutContext& c, TimeNs begin, TimeNs end, const QString& text) {
  Measure measure{.text = text};
  const qreal left = std::max(c.snappedX(begin), c.canvas.left());
  const qreal right = std::min(c.snappedX(end), c.canvas.right());
  if (right > left) {
    measure.band = QRectF(left, c.canvas.top(), right - left, c.canvas.height());
  }
  measure.box = boxFor(c, text, c.axis.toX(begin), c.axis.toX(end));
  return measure;
}

void addEnd(const LayoutContext& c, TimeNs time, Measure& measure) {
  const qreal x = c.snappedX(time);
  if (x >= c.canvas.left() && x < c.canvas.right()) {
    measure.ends.append(x);
  }
}

/// "373.85 ms · 40 tasks finished, 107/s": how long, and what came of it.
QString rulerWords(const LayoutContext& c, TimeNs begin, TimeNs end) {
  std::uint64_t finished = 0;
  for (const session::Pool& pool : c.snapshot.pools()) {
    finished += c.snapshot.finished_count(pool.index, begin, std::min(end, c.now));
  }
  const QString length = exactDurationText(end - begin);
  const QString tasks = finished == 1 ? QObject::tr("1 task finished")
                                      : QObject::tr("%1 tasks finished").arg(countText(finished));
  if (finished == 0 || end == begin) {
    return QObject::tr("%1 · %2").arg(length, tasks);
  }
  const double rate = static_cast<double>(finished) * 1e9 / static_cast<double>(end - begin);
  return QObject::tr("%1 · %2, %3/s").arg(length, tasks, rateText(rate));
}

/// With an arrow if all of it is out of sight.
QString towards(const LayoutContext& c, const Ruler& ruler, const QString& text) {
  if (c.axis.toX(ruler.end()) < c.canvas.left()) {
    return QStringLiteral("← ") + text;
  }
  return c.axis.toX(ruler.begin()) > c.canvas.right() ? text + QStringLiteral(" →") : text;
}

void layOutRuler(const LayoutContext& c, TimelineScene& scene) {
  if (c.view.ruler.isEmpty()) {
    return;
  }
  Ruler ruler = c.view.ruler;
  // While there is one end only, the pointer is the other.
  if (!ruler.second && c.view.pointer && c.view.pointer->x() >= c.canvas.left()) {
    ruler.second = c.axis.toTime(c.view.pointer->x());
  }
  const TimeNs step = roundTimeStep(c.axis.nsPerPixel());
  const QString text =
      ruler.isComplete()
          ? rulerWords(c, ruler.begin(), ruler.end())
          : QObject::tr("from %1").arg(timeText(*ruler.first - c.snapshot.begin(), step));
  Measure measure = measureOf(c, ruler.begin(), ruler.end(), towards(c, ruler, text));
  addEnd(c, *ruler.first, measure);
  if (c.view.ruler.second) {
    addEnd(c, *ruler.second, measure);
  }
  scene.ruler = measure;
}

}  // namespace

void layOutMeasures(const LayoutContext& c, TimelineScene& scene) {
  if (const auto& band = c.view.zoomBand) {
    Measure measure = measureOf(c, band->begin, band->end, exactDurationText(band->length()));
    addEnd(c, band->begin, measure);
    addEnd(c, band->end, measure);
    scene.zoomBand = measure;
  }
  layOutRuler(c, scene);
}

}  // namespace poolscope::ui
