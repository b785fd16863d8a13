// SPDX-License-Identifier: Apache-2.0
#include "app/experiment_json.h"

#include "core/experiment/words.h"

#include <QJsonArray>

#include <cmath>

namespace poolscope::app {
namespace {

using namespace experiment;

using Fit = tl::expected<UslFit, NoFit>;

QJsonArray toJson(const Interval& interval) {
  return {interval.low, interval.high};
}

QJsonArray toJson(const std::vector<std::string>& words) {
  QJsonArray list;
  for (const std::string& line : words) {
    list.append(text(line));
  }
  return list;
}

QJsonObject toJson(const DistributionDifference& test) {
  return {{"what", text(test.what)},
          {"test", kDistributionTest},
          {"level", test.level},
          {"distance", test.distance},
          {"p", test.p},
          {"differs", test.differs},
          {"size", text(name_of(test.size))},
          {"a", QJsonObject{{"p50", test.a.p50}, {"p90", test.a.p90}, {"p99", test.a.p99}}},
          {"b", QJsonObject{{"p50", test.b.p50}, {"p90", test.b.p90}, {"p99", test.b.p99}}}};
}

}  // namespace

std::string cell(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size() + 2), ' ');
  return text;
}

QString text(std::string_view words) {
  return QString::fromUtf8(words.data(), static_cast<qsizetype>(words.size()));
}

QJsonValue orNull(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? QJsonValue(*value) : QJsonValue(QJsonValue::Null);
}

QJsonValue orNull(const std::optional<std::uint64_t>& value) {
  return value ? QJsonValue(static_cast<qint64>(*value)) : QJsonValue(QJsonValue::Null);
}

QJsonValue toJson(const Fit& fit) {
  if (!fit) {
    return QJsonValue::Null;
  }
  QJsonObject json{{"lambda", fit->model.lambda},
                   {"sigma", fit->model.sigma},
                   {"kappa", fit->model.kappa},
                   {"r2", orNull(fit->r2)},
                   {"peak_workers", orNull(fit->model.peak_workers())},
                   {"residual_error", orNull(fit->error)},
                   {"notes", toJson(fit_notes(*fit))}};
  json.insert("intervals", QJsonValue::Null);
  if (fit->intervals) {
    const bool bootstrap = fit->intervals->method == UslIntervals::Method::bootstrap;
    json.insert("intervals", QJsonObject{{"level", kConfidence},
                                         {"method", bootstrap ? "bootstrap" : "linearised"},
                                         {"lambda", toJson(fit->intervals->lambda)},
                                         {"sigma", toJson(fit->intervals->sigma)},
                                         {"kappa", toJson(fit->intervals->kappa)}});
  }
  return json;
}

void addRecommendation(QJsonObject& json, const Recommendation& recommendation,
                       const std::string& reason) {
  json.insert("recommended_workers", orNull(recommendation.workers));
  json.insert("reason_code", text(name_of(recommendation.code)));
  json.insert("reason", text(reason));
}

void addComparison(QJsonObject& json, const Comparison& comparison) {
  const auto& speedup = comparison.speedup;
  const auto interval = speedup ? speedup->interval : std::nullopt;
  json.insert("speedup",
              QJsonObject{{"value", speedup ? QJsonValue(speedup->value) : QJsonValue::Null},
                          {"ci_low", interval ? QJsonValue(interval->low) : QJsonValue::Null},
                          {"ci_high", interval ? QJsonValue(interval->high) : QJsonValue::Null},
                          {"level", kConfidence}});
  json.insert("verdict", text(name_of(comparison.verdict)));
  QJsonArray tests;
  for (const DistributionDifference& test : comparison.distributions) {
    tests.append(toJson(test));
  }
  json.insert("distributions", tests);
  json.insert("words", toJson(comparison_words(comparison)));
}

std::string uslText(const Fit& fit) {
  if (!fit) {
    return fit.error() == NoFit::too_few_points
               ? "No curve: it takes three different numbers of workers.\n"
               : "No curve: there was no throughput.\n";
  }
  const auto coefficient = [&](const char* name, double value,
                               const Interval UslIntervals::*which) {
    std::string line = std::string(name) + " " + significant(value);
    if (fit->intervals) {
      const Interval& interval = (*fit->intervals).*which;
      line += " (" + significant(interval.low) + " to " + significant(interval.high) + ")";
    }
    return line;
  };
  std::string lines = "Universal Scalability Law: " +
                      coefficient("lambda", fit->model.lambda, &UslIntervals::lambda) + ", " +
                      coefficient("sigma", fit->model.sigma, &UslIntervals::sigma) + ", " +
                      coefficient("kappa", fit->model.kappa, &UslIntervals::kappa) +
                      (fit->r2 ? ", R2 " + significant(*fit->r2) : "") + "\n";
  for (const std::string& note : fit_notes(*fit)) {
    lines += note + "\n";
  }
  return lines;
}

std::string pointsTable(const std::vector<PointSummary>& points, const Fit& fit) {
  std::string table = cell("workers", 10) + cell("throughput", 14) + cell("95 % interval", 24) +
                      (fit ? "curve" : "") + "\n";
  for (const PointSummary& point : points) {
    const MeanInterval& x = point.throughput;
    table += cell(std::to_string(point.workers), 10) + cell(shown(x.mean) + "/s", 14) +
             cell(x.half_width ? shown(x.low_rate()) + " to " + shown(x.high()) : "-", 24) +
             (fit ? shown(fit->model.throughput(static_cast<double>(point.workers))) : "") + "\n";
  }
  return table;
}

}  // namespace poolscope::app
