// SPDX-License-Identifier: Apache-2.0
#include "core/base/cores.h"
#include "ui/plot/scaling.h"

#include <QObject>

namespace poolscope::ui {
namespace {

using experiment::ReasonCode;

void takeRecommendation(ScalingData& data, const experiment::Recommendation& recommendation) {
  data.recommended = recommendation.workers;
  data.atLeast = recommendation.code == ReasonCode::still_rising;
}

}  // namespace

ScalingData scalingData(const experiment::SweepResult& result) {
  ScalingData data{.title = QString::fromStdString(result.scenario),
                   .fit = result.fit,
                   .reason = QString::fromStdString(result.reason),
                   .isMeasuring = result.end == experiment::SweepEnd::running,
                   .predictedFrom = result.calibrated_at,
                   .ruleOfThumb = result.rule_of_thumb,
                   .pythonDefault = python_default_workers(usable_cores())};
  for (const experiment::SweepPoint& point : result.points) {
    data.points.push_back({.workers = point.workers,
                           .throughput = point.throughput,
                           .predicted = point.predicted,
                           .wait = {.measured = point.queue_wait_p99,
                                    .atLeast = point.queue_wait_at_least,
                                    .predicted = point.predicted_queue_wait_p99,
                                    .predictedAtLeast = point.predicted_queue_wait_at_least}});
  }
  takeRecommendation(data, result.recommendation);
  return data;
}

ScalingData scalingData(const QString& title, const experiment::Recommendation& recommendation,
                        const tl::expected<experiment::UslFit, experiment::NoFit>& fit,
                        const QString& reason) {
  ScalingData data{.title = title,
                   .fit = fit,
                   .reason = reason,
                   .ruleOfThumb = rule_of_thumb_workers(),
                   .pythonDefault = python_default_workers(usable_cores())};
  for (const experiment::PointSummary& point : recommendation.points) {
    data.points.push_back({.workers = point.workers, .throughput = point.throughput});
  }
  takeRecommendation(data, recommendation);
  return data;
}

ScalingData scalingData(const QString& title, const experiment::SessionPrediction& prediction) {
  ScalingData data{.title = title,
                   .reason = QString::fromStdString(prediction_text(prediction)),
                   .isPrediction = true,
                   .predictedFrom = prediction.recorded_workers,
                   .ruleOfThumb = rule_of_thumb_workers(),
                   .pythonDefault = python_default_workers(usable_cores())};
  for (const experiment::PredictedPoint& point : prediction.points) {
    ScalingPoint shown{.workers = point.workers,
                       .isMeasured = point.seen.has_value(),
                       .predicted = point.predicted.throughput,
                       .wait = {.predicted = point.predicted.queue_wait_p99}};
    if (point.seen) {
      shown.throughput.mean = point.seen->throughput;
      shown.wait.measured = point.seen->queue_wait_p99;
    }
    data.points.push_back(shown);
  }
  if (!prediction.is_doubtful()) {
    data.recommended = prediction.enough_workers;
    data.atLeast = prediction.still_rises;
  }
  return data;
}

QString scalingVerdict(const ScalingData& data) {
  if (!data.recommended) {
    return data.isMeasuring ? QObject::tr("measuring") : QObject::tr("can't tell");
  }
  const auto count = static_cast<qulonglong>(*data.recommended);
  if (data.isPrediction) {
    return data.atLeast ? QObject::tr("at least %1 predicted").arg(count)
                        : QObject::tr("%1 predicted").arg(count);
  }
  return data.isMeasuring ? QObject::tr("%1 so far").arg(count)
         : data.atLeast   ? QObject::tr("at least %1 recommended").arg(count)
                          : QObject::tr("%1 recommended").arg(count);
}

}  // namespace poolscope::ui
