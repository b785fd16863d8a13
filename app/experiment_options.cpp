// SPDX-License-Identifier: Apache-2.0
#include "app/experiment_options.h"

namespace poolscope::app {

ExperimentOptions::ExperimentOptions(CLI::App& app) {
  fitApp_ = app.add_subcommand("fit", "Recommend a number of workers from your own measurements");
  fitApp_->add_option("POINTS.csv", fit_.file, "Columns workers,throughput")->required();
  fitApp_->add_flag("--json", fit_.json, "Print one JSON document");

  compareApp_ = app.add_subcommand("compare", "Compare two recordings");
  compareApp_->add_option("A", compare_.a, "A recording")->required();
  compareApp_->add_option("B", compare_.b, "The recording that is compared with it")->required();
  compareApp_->add_flag("--json", compare_.json, "Print one JSON document");
}

std::optional<Result<Call>> ExperimentOptions::call() const {
  if (*fitApp_) {
    return Result<Call>(fit_);
  }
  if (*compareApp_) {
    return Result<Call>(compare_);
  }
  return std::nullopt;
}

}  // namespace poolscope::app
