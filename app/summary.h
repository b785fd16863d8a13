// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"

#include <QJsonObject>

#include <optional>
#include <string>

namespace poolscope::app {

/// What `record` and `info` say of a session: the JSON keys that others read (DESIGN.md), and a
/// table for people.
struct Summary {
  std::string scenario = {};  ///< empty: not known
  session::Statistics statistics = {};
  std::uint64_t events = 0;
  std::uint64_t lostEvents = 0;
  std::uint64_t oddEvents = 0;              ///< that did not fit what came before
  std::uint32_t maxWorkers = 0;             ///< in force at the end; of several pools the largest
  std::optional<std::string> missing = {};  ///< of the file it was read from; empty: nothing
};

Summary summarize(const session::Snapshot& snapshot, std::string scenario);
QJsonObject toJson(const Summary& summary);
std::string toTable(const Summary& summary);

}  // namespace poolscope::app
