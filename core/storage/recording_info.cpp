// SPDX-License-Identifier: Apache-2.0
#include "core/storage/recording.h"

#include <charconv>

namespace poolscope::storage {

std::optional<std::size_t> recorded_cores(const RecordingInfo& info) {
  const auto setting = info.settings.find("cores");
  if (setting == info.settings.end()) {
    return std::nullopt;
  }
  const std::string& text = setting->second;
  std::size_t cores = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cores);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && cores > 0 ? std::optional(cores) : std::nullopt;
}

bool same_tasks(const RecordingInfo& a, const RecordingInfo& b) {
  const auto seed = a.settings.find("seed");
  const auto other = b.settings.find("seed");
  return !a.scenario_toml.empty() && a.scenario_toml == b.scenario_toml &&
         seed != a.settings.end() && other != b.settings.end() && seed->second == other->second;
}

}  // namespace poolscope::storage
