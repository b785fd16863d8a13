// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/command_line.h"

#include <CLI/CLI.hpp>

#include <optional>

namespace poolscope::app {

/// The options of fit and compare. Must live while its `app` parses.
class ExperimentOptions {
 public:
  explicit ExperimentOptions(CLI::App& app);
  ExperimentOptions(const ExperimentOptions&) = delete;
  ExperimentOptions& operator=(const ExperimentOptions&) = delete;

  /// After parsing: the call, if one of them was meant, or what is wrong with it.
  std::optional<Result<Call>> call() const;

 private:
  FitCall fit_;
  CompareCall compare_;
  CLI::App* fitApp_ = nullptr;
  CLI::App* compareApp_ = nullptr;
};

}  // namespace poolscope::app
