// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"
#include "app/exit_status.h"
#include "app/experiment_json.h"
#include "app/output.h"
#include "app/summary.h"
#include "core/experiment/comparison.h"

#include <QJsonDocument>

namespace poolscope::app {
namespace {

Summary summaryOf(const LoadedRecording& recording) {
  Summary summary = summarize(*recording.snapshot, recording.about.info.scenario_name);
  summary.missing = recording.about.missing;
  return summary;
}

}  // namespace

int runCompare(const CompareCall& call, StopSignals& signals) {
  const std::stop_token stop = stopOn(signals);
  const auto a = loadRecording(call.a, stop);
  if (!a) {
    return complain(a.error(), kFailed);
  }
  const auto b = loadRecording(call.b, stop);
  if (!b) {
    return complain(b.error(), kFailed);
  }
  const auto comparison = experiment::compare(*a->snapshot, *b->snapshot,
                                              storage::same_tasks(a->about.info, b->about.info));
  if (call.json) {
    QJsonObject json{{"a", toJson(summaryOf(*a))}, {"b", toJson(summaryOf(*b))}};
    addComparison(json, comparison);
    print(QJsonDocument(json).toJson().toStdString());
    return kDone;
  }
  print("A: " + call.a + "\n" + toTable(summaryOf(*a)) + "\nB: " + call.b + "\n" +
        toTable(summaryOf(*b)) + "\n");
  for (const std::string& line : experiment::comparison_words(comparison)) {
    print(line + "\n");
  }
  return kDone;
}

}  // namespace poolscope::app
