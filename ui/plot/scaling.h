// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/recommendation.h"
#include "core/experiment/session_prediction.h"
#include "core/experiment/sweep.h"
#include "core/experiment/usl_fit.h"
#include "ui/plot/axis.h"
#include "ui/plot/count_axis.h"
#include "ui/plot/scaling_waits.h"
#include "ui/plot/series.h"
#include "ui/theme/theme.h"

#include <QList>
#include <QPainter>
#include <QPolygonF>
#include <QRectF>
#include <QSizeF>
#include <QString>

#include <cstdint>
#include <optional>
#include <vector>

namespace poolscope::ui {

/// What is shown of a count.
struct ScalingPoint {
  std::uint64_t workers = 0;
  bool isMeasured = true;                    ///< else it has a prediction alone
  experiment::MeanInterval throughput = {};  ///< that was measured
  std::optional<double> predicted = {};
  ScalingWait wait = {};
};

/// Throughput and wait by number of workers, of a sweep or of a user's own measurements, and what
/// it says.
struct ScalingData {
  QString title = {};
  std::vector<ScalingPoint> points = {};  ///< ascending
  tl::expected<experiment::UslFit, experiment::NoFit> fit =
      tl::unexpected(experiment::NoFit::too_few_points);
  std::optional<std::uint64_t> recommended = {};  ///< nothing: cannot tell
  bool atLeast = false;                           ///< more were not measured, but might be better
  QString reason = {};                            ///< of the recommendation, a sentence or two
  bool isMeasuring = false;                       ///< it is too early to say anything
  bool isPrediction = false;                      ///< from a recording: hardly anything is measured
  std::optional<std::uint64_t> predictedFrom = {};
  std::uint64_t ruleOfThumb = 0;    ///< 0: not shown
  std::uint64_t pythonDefault = 0;  ///< 0: not shown
};

/// Of a sweep so far. The rules of thumb are those of this machine.
ScalingData scalingData(const experiment::SweepResult& result);
/// Of points from elsewhere: of which machine is not known, but the rule of thumb is this one's.
ScalingData scalingData(const QString& title, const experiment::Recommendation& recommendation,
                        const tl::expected<experiment::UslFit, experiment::NoFit>& fit,
                        const QString& reason);
/// What a recording lets expect of other numbers of workers.
ScalingData scalingData(const QString& title, const experiment::SessionPrediction& prediction);
/// In a few words: "8 recommended", "at least 64 recommended", "8 so far", "can't tell",
/// "measuring", "8 predicted".
QString scalingVerdict(const ScalingData& data);

/// A number of workers that has a line of its own.
struct ScalingReference {
  enum class Kind : std::uint8_t { rule_of_thumb, recommended, predicted };
  Kind kind = Kind::rule_of_thumb;
  std::uint64_t workers = 0;
  qreal x = 0;
  QString label = {};
  QRectF labelRect = {};
};

struct ScalingMark {
  ScalingPoint point = {};
  QPointF at = {};                 ///< of what is measured, else of what is predicted
  std::optional<qreal> low = {};   ///< y; nothing: a single run has no interval
  std::optional<qreal> high = {};  ///< y
};

struct ScalingLegendEntry {
  enum class Kind : std::uint8_t { measured, curve, band, predicted, at_least };
  Kind kind = Kind::measured;
  QString label = {};
  QRectF rect = {};
};

struct ScalingTick {
  qreal x = 0;
  QString label = {};
};

struct ScalingScene {
  QSizeF size = {};
  QRectF plot = {};
  QString title = {};
  QString verdict = {};
  bool isSure = false;  ///< the verdict is a number
  QString valueCaption = {};
  QRectF valueCaptionRect = {};
  QString countCaption = {};
  QString empty = {};  ///< instead of a picture
  CountAxis count = {};
  ValueAxis value = {};
  QList<ScalingTick> ticks = {};
  QList<ScalingReference> references = {};
  QList<ScalingMark> marks = {};
  QPolygonF band = {};
  Series curve = {};
  Series predictedLine = {};
  QList<QPointF> predicted = {};
  ScalingWaitScene waits = {};  ///< below the plot, over the same counts
  QList<ScalingLegendEntry> legend = {};
  QString reason = {};  ///< below all else; empty: not wanted
  QRectF reasonRect = {};
};

struct ScalingOptions {
  bool withTitle = true;    ///< and verdict: a picture that stands alone
  bool withReason = false;  ///< below the plot
};

/// Pure; cost O(points).
ScalingScene layOutScaling(const ScalingData& data, const QSizeF& size, const Theme& theme,
                           const ScalingOptions& options = {});
void paintScaling(QPainter& painter, const ScalingScene& scene, const Theme& theme);

/// What is known next to `at`; nothing far from all.
std::optional<ScalingPoint> scalingPointAt(const ScalingScene& scene, const QPointF& at,
                                           const Theme& theme);

}  // namespace poolscope::ui
