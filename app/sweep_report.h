// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/experiment/sweep.h"

#include <QJsonObject>

#include <string>

namespace poolscope::app {

// What a sweep says: the JSON keys of DESIGN.md, a table for people, and a row a run for programs.

QJsonObject toJson(const experiment::SweepResult& result);
std::string toTable(const experiment::SweepResult& result);
/// Read by `poolscope fit`, too.
std::string toCsv(const experiment::SweepResult& result);

/// Whether `path` ends as these can be written: .csv or .json. An Error names it.
Result<void> checkSweepName(const std::string& path);
/// Writes the rows or the JSON document; the ending of `path` says which. Blocks; any thread.
/// Errors name the file.
Result<void> writeSweep(const std::string& path, bool overwrite,
                        const experiment::SweepResult& result);

}  // namespace poolscope::app
