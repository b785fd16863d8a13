// SPDX-License-Identifier: Apache-2.0
#include "ui/export/picture.h"

#include "ui/plot/throughput.h"
#include "ui/timeline/layout_cache.h"
#include "ui/timeline/legend.h"
#include "ui/timeline/sprite_cache.h"
#include "ui/timeline/time_text.h"
#include "ui/timeline/timeline_layout.h"
#include "ui/timeline/timeline_painter.h"
#include "ui/timeline/view_state.h"

#include <QFontMetricsF>
#include <QObject>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace poolscope::ui {

using session::Statistics;
using session::TimeNs;

namespace {

constexpr QSize kLeast{640, 400};
constexpr qreal kMargin = 24;
constexpr qreal kHeader = 112;
constexpr qreal kChart = 190;
constexpr qreal kLegend = 20;
constexpr qreal kSubtitle = 52;

struct Figure {
  QString value;
  QString unit;
  QString name;
  QColor color;
};

QString seconds(double value) {
  return durationText(static_cast<TimeNs>(std::llround(value * 1e9)));
}

QString maxWorkersText(const session::Snapshot& snapshot, TimeRange range) {
  if (snapshot.pools().empty()) {
    return QStringLiteral("–");
  }
  const auto pool = snapshot.pools().front().index;
  const auto first = snapshot.max_workers_at(pool, range.begin);
  const auto last = snapshot.max_workers_at(pool, range.end);
  return first == last || first == 0 ? QString::number(last)
                                     : QStringLiteral("%1 → %2").arg(first).arg(last);
}

QList<Figure> figuresOf(const session::Snapshot& snapshot, const Statistics& s, TimeRange range,
                        const Theme& t) {
  QList<Figure> figures{
      {rateText(s.throughput), QObject::tr("tasks/s"), QObject::tr("throughput"), t.text},
      {maxWorkersText(snapshot, range), {}, QStringLiteral("max_workers"), t.accent},
      {QString::number(qRound(100 * s.utilization)), QStringLiteral("%"),
       QObject::tr("utilization"), t.text}};
  if (s.queue_wait && s.queue_wait->count > 0) {
    figures.append({seconds(s.queue_wait->p50), {}, QObject::tr("queue wait p50"), t.text});
    figures.append({seconds(s.queue_wait->p99), {}, QObject::tr("queue wait p99"), t.text});
  }
  figures.append(
      {countText(s.finished), {}, QObject::tr("finished"), s.finished > s.failed ? t.ok : t.dim});
  figures.append(
      {countText(s.failed), {}, QObject::tr("of them failed"), s.failed > 0 ? t.bad : t.dim});
  figures.append(
      {countText(s.cancelled), {}, QObject::tr("cancelled"), s.cancelled > 0 ? t.warn : t.dim});
  if (snapshot.lost_events() > 0) {
    figures.append(
        {countText(snapshot.lost_events()),
         {},
         snapshot.lost_events() == 1 ? QObject::tr("event lost") : QObject::tr("events lost"),
         t.bad});
  }
  if (snapshot.anomalies() > 0) {
    figures.append(
        {countText(snapshot.anomalies()), {}, QObject::tr("events did not fit"), t.warn});
  }
  return figures;
}

/// The figures in one row, evenly apart; what has no room is left out, the rarest last.
void paintFigures(QPainter& painter, const QList<Figure>& figures, const QRectF& room,
                  const Theme& theme) {
  const QFontMetricsF large(theme.fonts.number);
  const QFontMetricsF small(theme.fonts.small);
  qreal x = room.left();
  for (const Figure& figure : figures) {
    const qreal valueWidth = large.horizontalAdvance(figure.value);
    const qreal unitWidth =
        figure.unit.isEmpty() ? 0 : small.horizontalAdvance(figure.unit) + theme.px(6);
    const qreal width = std::max(valueWidth + unitWidth, small.horizontalAdvance(figure.name));
    if (x + width > room.right()) {
      break;
    }
    painter.setFont(theme.fonts.number);
    painter.setPen(figure.color);
    const qreal base = room.top() + large.ascent();
    painter.drawText(QPointF(x, base), figure.value);
    painter.setFont(theme.fonts.small);
    painter.setPen(theme.dim);
    painter.drawText(QPointF(x + valueWidth + theme.px(6), base), figure.unit);
    painter.drawText(QPointF(x, base + theme.px(18)), figure.name);
    x += width + theme.px(32);
  }
}

void paintCard(QPainter& painter, const QRectF& rect, const Theme& theme) {
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(theme.line, 1));
  painter.setBrush(theme.surface);
  painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(10), theme.px(10));
}

