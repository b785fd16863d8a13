// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/legend.h"

#include "ui/timeline/name_text.h"
#include "ui/timeline/task_kinds.h"
#include "ui/timeline/time_text.h"
#include "ui/timeline/vector_shapes.h"

#include <QFontMetricsF>
#include <QObject>
#include <QStringList>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace poolscope::ui {
namespace {

constexpr qreal kBox = 14;
constexpr qreal kStep = 9;  // of a scale
constexpr qreal kTextGap = 6;
constexpr qreal kEntryGap = 16;

QList<int> ramp() {
  QList<int> swatches;
  for (int i = 0; i < swatch::kRampSteps; ++i) {
    swatches.append(swatch::kRamp + i);
  }
  return swatches;
}

void addKinds(const session::Snapshot& snapshot, Legend& legend) {
  const TaskKinds kinds(snapshot);
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const QString name = nameText(kinds.name(i));
    legend.entries.append({isBlank(name) ? QObject::tr("without a name") : name,
                           {swatch::kKinds + static_cast<int>(i)}});
  }
  const std::size_t others =
      snapshot.kinds().size() - std::min(snapshot.kinds().size(), kinds.size());
  if (others > 0) {
    legend.entries.append({others == 1 ? QObject::tr("1 other kind")
                                       : QObject::tr("%1 other kinds").arg(countText(others)),
                           {swatch::kNeutral}});
  }
  legend.entries.append({QObject::tr("× failed"), {swatch::kFailed}});
}

void addPhases(Legend& legend) {
  using enum trace::PhaseKind;
  const auto add = [&](trace::PhaseKind kind, const QString& text, BarFill fill) {
    legend.entries.append({text, {swatch::kPhases + static_cast<int>(kind)}, fill});
  };
  add(compute, QObject::tr("computing"), BarFill::bright);
  add(io_wait, QObject::tr("I/O wait"), BarFill::hatch);
  add(lock_wait, QObject::tr("lock wait"), BarFill::thin);
  add(lock_held, QObject::tr("holding a lock"), BarFill::held);
  add(sleep, QObject::tr("sleeping"), BarFill::dots);
  add(file_io, QObject::tr("file I/O"), BarFill::back_hatch);
  add(command, QObject::tr("command"), BarFill::stripes);
  add(other, QObject::tr("no phase told"), BarFill::bright);
}

/// Kinds of one session may be megabytes long.
QString shortened(const QString& text, const QFontMetricsF& metrics, const Theme& theme) {
  return metrics.elidedText(text.left(200), Qt::ElideRight, theme.px(160));
}

qreal boxWidth(const Legend::Entry& entry, const Theme& theme) {
  return entry.swatches.size() == 1 ? theme.px(kBox)
                                    : theme.px(kStep) * static_cast<qreal>(entry.swatches.size());
}

void paintBoxes(QPainter& painter, const Legend::Entry& entry, const QRectF& box,
                const Theme& theme, SpriteCache& sprites) {
  const qreal ratio = painter.device()->devicePixelRatioF();
  const qreal width = box.width() / static_cast<qreal>(entry.swatches.size());
  for (qsizetype i = 0; i < entry.swatches.size(); ++i) {
    const QRectF part(box.left() + static_cast<qreal>(i) * width, box.top(), width, box.height());
    if (VectorShapes::areWantedBy(painter)) {
      VectorShapes(painter, theme)
          .pattern(part.toRect(), entry.swatches[i], entry.fill, part.left(),
                   sprites.patternPeriod());
      continue;
    }
    const int height = qRound(part.height() * ratio);
    const QImage& pattern = sprites.pattern(entry.swatches[i], entry.fill, height);
    painter.drawImage(part, pattern, QRectF(0, 0, part.width() * ratio, height));
  }
  if (entry.fill == BarFill::thin) {
    painter.setPen(QPen(theme.line, 1));  // most of it is the lane's own ground
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5));
  }
}

}  // namespace

QString Legend::words() const {
  QStringList words;
  for (const Entry& entry : entries) {
    words.append(entry.text.left(200));
  }
  return words.join(QStringLiteral(", "));
}

