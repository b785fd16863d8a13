// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/comparison.h"
#include "core/experiment/recommendation.h"
#include "core/experiment/usl_fit.h"

#include <QJsonObject>
#include <QJsonValue>

#include <cstddef>
#include <optional>
#include <string>

namespace poolscope::app {

// The JSON keys of DESIGN.md for sweep, fit and compare. Times in seconds.

/// `usl`, with intervals of its coefficients and what must be said beside it; null without a fit.
QJsonValue toJson(const tl::expected<experiment::UslFit, experiment::NoFit>& fit);
/// Puts `recommended_workers`, `reason_code` and `reason` into `json`.
void addRecommendation(QJsonObject& json, const experiment::Recommendation& recommendation,
                       const std::string& reason);
/// Puts `speedup`, `verdict`, `distributions` and `words` into `json`.
void addComparison(QJsonObject& json, const experiment::Comparison& comparison);

/// "lambda 50.1/s (49.8 to 50.4), sigma ..., kappa ..., R2 0.999", or why there is no fit; and what
/// must be said beside it, a line each.
std::string uslText(const tl::expected<experiment::UslFit, experiment::NoFit>& fit);
/// The points as a table with the fit beside them.
std::string pointsTable(const std::vector<experiment::PointSummary>& points,
                        const tl::expected<experiment::UslFit, experiment::NoFit>& fit);

/// A cell of a table for people: `text`, and blanks up to `width`, two at least.
std::string cell(std::string text, std::size_t width);

QString text(std::string_view words);
QJsonValue orNull(const std::optional<double>& value);
QJsonValue orNull(const std::optional<std::uint64_t>& value);

}  // namespace poolscope::app
