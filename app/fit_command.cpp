// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"
#include "app/exit_status.h"
#include "app/experiment_json.h"
#include "app/experiment_plot.h"
#include "app/output.h"
#include "core/base/cores.h"
#include "core/experiment/points_file.h"

#include <QJsonDocument>

#include <filesystem>

namespace poolscope::app {

int runFit(const FitCall& call) {
  if (const auto refused = refusePlot(call.plot, call.force)) {
    return *refused;
  }
  const auto measured = experiment::read_points(call.file);
  if (!measured) {
    return complain(measured.error(), kFailed);
  }
  std::vector<experiment::RepeatedPoint> points;
  for (auto& count : experiment::by_count(*measured)) {
    points.push_back({count.workers, std::move(count.throughputs)});
  }
  const auto fit = experiment::fit_usl(*measured);
  const auto recommendation = experiment::recommend(points);
  const std::string reason = experiment::reason_text(recommendation, rule_of_thumb_workers());
  if (call.json) {
    QJsonObject json{{"usl", toJson(fit)}};
    addRecommendation(json, recommendation, reason);
    print(QJsonDocument(json).toJson().toStdString());
  } else {
    print(pointsTable(recommendation.points, fit) + "\n" + uslText(fit) + "\n" + reason + "\n");
  }
  const QString title =
      QString::fromStdString(std::filesystem::path(call.file).filename().string());
  return writePlot(call.plot, call.force,
                   ui::scalingData(title, recommendation, fit, QString::fromStdString(reason)));
}

}  // namespace poolscope::app