QString colorByText(ColorBy by) {
  switch (by) {
    case ColorBy::kind:
      return QObject::tr("kind");
    case ColorBy::outcome:
      return QObject::tr("outcome");
    case ColorBy::worker:
      return QObject::tr("worker");
    case ColorBy::queue_wait:
      return QObject::tr("queue wait");
    case ColorBy::duration:
      return QObject::tr("duration");
    case ColorBy::phase:
      return QObject::tr("phase");
  }
  return {};
}

Legend legendOf(const session::Snapshot& snapshot, const Coloring& coloring, bool folded) {
  Legend legend;
  const QString scale =
      QObject::tr("%1 to %2")
          .arg(durationText(coloring.scale.least), durationText(coloring.scale.most));
  switch (coloring.by) {
    case ColorBy::kind:
      addKinds(snapshot, legend);
      break;
    case ColorBy::outcome:
      legend.entries = {{QObject::tr("finished"), {swatch::kFinished}},
                        {QObject::tr("running"), {swatch::kRunning}},
                        {QObject::tr("× failed"), {swatch::kFailed}}};
      break;
    case ColorBy::worker: {
      QList<int> all;
      for (int i = 0; i < static_cast<int>(Theme::kKinds); ++i) {
        all.append(swatch::kKinds + i);
      }
      legend.entries = {{QObject::tr("workers in turn, as they are numbered"), all}};
      break;
    }
    case ColorBy::queue_wait:
      legend.entries = {{QObject::tr("waited %1").arg(scale), ramp()},
                        {QObject::tr("not known"), {swatch::kNeutral}}};
      break;
    case ColorBy::duration:
      legend.entries = {{QObject::tr("ran %1").arg(scale), ramp()}};
      break;
    case ColorBy::phase:
      addPhases(legend);
      break;
  }
  const bool oneKind = coloring.by == ColorBy::kind && TaskKinds(snapshot).size() == 1;
  if (folded && coloring.by != ColorBy::phase && !oneKind) {
    legend.entries.append({QObject::tr("folded: workers at work"), {swatch::kNeutral}});
  }
  return legend;
}

qreal paintLegend(QPainter& painter, const Legend& legend, const QRectF& room, const Theme& theme,
                  SpriteCache& sprites) {
  sprites.prepare(theme, painter.device()->devicePixelRatioF());
  painter.setFont(theme.fonts.tiny);
  const QFontMetricsF metrics(theme.fonts.tiny);
  const auto moreText = [](qsizetype count) { return QObject::tr("+ %1 more").arg(count); };
  const qreal height = std::min(theme.px(kBox), room.height());
  qreal x = room.left();
  for (qsizetype i = 0; i < legend.entries.size(); ++i) {
    const Legend::Entry& entry = legend.entries[i];
    const QString text = shortened(entry.text, metrics, theme);
    const qreal box = boxWidth(entry, theme);
    const qreal width = box + theme.px(kTextGap) + metrics.horizontalAdvance(text);
    const bool isLast = i + 1 == legend.entries.size();
    const qreal reserved =
        isLast ? 0 : theme.px(kEntryGap) + metrics.horizontalAdvance(moreText(99));
    const QRectF line(x, room.top(), room.right() - x, room.height());
    painter.setPen(theme.dim);
    if (x + width + reserved > room.right()) {
      const QString more = moreText(legend.entries.size() - i);
      if (metrics.horizontalAdvance(more) <= line.width()) {
        painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, more);
        x += metrics.horizontalAdvance(more);
      }
      return x - room.left();
    }
    const QRectF boxes(std::round(x), std::round(room.center().y() - height / 2), box, height);
    paintBoxes(painter, entry, boxes, theme, sprites);
    painter.setPen(theme.dim);
    painter.drawText(line.adjusted(box + theme.px(kTextGap), 0, 0, 0),
                     Qt::AlignLeft | Qt::AlignVCenter, text);
    x += width + theme.px(kEntryGap);
  }
  return x - room.left();
}

}  // namespace poolscope::ui
