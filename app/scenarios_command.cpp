// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"
#include "app/exit_status.h"
#include "app/output.h"
#include "core/executor/thread_pool_executor.h"
#include "core/workload/scenario.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <string>

namespace poolscope::app {

int runScenarios(const ScenariosCall& call) {
  const auto& scenarios = workload::gallery();
  const auto workers = [](const workload::Scenario& scenario) {
    return scenario.max_workers.value_or(default_max_workers());
  };
  if (call.json) {
    QJsonArray list;
    for (const workload::Scenario& scenario : scenarios) {
      list.append(QJsonObject{{"name", QString::fromStdString(scenario.name)},
                              {"title", QString::fromStdString(scenario.title)},
                              {"lesson", QString::fromStdString(scenario.lesson)},
                              {"max_workers", static_cast<qint64>(workers(scenario))}});
    }
    print(QJsonDocument(list).toJson().toStdString());
    return kDone;
  }
  std::size_t width = 0;
  for (const workload::Scenario& scenario : scenarios) {
    width = std::max(width, scenario.name.size());
  }
  for (const workload::Scenario& scenario : scenarios) {
    print(scenario.name + std::string(width - scenario.name.size() + 2, ' ') + scenario.title +
          " (max_workers " + std::to_string(workers(scenario)) + ")\n");
  }
  return kDone;
}

}  // namespace poolscope::app
