// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"
#include "app/exit_status.h"
#include "app/experiment_json.h"
#include "app/experiment_plot.h"
#include "app/output.h"
#include "core/base/cores.h"
#include "core/experiment/pick_order.h"
#include "core/experiment/session_prediction.h"
#include "core/experiment/words.h"
#include "core/workload/scenario.h"
#include "core/workload/table_reader.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <filesystem>

namespace poolscope::app {
namespace {

using namespace experiment;

/// The pool that ran the most tasks, and what of its time is asked for.
std::optional<SessionStretch> stretchOf(const PredictCall& call,
                                        const session::Snapshot& snapshot) {
  return busiest_stretch(
      snapshot, call.fromSeconds ? atSeconds(snapshot, *call.fromSeconds) : snapshot.begin(),
      call.toSeconds ? atSeconds(snapshot, *call.toSeconds) : snapshot.end());
}

SessionPredictionOptions optionsOf(const PredictCall& call, const storage::RecordingInfo& info,
                                   const std::stop_token& stop) {
  SessionPredictionOptions options{.workers = call.workers,
                                   .cores = storage::recorded_cores(info).value_or(usable_cores()),
                                   .exact_cores = call.cores,
                                   .stop = stop};
  const auto scenario = workload::parse_scenario(info.scenario_toml, info.scenario_name);
  if (scenario) {
    options.hints.order = pick_order(scenario->pool);
  }
  if (scenario && scenario->http.urls.empty()) {
    options.hints.server_capacity = static_cast<std::uint32_t>(scenario->http.max_concurrent);
  }
  return options;
}

Error nothingPredicted(const std::string& file, NoWork why) {
  return {file, "nothing can be predicted from it: " + text_of(why), advice_of(why)};
}

const char* nameOf(Arrivals arrivals) {
  switch (arrivals) {
    case Arrivals::batches:
      return "batches";
    case Arrivals::by_themselves:
      return "by_themselves";
    default:
      return "always";
  }
}

QJsonObject toJson(const PredictedPoint& point) {
  const auto seen = [&](double SeenFigures::*what) {
    return point.seen ? QJsonValue((*point.seen).*what) : QJsonValue::Null;
  };
  return {{"workers", static_cast<qint64>(point.workers)},
          {"throughput", seen(&SeenFigures::throughput)},
          {"queue_wait_p99", point.seen ? orNull(point.seen->queue_wait_p99) : QJsonValue::Null},
          {"utilization", seen(&SeenFigures::utilization)},
          {"predicted", point.predicted.throughput},
          {"predicted_queue_wait_mean", orNull(point.predicted.queue_wait_mean)},
          {"predicted_queue_wait_p99", orNull(point.predicted.queue_wait_p99)},
          {"predicted_utilization", point.predicted.utilization},
          {"predicted_deadlock", point.predicted.stands_still}};
}

QJsonObject toJson(const SessionPrediction& prediction) {
  QJsonArray points;
  for (const PredictedPoint& point : prediction.points) {
    points.append(toJson(point));
  }
  const SessionWork& work = prediction.work;
  const auto enough = prediction.is_doubtful()
                          ? std::optional<std::uint64_t>()
                          : std::optional<std::uint64_t>(prediction.enough_workers);
  return {{"pool", text(prediction.pool)},
          {"recorded_workers", static_cast<qint64>(prediction.recorded_workers)},
          {"cores", static_cast<qint64>(prediction.cores)},
          {"tasks", static_cast<qint64>(work.tasks.task_count())},
          {"arrivals", nameOf(work.arrivals)},
          {"batch", work.arrivals == Arrivals::batches
                        ? QJsonValue(static_cast<qint64>(work.tasks.batch))
                        : QJsonValue::Null},
          {"points", points},
          {"predicted_workers", orNull(enough)},
          {"still_rising", prediction.still_rises},
          {"error_at_recorded", orNull(prediction.error_there)},
          {"reason", text(prediction_text(prediction))}};
}

std::string line(const PredictedPoint& point) {
  const std::string wait =
      point.seen && point.seen->queue_wait_p99 ? shown_seconds(*point.seen->queue_wait_p99) : "-";
  const PredictedFigures& predicted = point.predicted;
  const std::string figures =
      predicted.stands_still
          ? cell("deadlock", 13) + cell("-", 13) + cell("-", 9)
          : cell(shown(predicted.throughput) + "/s", 13) +
                cell(predicted.queue_wait_p99 ? wait_text(*predicted.queue_wait_p99) : "grows",
                     13) +
                cell(shown_percent(predicted.utilization), 9);
  return cell(std::to_string(point.workers), 9) + figures +
         cell(point.seen ? shown(point.seen->throughput) + "/s" : "-", 12) + wait + "\n";
}

std::string howTheyCome(const SessionWork& work) {
  switch (work.arrivals) {
    case Arrivals::batches:
      return (work.tasks.batches.empty() ? std::string() : "up to ") +
             std::to_string(work.tasks.batch) +
             " tasks at once, then those that are done waited for";
    case Arrivals::by_themselves:
      return "tasks come by themselves, as they were recorded";
    default:
      return work.tasks.ahead > 0 ? "at most " + std::to_string(work.tasks.ahead) +
                                        " are in the pool, who submits waits"
                                  : "there are always tasks in the queue";
  }
}

std::string arrivalsText(const SessionWork& work) {
  const std::string nested =
      work.tasks.is_nested() ? "; each waits for others that it submits" : "";
  return howTheyCome(work) + nested;
}

std::string toTable(const SessionPrediction& prediction) {
  std::string table =
      (prediction.pool.empty() ? std::string("A pool") : workload::one_line(prediction.pool)) +
      ", recorded with " + workers_text(prediction.recorded_workers) + ". From " +
      std::to_string(prediction.work.tasks.task_count()) + " tasks; " +
      arrivalsText(prediction.work) + "; " +
      (prediction.cores == 1 ? "one computes at a time"
                             : std::to_string(prediction.cores) + " compute at a time") +
      ".\n\n" + cell("workers", 9) + cell("predicted", 13) + cell("wait p99", 13) +
      cell("busy", 9) + cell("seen", 12) + "wait p99\n";
  for (const PredictedPoint& point : prediction.points) {
    table += line(point);
  }
  return table + "\n" + prediction_text(prediction) + "\n";
}

}  // namespace

int runPredict(const PredictCall& call, StopSignals& signals) {
  if (const auto refused = refusePlot(call.plot, call.force)) {
    return *refused;
  }
  const std::stop_token stop = stopOn(signals);
  const auto loaded = loadRecording(call.file, stop);
  if (!loaded) {
    return complain(loaded.error(), kFailed);
  }
  const session::Snapshot& snapshot = *loaded->snapshot;
  if (snapshot.empty()) {
    return complain(nothingToShow(call.file), kFailed);
  }
  if (const auto inside = checkRange(call, snapshot); !inside) {
    return complain(inside.error(), kWrongCall);
  }
  if (loaded->about.truncated) {
    complain({call.file, loaded->about.missing, "what is predicted is from the rest"}, kDone);
  }
  const auto stretch = stretchOf(call, snapshot);
  if (!stretch) {
    return complain(nothingPredicted(call.file, NoWork::no_pool), kFailed);
  }
  const auto prediction =
      predict_session(snapshot, *stretch, optionsOf(call, loaded->about.info, stop));
  if (!prediction) {
    return complain(nothingPredicted(call.file, prediction.error()), kFailed);
  }
  print(call.json ? QJsonDocument(toJson(*prediction)).toJson().toStdString()
                  : toTable(*prediction));
  const QString title =
      QString::fromStdString(std::filesystem::path(call.file).filename().string());
  return writePlot(call.plot, call.force, ui::scalingData(title, *prediction));
}

}  // namespace poolscope::app
