// SPDX-License-Identifier: Apache-2.0
#include "ui/plot/scaling_legend.h"

#include <QFontMetricsF>
#include <QObject>

#include <algorithm>

namespace poolscope::ui {
namespace {

using Kind = ScalingLegendEntry::Kind;

QList<ScalingLegendEntry> entriesOf(const ScalingData& data, bool withWaits) {
  const bool hasInterval = std::ranges::any_of(data.points, [](const ScalingPoint& point) {
    return point.throughput.half_width.has_value();
  });
  const bool isAtLeast = std::ranges::any_of(data.points, [](const ScalingPoint& point) {
    return point.wait.atLeast || point.wait.predictedAtLeast;
  });
  QList<ScalingLegendEntry> entries;
  entries.append({Kind::measured, data.isPrediction ? QObject::tr("seen in the session")
                                  : hasInterval ? QObject::tr("measured, with its 95 % interval")
                                                : QObject::tr("measured")});
  if (data.fit) {
    entries.append({Kind::curve, data.fit->poor()
                                     ? QObject::tr("Universal Scalability Law (fits poorly)")
                                     : QObject::tr("Universal Scalability Law")});
    if (!data.fit->band.empty()) {
      entries.append({Kind::band, QObject::tr("its 95 % band")});
    }
  }
  if (data.predictedFrom) {
    entries.append({Kind::predicted,
                    (data.isPrediction ? QObject::tr("predicted from it at %1, by simulation")
                                       : QObject::tr("predicted from the run at %1, by simulation"))
                        .arg(static_cast<qulonglong>(*data.predictedFrom))});
  }
  if (withWaits && isAtLeast) {
    entries.append({Kind::at_least, QObject::tr("at least so long: the runs ended before")});
  }
  return entries;
}

}  // namespace

QList<ScalingLegendEntry> layOutScalingLegend(const ScalingData& data, bool withWaits, qreal width,
                                              const Theme& theme) {
  QList<ScalingLegendEntry> entries = entriesOf(data, withWaits);
  const QFontMetricsF metrics(theme.fonts.tiny);
  const qreal symbol = theme.px(24);
  const qreal row = metrics.height() + theme.px(3);
  qreal x = 0;
  qreal y = 0;
  for (ScalingLegendEntry& entry : entries) {
    const qreal wanted = symbol + metrics.horizontalAdvance(entry.label) + theme.px(14);
    if (x > 0 && x + wanted > width) {
      x = 0;
      y += row;
    }
    entry.rect = QRectF(x, y, std::min(wanted, width), row);
    x += wanted;
  }
  return entries;
}

}  // namespace poolscope::ui
