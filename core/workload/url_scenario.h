// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/workload/host_gate.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope::workload {

/// The URLs of a text that somebody pasted, a file with one a line or any other.
struct UrlList {
  std::vector<std::string> urls = {};  ///< of http and https, in their order; each once
  std::size_t hosts = 0;
  /// A line that is neither empty nor a comment ("#") and holds no such URL: the first of them.
  std::optional<std::string> stray = {};
  std::size_t stray_line = 0;  ///< its number, from 1
};
/// Threads: any.
UrlList urls_in(std::string_view text);

struct UrlScenarioOptions {
  std::size_t max_workers = 8;
  HostGate::Limits limits = kPoliteLimits;
};

/// The text of a scenario that fetches each of `urls` once, by map(). There must be one at least.
std::string scenario_of_urls(const std::vector<std::string>& urls,
                             const UrlScenarioOptions& options);

}  // namespace poolscope::workload
