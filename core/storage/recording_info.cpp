// SPDX-License-Identifier: Apache-2.0
#include "core/storage/recording.h"

namespace poolscope::storage {

bool same_tasks(const RecordingInfo& a, const RecordingInfo& b) {
  const auto seed = a.settings.find("seed");
  const auto other = b.settings.find("seed");
  return !a.scenario_toml.empty() && a.scenario_toml == b.scenario_toml &&
         seed != a.settings.end() && other != b.settings.end() && seed->second == other->second;
}

}  // namespace poolscope::storage
