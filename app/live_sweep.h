// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/sweep.h"
#include "core/workload/scenario.h"
#include "ui/window/sweep_runner.h"

#include <QThreadPool>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>

namespace poolscope::app {

/// The window's sweeps, on pools of their own. Threads: the GUI thread; the sweep has one of its
/// own, and is asked a few times a second how far it is; files are written on another.
class LiveSweep final : public ui::SweepRunner {
  Q_OBJECT
 public:
  /// What is to be measured, and whether it may reach the network and run commands.
  struct Subject {
    workload::Scenario scenario = {};
    QString title = {};
    bool trusted = false;
  };

  /// `subject`: nothing where there is no scenario. `hold`: told true when a sweep begins, false
  /// when it is over.
  LiveSweep(std::function<std::optional<Subject>()> subject, std::function<void(bool)> hold);
  ~LiveSweep() override;

  ui::SweepState state() const override { return state_; }
  QString scenario() const override;
  void start(const ui::SweepRequest& request) override;
  void cancel() override;
  void saveData(const QString& path) override;

 private:
  void poll();

  const std::function<std::optional<Subject>()> subject_;
  const std::function<void(bool)> hold_;
  ui::SweepState state_;
  std::unique_ptr<experiment::Sweep> sweep_;
  QTimer pollTimer_;
  QThreadPool files_;  // one thread
};

}  // namespace poolscope::app
