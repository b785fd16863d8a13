// SPDX-License-Identifier: Apache-2.0
#include "app/experiment_options.h"

#include "app/option_values.h"
#include "core/experiment/worker_counts.h"

namespace poolscope::app {
namespace {

constexpr std::uint64_t kMostRepeats = 1000;

}  // namespace

void ExperimentOptions::addPlot(CLI::App& app, PlotCall& plot) {
  app.add_option("--plot", plot.file, "Draw the points and what they say")
      ->type_name("FILE.{png,svg}");
  app.add_option("--theme", plot.theme, "Colours of the plot (dark)")
      ->type_name("light|dark")
      ->check(CLI::IsMember({"light", "dark"}));
}

ExperimentOptions::ExperimentOptions(CLI::App& app) {
  addSweep(app);
  fitApp_ = app.add_subcommand("fit", "Recommend a number of workers from your own measurements");
  fitApp_->add_option("POINTS.csv", fit_.file, "Columns workers,throughput")->required();
  addPlot(*fitApp_, fit_.plot);
  fitApp_->add_flag("--json", fit_.json, "Print one JSON document");
  fitApp_->add_flag("--force", fit_.force, "Replace a plot that exists");

  addPredict(app);
  compareApp_ = app.add_subcommand("compare", "Compare two recordings");
  compareApp_->add_option("A", compare_.a, "A recording")->required();
  compareApp_->add_option("B", compare_.b, "The recording that is compared with it")->required();
  compareApp_->add_flag("--json", compare_.json, "Print one JSON document");
}

void ExperimentOptions::addPredict(CLI::App& app) {
  predictApp_ = app.add_subcommand(
      "predict", "Predict from a recording what other numbers of workers would do");
  predictApp_->add_option("FILE", predict_.file, "A recording, of a program of your own, too")
      ->required();
  predictApp_->add_option("--workers", workers_, "These numbers of workers (else chosen by itself)")
      ->type_name("1,2,4,8");
  predictApp_->add_option("--from", from_, "Begin, in seconds of the recording")
      ->type_name("SECONDS");
  predictApp_->add_option("--to", to_, "End, in seconds of the recording")->type_name("SECONDS");
  predictApp_
      ->add_option("--cores", cores_,
                   "So many tasks compute at once (else the recording's cores; of Python one)")
      ->type_name("N");
  addPlot(*predictApp_, predict_.plot);
  predictApp_->add_flag("--json", predict_.json, "Print one JSON document");
  predictApp_->add_flag("--force", predict_.force, "Replace a plot that exists");
}

void ExperimentOptions::addSweep(CLI::App& app) {
  sweepApp_ = app.add_subcommand("sweep", "Measure a scenario at several numbers of workers");
  sweepApp_->add_option("--scenario", sweep_.scenario, "Which scenario")
      ->type_name("NAME|FILE.toml")
      ->required();
  sweepApp_->add_option("--workers", workers_, "These numbers of workers (else chosen by itself)")
      ->type_name("1,2,4,8");
  sweepApp_->add_option("--repeats", repeats_, "Exactly N runs each (else as many as it takes)")
      ->type_name("N");
  sweepApp_->add_option("--duration", duration_, "Length of a run (else chosen by itself)")
      ->type_name("SECONDS");
  sweepApp_->add_option("--budget", budget_, "Length of the whole at most (120)")
      ->type_name("SECONDS");
  sweepApp_
      ->add_option("--queue-wait-p99", queueWait_,
                   "Recommend only what keeps 99 % of the tasks' queue waits below this")
      ->type_name("SECONDS");
  sweepApp_->add_option("--output", sweep_.output, "Write the points")
      ->type_name("FILE.{csv,json}");
  addPlot(*sweepApp_, sweep_.plot);
  sweepApp_->add_flag("--json", sweep_.json, "Print one JSON document");
  sweepApp_->add_flag("--force", sweep_.force, "Replace an output that exists");
  sweepApp_->add_flag("--trust", sweep_.trust,
                      "Let a scenario of your own reach the network or run commands");
}

std::optional<Result<Call>> ExperimentOptions::call() const {
  if (*sweepApp_) {
    return sweepCall();
  }
  if (*fitApp_) {
    return Result<Call>(fit_);
  }
  if (*predictApp_) {
    return predictCall();
  }
  if (*compareApp_) {
    return Result<Call>(compare_);
  }
  return std::nullopt;
}

Result<Call> ExperimentOptions::predictCall() const {
  const auto workers = experiment::parse_worker_counts(workers_, "--workers", kMaxWorkersLimit);
  const auto from = seconds("--from", from_, true);
  const auto to = seconds("--to", to_, true);
  const auto cores = wholeNumber("--cores", cores_, kMaxWorkersLimit);
  for (const Error* error : {workers ? nullptr : &workers.error(), from ? nullptr : &from.error(),
                             to ? nullptr : &to.error(), cores ? nullptr : &cores.error()}) {
    if (error != nullptr) {
      return tl::unexpected(*error);
    }
  }
  if (*from && *to && **from >= **to) {
    return wrongValue("--to", to_, "after --from " + from_);
  }
  PredictCall call = predict_;
  call.workers = *workers;
  call.fromSeconds = *from;
  call.toSeconds = *to;
  call.cores = *cores;
  return call;
}

Result<Call> ExperimentOptions::sweepCall() const {
  const auto workers = experiment::parse_worker_counts(workers_, "--workers", kMaxWorkersLimit);
  const auto repeats = wholeNumber("--repeats", repeats_, kMostRepeats);
  const auto duration = seconds("--duration", duration_, false);
  const auto budget = seconds("--budget", budget_, false);
  const auto queueWait = seconds("--queue-wait-p99", queueWait_, false);
  for (const Error* error :
       {workers ? nullptr : &workers.error(), repeats ? nullptr : &repeats.error(),
        duration ? nullptr : &duration.error(), budget ? nullptr : &budget.error(),
        queueWait ? nullptr : &queueWait.error()}) {
    if (error != nullptr) {
      return tl::unexpected(*error);
    }
  }
  SweepCall call = sweep_;
  call.workers = *workers;
  call.repeats = *repeats;
  call.durationSeconds = *duration;
  call.budgetSeconds = budget->value_or(call.budgetSeconds);
  call.queueWaitP99Seconds = *queueWait;
  return call;
}

}  // namespace poolscope::app
