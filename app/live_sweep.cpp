// SPDX-License-Identifier: Apache-2.0
#include "app/live_sweep.h"

#include "app/sweep_report.h"

#include <QMetaObject>

#include <utility>

namespace poolscope::app {
namespace {

constexpr int kPollMs = 200;

}  // namespace

LiveSweep::LiveSweep(std::function<std::optional<Subject>()> subject,
                     std::function<void(bool)> hold)
    : subject_(std::move(subject)),
      hold_(std::move(hold)) {
  files_.setMaxThreadCount(1);
  pollTimer_.setInterval(kPollMs);
  connect(&pollTimer_, &QTimer::timeout, this, &LiveSweep::poll);
}

LiveSweep::~LiveSweep() {
  cancel();
  files_.waitForDone();
}

QString LiveSweep::scenario() const {
  const auto subject = subject_();
  return subject ? subject->title : QString();
}

void LiveSweep::start(const ui::SweepRequest& request) {
  auto subject = subject_();
  if (state_.isRunning() || !subject) {
    return;
  }
  auto sweep = experiment::Sweep::start({.scenario = std::move(subject->scenario),
                                         .workers = request.workers,
                                         .budget_seconds = request.budgetSeconds,
                                         .trusted = subject->trusted});
  if (!sweep) {
    Q_EMIT failed(QString::fromStdString(sweep.error().message()));
    return;
  }
  hold_(true);
  sweep_ = std::move(*sweep);  // the last one has ended: this waits for nothing
  state_ = {.activity = ui::SweepState::Activity::running, .scenario = subject->title};
  pollTimer_.start();
  poll();
}

void LiveSweep::cancel() {
  if (state_.activity == ui::SweepState::Activity::running) {
    sweep_->cancel();
    state_.activity = ui::SweepState::Activity::cancelling;
    Q_EMIT changed();
  }
}

void LiveSweep::poll() {
  const bool ended = sweep_->finished();  // before the result: none of it is missed
  state_.progress = sweep_->progress();
  state_.result = sweep_->result();
  const auto error = sweep_->error();
  state_.error = error ? QString::fromStdString(error->message()) : QString();
  if (ended) {
    state_.activity = ui::SweepState::Activity::ended;
    pollTimer_.stop();
    hold_(false);
  }
  Q_EMIT changed();
}

void LiveSweep::saveData(const QString& path) {
  files_.start([this, path = path.toStdString(), result = state_.result] {
    const auto written = writeSweep(path, true, result);
    QMetaObject::invokeMethod(
        this,
        [this, path, written] {
          if (written) {
            Q_EMIT saved(QString::fromStdString(path));
          } else {
            Q_EMIT failed(QString::fromStdString(written.error().message()));
          }
        },
        Qt::QueuedConnection);
  });
}

}  // namespace poolscope::app