void paintTitle(QPainter& painter, const PictureOptions& options, const QRectF& room) {
  const Theme& theme = options.theme;
  painter.setFont(theme.fonts.title);
  painter.setPen(theme.text);
  const QString title = options.title.isEmpty() ? QStringLiteral("Poolscope") : options.title;
  const QFontMetricsF metrics(theme.fonts.title);
  const QString shown = metrics.elidedText(title, Qt::ElideRight, room.width() * 0.6);
  painter.drawText(room, Qt::AlignLeft | Qt::AlignTop, shown);
  painter.setFont(theme.fonts.small);
  painter.setPen(theme.dim);
  const QRectF rest =
      room.adjusted(metrics.horizontalAdvance(shown) + theme.px(24), theme.px(3), 0, 0);
  painter.drawText(
      rest, Qt::AlignRight | Qt::AlignTop,
      QFontMetricsF(theme.fonts.small).elidedText(options.caption, Qt::ElideRight, rest.width()));
}

TimeRange rangeOf(const Frame& frame, const PictureOptions& options) {
  TimeRange range{options.begin.value_or(frame.snapshot->begin()), options.end.value_or(frame.now)};
  range.end = std::max(range.end, range.begin + 1);
  return range;
}

/// Words for an audience.
void paintSubtitle(QPainter& painter, const QString& text, const QRectF& band, const Theme& theme) {
  QFont font = theme.fonts.title;
  font.setPixelSize(qRound(theme.px(23)));
  const QFontMetricsF metrics(font);
  const QString shown = metrics.elidedText(text, Qt::ElideRight, band.width() * 0.9);
  QRectF box(0, 0, metrics.horizontalAdvance(shown) + theme.px(40), band.height() - theme.px(8));
  box.moveCenter(band.center());
  paintCard(painter, box, theme);
  painter.setFont(font);
  painter.setPen(theme.text);
  painter.drawText(box, Qt::AlignCenter, shown);
}

/// Exact where that is quick, else from summaries: a picture of ten million tasks takes no longer.
Statistics statisticsOf(const session::Snapshot& snapshot, TimeRange range) {
  constexpr std::uint64_t kFew = 200'000;
  // The end counts: a session's last event is usually the end of a task.
  return snapshot.task_count() <= kFew ? snapshot.statistics(range.begin, range.end + 1)
                                       : snapshot.range_statistics(range.begin, range.end + 1);
}

}  // namespace

PicturePainter::PicturePainter()
    : layoutCache_(std::make_unique<LayoutCache>()),
      sprites_(std::make_unique<SpriteCache>()) {}

PicturePainter::~PicturePainter() = default;

bool PicturePainter::paintTimelinePart(QPainter& painter, const Frame& frame,
                                       const PictureOptions& options, TimeRange range,
                                       const QRectF& room) {
  ViewState view;
  view.coloring = options.coloring;
  view.lanes = options.lanes;
  view.devicePixelRatio = options.devicePixelRatio;
  view.advance(frame.snapshot->begin(), frame.now);
  if (options.followedSpan) {
    view.speed = options.speed;
    view.zoom(static_cast<double>(ViewState::kFirstSpan) /
              static_cast<double>(*options.followedSpan));
  } else {
    view.reduceMotion = true;
    // A little air at the end, where waiting tasks and the present stand.
    view.zoomTo({range.begin, range.end + std::max<TimeNs>(1, range.length() / 34)});
  }
  painter.save();
  painter.translate(room.topLeft());
  const TimelineScene scene =
      layOutTimeline(frame, view, room.size(), options.theme, *layoutCache_);
  paintTimeline(painter, scene, options.theme, *sprites_);
  painter.restore();
  return scene.hasFoldedRows;
}

