// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/command_line.h"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>

namespace poolscope::app {

/// The options of sweep, fit, predict and compare. Must live while its `app` parses.
class ExperimentOptions {
 public:
  explicit ExperimentOptions(CLI::App& app);
  ExperimentOptions(const ExperimentOptions&) = delete;
  ExperimentOptions& operator=(const ExperimentOptions&) = delete;

  /// After parsing: the call, if one of them was meant, or what is wrong with it.
  std::optional<Result<Call>> call() const;

 private:
  static void addPlot(CLI::App& app, PlotCall& plot);
  void addSweep(CLI::App& app);
  void addPredict(CLI::App& app);
  Result<Call> sweepCall() const;
  Result<Call> predictCall() const;

  SweepCall sweep_;
  FitCall fit_;
  PredictCall predict_;
  CompareCall compare_;
  // Values of sweep and predict as they were typed.
  std::string workers_;
  std::string repeats_;
  std::string duration_;
  std::string budget_;
  std::string queueWait_;
  std::string from_;
  std::string to_;
  std::string cores_;
  CLI::App* sweepApp_ = nullptr;
  CLI::App* fitApp_ = nullptr;
  CLI::App* predictApp_ = nullptr;
  CLI::App* compareApp_ = nullptr;
};

}  // namespace poolscope::app
