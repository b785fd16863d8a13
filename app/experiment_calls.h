// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace poolscope::app {

/// A picture of the points; without a file there is none.
struct PlotCall {
  std::string file = {};
  std::string theme = "dark";
};

struct SweepCall {
  std::string scenario = {};
  std::vector<std::uint64_t> workers = {};  ///< empty: automatic
  std::optional<std::size_t> repeats = {};
  std::optional<double> durationSeconds = {};  ///< of each run
  double budgetSeconds = 120;
  std::optional<double> queueWaitP99Seconds = {};
  std::string output = {};
  PlotCall plot = {};
  bool json = false;
  bool force = false;
  bool trust = false;
};

struct FitCall {
  std::string file = {};
  PlotCall plot = {};
  bool json = false;
  bool force = false;
};

struct PredictCall {
  std::string file = {};
  std::vector<std::uint64_t> workers = {};  ///< empty: chosen by itself
  std::optional<double> fromSeconds = {};
  std::optional<double> toSeconds = {};
  std::optional<std::uint64_t> cores = {};  ///< else those of the recording
  PlotCall plot = {};
  bool json = false;
  bool force = false;
};

struct CompareCall {
  std::string a = {};
  std::string b = {};
  bool json = false;
};

}  // namespace poolscope::app