QSize pictureSize(const PictureOptions& options) {
  return options.size.expandedTo(kLeast);
}

QImage renderPicture(const Frame& frame, const PictureOptions& options) {
  return PicturePainter().render(frame, options);
}

QImage PicturePainter::render(const Frame& frame, const PictureOptions& options) {
  const qreal ratio = std::clamp(options.devicePixelRatio, 0.5, 8.0);
  const QSize size = pictureSize(options);
  QImage image(QSize(qRound(size.width() * ratio), qRound(size.height() * ratio)),
               QImage::Format_RGB32);
  image.setDevicePixelRatio(ratio);
  QPainter painter(&image);
  paint(painter, frame, options);
  return image;
}

void PicturePainter::paint(QPainter& painter, const Frame& frame, const PictureOptions& options) {
  const Theme& theme = options.theme;
  const qreal margin = theme.px(kMargin);
  const QRectF all(QPointF(0, 0), QSizeF(pictureSize(options)));
  painter.fillRect(all, theme.background);
  painter.setRenderHint(QPainter::TextAntialiasing);
  const QRectF header =
      QRectF(margin, theme.px(18), all.width() - 2 * margin, theme.px(kHeader) - theme.px(18));
  painter.fillRect(QRectF(0, 0, all.width(), theme.px(kHeader)), theme.surface);
  painter.fillRect(QRectF(0, theme.px(kHeader) - 1, all.width(), 1), theme.line);
  paintTitle(painter, options, header);
  if (!frame.snapshot || frame.snapshot->empty()) {
    painter.setFont(theme.fonts.body);
    painter.drawText(all, Qt::AlignCenter, QObject::tr("Nothing has happened in this session."));
    return;
  }
  const TimeRange range = rangeOf(frame, options);
  // Of a replay's moment the figures know no more than the picture shows.
  const TimeRange past{range.begin, std::clamp(frame.now, range.begin + 1, range.end)};
  const Statistics statistics = statisticsOf(*frame.snapshot, past);
  paintFigures(painter, figuresOf(*frame.snapshot, statistics, past, theme),
               header.adjusted(0, theme.px(32), 0, 0), theme);

  const qreal gap = theme.px(14);
  const qreal chartHeight = std::min(theme.px(kChart), all.height() * 0.3);
  const qreal top = theme.px(kHeader);
  const qreal legendHeight = theme.px(kLegend);
  const bool subtitled = options.subtitleBand || !options.subtitle.isEmpty();
  const qreal band = subtitled ? theme.px(kSubtitle) : 0;
  const qreal most = all.height() - top - chartHeight - 2 * gap - legendHeight - band;
  const QRectF timeline(0, std::round(top), all.width(), std::round(most));
  const bool folded = paintTimelinePart(painter, frame, options, range, timeline);
  if (!options.subtitle.isEmpty()) {
    paintSubtitle(painter, options.subtitle,
                  QRectF(margin, timeline.bottom(), all.width() - 2 * margin, band), theme);
  }
  const QRectF legend(margin, timeline.bottom() + band + gap / 2, all.width() - 2 * margin,
                      legendHeight);
  paintLegend(painter, legendOf(*frame.snapshot, options.coloring, folded), legend, theme,
              *sprites_);
  const QRectF card(margin, legend.bottom() + gap / 2, all.width() - 2 * margin,
                    all.height() - legend.bottom() - gap * 1.5);
  paintCard(painter, card, theme);
  const qreal inset = theme.px(12);
  const QRectF chart = card.adjusted(inset, inset, -inset, -inset / 2);
  painter.save();
  painter.translate(chart.topLeft());
  paintThroughput(painter, layOutThroughput(frame, range.begin, range.end, chart.size(), theme),
                  theme);
  painter.restore();
}

}  // namespace poolscope::ui
