// SPDX-License-Identifier: Apache-2.0
#include "app/sweep_report.h"

#include "app/experiment_json.h"
#include "core/experiment/sanity.h"
#include "core/experiment/words.h"
#include "core/storage/text_file.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <cstdio>
#include <filesystem>

namespace poolscope::app {
namespace {

using namespace experiment;

QJsonArray throughputs(const SweepPoint& point) {
  QJsonArray values;
  for (const RunFigures& run : point.runs) {
    values.append(run.throughput);
  }
  return values;
}

QJsonObject toJson(const Sanity& sanity) {
  return {{"busy_workers", sanity.busy_workers},
          {"busy_workers_by_littles_law", sanity.busy_by_littles_law},
          {"queue_wait_mean", sanity.queue_wait_mean},
          {"queue_wait_mean_by_erlang_c", orNull(sanity.queue_wait_by_erlang_c)},
          {"note", text(sanity.note())}};
}

QJsonObject toJson(const SweepPoint& point, const workload::Load& load) {
  const bool sure = point.throughput.half_width.has_value();
  return {{"workers", static_cast<qint64>(point.workers)},
          {"throughput", point.throughput.mean},
          {"ci_low", sure ? QJsonValue(point.throughput.low_rate()) : QJsonValue::Null},
          {"ci_high", sure ? QJsonValue(point.throughput.high()) : QJsonValue::Null},
          {"throughputs", throughputs(point)},
          {"queue_wait_p99", orNull(point.queue_wait_p99)},
          {"queue_wait_p99_at_least", point.queue_wait_at_least},
          {"utilization", point.utilization},
          {"cpu", point.cpu},
          {"memory_bytes", static_cast<qint64>(point.memory_bytes)},
          {"lock_wait_share", point.lock_wait_share},
          {"predicted", orNull(point.predicted)},
          {"predicted_queue_wait_p99", orNull(point.predicted_queue_wait_p99)},
          {"predicted_queue_wait_p99_at_least", point.predicted_queue_wait_at_least},
          {"theory", toJson(sanity_of(point, load))}};
}

const char* name_of(SweepEnd end) {
  switch (end) {
    case SweepEnd::running:
      return "running";
    case SweepEnd::decided:
      return "decided";
    case SweepEnd::budget:
      return "budget";
    case SweepEnd::repeats:
      return "repeats";
    case SweepEnd::cancelled:
      return "cancelled";
    default:
      return "failed";
  }
}

std::string waitText(const std::optional<double>& seconds, bool atLeast) {
  return seconds ? (atLeast ? "> " : "") + shown_seconds(*seconds) : "-";
}

std::string line(const SweepPoint& point) {
  const MeanInterval& x = point.throughput;
  return cell(std::to_string(point.workers), 9) + cell(shown(x.mean) + "/s", 12) +
         cell(x.half_width ? shown(x.low_rate()) + " to " + shown(x.high()) : "-", 18) +
         cell(point.predicted ? shown(*point.predicted) + "/s" : "-", 12) +
         cell(waitText(point.queue_wait_p99, point.queue_wait_at_least), 13) +
         cell(waitText(point.predicted_queue_wait_p99, point.predicted_queue_wait_at_least), 16) +
         cell(shown_percent(point.utilization), 9) + cell(shown_percent(point.cpu), 9) +
         shown(static_cast<double>(point.memory_bytes) / (1 << 20)) + " MiB\n";
}

/// Nothing, where there is none.
std::string csvNumber(const std::optional<double>& value) {
  char text[32] = "";
  if (value) {
    std::snprintf(text, sizeof text, "%.9g", *value);
  }
  return text;
}

/// Nothing where no task ended.
std::optional<double> runTime(const RunFigures& run) {
  return run.finished > 0 ? std::optional(run.run_time_mean) : std::nullopt;
}

/// Theory next to what was measured.
std::string theoryTable(const SweepResult& result) {
  if (result.points.empty()) {
    return "";
  }
  std::string table = cell("theory", 9) + cell("busy workers", 14) + cell("by Little's law", 18) +
                      cell("mean wait", 12) + "by Erlang's C\n";
  const std::vector<Sanity> theory = sanity_of(result);
  for (std::size_t i = 0; i < theory.size(); ++i) {
    const Sanity& each = theory[i];
    table +=
        cell(std::to_string(result.points[i].workers), 9) + cell(shown(each.busy_workers), 14) +
        cell(shown(each.busy_by_littles_law), 18) + cell(shown_seconds(each.queue_wait_mean), 12) +
        (each.queue_wait_by_erlang_c ? shown_seconds(*each.queue_wait_by_erlang_c) : "-") + "\n";
  }
  for (const std::string& note : sanity_notes(result)) {
    table += note + "\n";
  }
  return table;
}

}  // namespace

QJsonObject toJson(const SweepResult& result) {
  QJsonArray points;
  for (const SweepPoint& point : result.points) {
    points.append(toJson(point, result.load));
  }
  QJsonArray notes;
  for (const std::string& note : result.notes) {
    notes.append(text(note));
  }
  QJsonObject json{{"scenario", text(result.scenario)},
                   {"points", points},
                   {"usl", toJson(result.fit)},
                   {"rule_of_thumb", static_cast<qint64>(result.rule_of_thumb)},
                   {"rule_of_thumb_throughput", orNull(result.rule_of_thumb_throughput)},
                   {"predicted_from_workers", orNull(result.calibrated_at)},
                   {"ended", name_of(result.end)},
                   {"seconds", result.seconds},
                   {"notes", notes}};
  addRecommendation(json, result.recommendation, result.reason);
  return json;
}

std::string toTable(const SweepResult& result) {
  std::string table = cell("workers", 9) + cell("throughput", 12) + cell("95 % interval", 18) +
                      cell("predicted", 12) + cell("wait p99", 13) + cell("predicted wait", 16) +
                      cell("busy", 9) + cell("CPU", 9) + "memory\n";
  for (const SweepPoint& point : result.points) {
    table += line(point);
  }
  table += "\n" + theoryTable(result) + "\n" + uslText(result.fit);
  for (const std::string& note : result.notes) {
    table += note + "\n";
  }
  return table + "\n" + result.reason + "\n";
}

std::string toCsv(const SweepResult& result) {
  std::string csv =
      "workers,throughput,repeat,queue_wait_p99,run_time,utilization,cpu,memory_bytes,finished,"
      "failed,queue_wait_p99_at_least,predicted,predicted_queue_wait_p99,"
      "predicted_queue_wait_p99_at_least\n";
  for (const SweepPoint& point : result.points) {
    // Of all its runs together: the same in each of their rows.
    const std::string predicted = csvNumber(point.predicted) + "," +
                                  csvNumber(point.predicted_queue_wait_p99) + "," +
                                  (point.predicted_queue_wait_at_least ? "1" : "0") + "\n";
    for (std::size_t i = 0; i < point.runs.size(); ++i) {
      const RunFigures& run = point.runs[i];
      // printf follows LC_NUMERIC, which the program never sets: a decimal point everywhere.
      char row[320];
      std::snprintf(row, sizeof row, "%llu,%.9g,%zu,%s,%s,%.6g,%.6g,%llu,%llu,%llu,%d,",
                    static_cast<unsigned long long>(point.workers), run.throughput, i + 1,
                    csvNumber(run.queue_wait_p99).c_str(), csvNumber(runTime(run)).c_str(),
                    run.utilization, run.cpu, static_cast<unsigned long long>(run.memory_bytes),
                    static_cast<unsigned long long>(run.finished),
                    static_cast<unsigned long long>(run.failed), run.queue_wait_at_least ? 1 : 0);
      csv += row + predicted;
    }
  }
  return csv;
}

Result<void> checkSweepName(const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension != ".csv" && extension != ".json") {
    return failure(path, "not a kind of file that can be written",
                   "give the output a name that ends in .csv or .json");
  }
  return {};
}

Result<void> writeSweep(const std::string& path, bool overwrite, const SweepResult& result) {
  if (auto known = checkSweepName(path); !known) {
    return known;
  }
  const std::string content =
      path.ends_with(".csv") ? toCsv(result) : QJsonDocument(toJson(result)).toJson().toStdString();
  auto file = storage::TextFile::create(path, overwrite);
  if (!file) {
    return tl::unexpected(file.error());
  }
  file->text() += content;
  return file->finish();
}

}  // namespace poolscope::app
