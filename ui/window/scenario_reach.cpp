// SPDX-License-Identifier: Apache-2.0
#include "ui/window/scenario_reach.h"

#include "core/workload/scenario.h"

#include <QObject>

namespace poolscope::ui {

QString reachText(const workload::Scenario& scenario) {
  if (scenario.reaches_network() && scenario.runs_commands()) {
    return QObject::tr("It reaches hosts beyond this computer and runs commands.");
  }
  if (scenario.reaches_network()) {
    return QObject::tr("It reaches hosts beyond this computer.");
  }
  return scenario.runs_commands() ? QObject::tr("It runs commands on this computer.") : QString();
}

}  // namespace poolscope::ui
