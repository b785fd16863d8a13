// SPDX-License-Identifier: Apache-2.0
#include "app/summary.h"

#include <QJsonValue>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

namespace poolscope::app {
namespace {

QJsonValue number(std::uint64_t count) {
  return static_cast<qint64>(count);
}

QJsonValue toJson(const std::optional<session::Distribution>& values) {
  if (!values) {
    return QJsonValue::Null;
  }
  return QJsonObject{{"mean", values->mean},
                     {"p50", values->p50},
                     {"p90", values->p90},
                     {"p99", values->p99},
                     {"max", values->max}};
}

// printf follows LC_NUMERIC, which the program never sets: a decimal point everywhere.
std::string formatted(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

/// One place behind the point, more where a rate is so small that they tell more than "0.0".
std::string rate(double perSecond) {
  const int places = perSecond > 0 ? 2 - static_cast<int>(std::floor(std::log10(perSecond))) : 1;
  char text[64];
  std::snprintf(text, sizeof text, "%.*f tasks/s", std::clamp(places, 1, 9), perSecond);
  return text;
}

std::string milliseconds(double seconds) {
  return formatted("%.1f ms", seconds * 1e3);
}

std::string describe(const std::optional<session::Distribution>& values) {
  if (!values) {
    return "-";
  }
  return "mean " + milliseconds(values->mean) + ", p50 " + milliseconds(values->p50) + ", p90 " +
         milliseconds(values->p90) + ", p99 " + milliseconds(values->p99) + ", max " +
         milliseconds(values->max);
}

}  // namespace

Summary summarize(const session::Snapshot& snapshot, std::string scenario) {
  Summary summary;
  summary.scenario = std::move(scenario);
  summary.statistics = snapshot.statistics();
  summary.events = snapshot.event_count();
  summary.lostEvents = snapshot.lost_events();
  summary.oddEvents = snapshot.anomalies();
  for (const session::Pool& pool : snapshot.pools()) {
    summary.maxWorkers =
        std::max(summary.maxWorkers, snapshot.max_workers_at(pool.index, snapshot.end()));
  }
  return summary;
}

QJsonObject toJson(const Summary& summary) {
  const session::Statistics& figures = summary.statistics;
  QJsonObject json{{"tasks", QJsonObject{{"queued", number(figures.queued)},
                                         {"started", number(figures.started)},
                                         {"finished", number(figures.finished)},
                                         {"failed", number(figures.failed)},
                                         {"cancelled", number(figures.cancelled)}}},
                   {"events", number(summary.events)},
                   {"lost_events", number(summary.lostEvents)},
                   {"max_workers", number(summary.maxWorkers)},
                   {"peak_workers", number(figures.peak_workers)},
                   {"duration", figures.duration},
                   {"throughput", figures.throughput},
                   {"utilization", figures.utilization},
                   {"queue_wait", toJson(figures.queue_wait)},
                   {"run_time", toJson(figures.run_time)}};
  json.insert("scenario", summary.scenario.empty()
                              ? QJsonValue(QJsonValue::Null)
                              : QJsonValue(QString::fromStdString(summary.scenario)));
  if (summary.missing) {
    json.insert("truncated", !summary.missing->empty());
  }
  return json;
}

std::string toTable(const Summary& summary) {
  const session::Statistics& figures = summary.statistics;
  const auto count = [](std::uint64_t value) { return std::to_string(value); };
  std::vector<std::pair<std::string, std::string>> rows;
  if (!summary.scenario.empty()) {
    rows.emplace_back("scenario", summary.scenario);
  }
  rows.emplace_back("tasks", count(figures.finished) + " finished (" + count(figures.failed) +
                                 " of them failed), " + count(figures.cancelled) + " cancelled, " +
                                 count(figures.queued) + " queued in all");
  rows.emplace_back("workers", count(figures.peak_workers) + " at most, max_workers " +
                                   count(summary.maxWorkers));
  rows.emplace_back("duration", formatted("%.3f s", figures.duration));
  rows.emplace_back("throughput", rate(figures.throughput));
  rows.emplace_back("utilization", formatted("%.1f %%", figures.utilization * 100));
  rows.emplace_back("queue wait", describe(figures.queue_wait));
  rows.emplace_back("run time", describe(figures.run_time));
  rows.emplace_back(
      "events",
      count(summary.events) + ", " + count(summary.lostEvents) + " lost" +
          (summary.oddEvents > 0 ? ", " + count(summary.oddEvents) + " did not fit" : ""));
  if (!summary.missing.value_or(std::string()).empty()) {
    rows.emplace_back("truncated", "yes: " + *summary.missing);
  }
  std::string table;
  for (const auto& [name, value] : rows) {
    std::string line = name;
    line.resize(14, ' ');
    table += line + value + "\n";
  }
  return table;
}

}  // namespace poolscope::app
