// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/sweep.h"
#include "core/workload/scenario.h"

#include <QJsonObject>

#include <string>

namespace poolscope::app {

// What a sweep says: the JSON keys of DESIGN.md, a table for people, and a row a run for programs.

QJsonObject toJson(const experiment::SweepResult& result, const workload::Load& load);
std::string toTable(const experiment::SweepResult& result);
/// Read by `poolscope fit`, too.
std::string toCsv(const experiment::SweepResult& result);

}  // namespace poolscope::app
