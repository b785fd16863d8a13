// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace poolscope::app {

struct SweepCall {
  std::string scenario = {};
  std::vector<std::uint64_t> workers = {};  ///< empty: automatic
  std::optional<std::size_t> repeats = {};
  std::optional<double> durationSeconds = {};  ///< of each run
  double budgetSeconds = 120;
  std::optional<double> queueWaitP99Seconds = {};
  std::string output = {};
  bool json = false;
  bool force = false;
  bool trust = false;
};

struct FitCall {
  std::string file = {};
  bool json = false;
};

struct CompareCall {
  std::string a = {};
  std::string b = {};
  bool json = false;
};

}  // namespace poolscope::app
