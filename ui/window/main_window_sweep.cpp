// SPDX-License-Identifier: Apache-2.0
// How MainWindow finds out how many workers are enough.
#include "core/base/cores.h"
#include "ui/export/plot_file.h"
#include "ui/panels/format.h"
#include "ui/panels/side_tabs.h"
#include "ui/panels/sweep_panel.h"
#include "ui/panels/sweep_strip.h"
#include "ui/panels/workers_control.h"
#include "ui/panels/workers_slider.h"
#include "ui/timeline/time_text.h"
#include "ui/timeline/timeline_view.h"
#include "ui/window/header_bar.h"
#include "ui/window/main_window.h"
#include "ui/window/sweep_runner.h"

#include <QAction>
#include <QStackedWidget>

#include <utility>

namespace poolscope::ui {

void MainWindow::connectSweeps() {
  connect(header_->workers()->slider(), &WorkersSlider::pointed, this,
          &MainWindow::askForPrediction);
  connect(&predictor_, &WorkersPredictor::predicted, this, &MainWindow::showPrediction);
  connect(sweep_, &SweepPanel::closeWanted, this, [this] { showSweepPage(false); });
  if (sweeps_ == nullptr) {
    return;
  }
  connect(sweep_, &SweepPanel::startWanted, sweeps_, &SweepRunner::start);
  connect(sweep_, &SweepPanel::cancelWanted, sweeps_, &SweepRunner::cancel);
  connect(sweep_, &SweepPanel::workersWanted, this, [this](int workers) {
    wishWorkers(workers);
    showSweepPage(false);
  });
  connect(sweep_, &SweepPanel::plotFileWanted, this, &MainWindow::saveSweepPlot);
  connect(sweep_, &SweepPanel::dataFileWanted, this, &MainWindow::saveSweepData);
  connect(sweeps_, &SweepRunner::changed, this, &MainWindow::showSweep);
  connect(sweeps_, &SweepRunner::saved, this, [this](const QString& path) {
    postMessage(Severity::info, tr("Saved to %1").arg(path));
  });
  connect(sweeps_, &SweepRunner::failed, this,
          [this](const QString& message) { postMessage(Severity::error, message); });
}

/// What comes of the number of workers that is pointed at: of the last seconds before it is chosen,
/// of a session that is over from what is selected of it, or all.
void MainWindow::askForPrediction() {
  const auto pointed = header_->workers()->slider()->pointedAt();
  const bool live = state_.source == EngineState::Source::live && isRunning();
  if (!pointed || !hasSession() || state_.activity == EngineState::Activity::opening) {
    header_->showPrediction({});
    return;
  }
  sincePrediction_.start();
  WorkersPredictor::Question question{
      .snapshot = frame_.snapshot,
      .hints = state_.scenario.work,
      .cores = storage::recorded_cores(engine_.recordingInfo()).value_or(usable_cores()),
      .workers = *pointed};
  if (!live) {
    question.snapshot = engine_.snapshot();
    question.part = selectedRange_
                        ? std::pair(selectedRange_->begin, selectedRange_->end)
                        : std::pair(question.snapshot->begin(), question.snapshot->end());
  }
  predictor_.ask(question);
}

void MainWindow::showPrediction(int workers, const WorkersAnswer& answer) {
  if (header_->workers()->slider()->pointedAt() != workers) {
    return;  // the pointer went on meanwhile
  }
  if (!answer) {
    header_->showPrediction(
        tr("nothing predicted: %1").arg(QString::fromStdString(text_of(answer.error()))));
    return;
  }
  if (answer->isDoubtful) {
    header_->showPrediction(tr("nothing predicted: a simulation does not give what was recorded"));
    return;
  }
  if (answer->figures.stands_still) {
    header_->showPrediction(
        tr("predicted at %1: a deadlock, all workers wait for the queue").arg(workers));
    return;
  }
  const auto& wait = answer->figures.queue_wait_p99;
  const QString predicted =
      tr("predicted at %1: %2 tasks/s, ").arg(workers).arg(rateText(answer->figures.throughput));
  header_->showPrediction(
      predicted +
      (wait ? tr("queue wait p99 %1").arg(QString::fromStdString(experiment::wait_text(*wait)))
            : tr("the queue grows")));
}

/// Of a session that is over, or that of a program, which nothing else measures: of what is
/// selected of it, or all. On a thread of its own; once for each part.
void MainWindow::predictSession() {
  const bool isOver = state_.source == EngineState::Source::file || !isRunning();
  if (!hasSession() || (!isOver && sweeps_ != nullptr) ||
      state_.activity == EngineState::Activity::opening) {
    return;
  }
  const auto snapshot = engine_.snapshot();
  const auto part = selectedRange_ ? std::pair(selectedRange_->begin, selectedRange_->end)
                                   : std::pair(snapshot->begin(), snapshot->end());
  constexpr qint64 kAgainMs = 2000;  // of a session that goes on
  const bool isTooSoon = !isOver && sinceSession_.isValid() && sinceSession_.elapsed() < kAgainMs;
  if (isTooSoon || std::exchange(expectedPart_, part) == part) {
    return;
  }
  sinceSession_.start();
  if (!sessionJob_) {
    sessionJob_.emplace(this, "predict");
  }
  const experiment::SessionPredictionOptions options{
      .cores = storage::recorded_cores(engine_.recordingInfo()).value_or(usable_cores()),
      .hints = {.server_capacity = state_.scenario.work.server_capacity,
                .order = state_.scenario.work.order}};
  sessionJob_->start([this, snapshot, part, options](const std::stop_token& stop) {
    experiment::SessionPredictionOptions stoppable = options;
    stoppable.stop = stop;
    const auto stretch = experiment::busiest_stretch(*snapshot, part.first, part.second);
    auto answer = std::make_shared<const SessionAnswer>(
        stretch ? experiment::predict_session(*snapshot, *stretch, stoppable)
                : tl::make_unexpected(experiment::NoWork::no_pool));
    return LatestJob::Result([this, answer] {
      expected_ = answer;
      showSweep();
    });
  });
}

void MainWindow::showSweepPage(bool shown) {
  pages_->setCurrentIndex(shown ? 1 : 0);
  if (shown) {
    showSweep();
    sweep_->takeFocus();
  } else {
    view_->setFocus(Qt::OtherFocusReason);
  }
}

/// What a lesson or the tour points at is seen there; the focus stays with who asked.
void MainWindow::showTimeline() {
  const bool focused = sweep_->isAncestorOf(focusWidget());
  pages_->setCurrentIndex(0);
  if (focused) {
    view_->setFocus(Qt::OtherFocusReason);
  }
}

void MainWindow::showSweep() {
  if (pages_->currentIndex() == 1) {
    predictSession();
  }
  SweepState state = sweeps_ != nullptr ? sweeps_->state() : SweepState{};
  const QString scenario = sweeps_ != nullptr ? sweeps_->scenario() : QString();
  const bool isOfThis = state.activity == SweepState::Activity::ended && state.scenario == scenario;
  if (!state.isRunning() && !isOfThis && expected_) {
    state = {};  // the last sweep was of something else
  }
  sweep_->showState(state, {.scenario = scenario,
                            .canResize = state_.source == EngineState::Source::live &&
                                         state_.activity == EngineState::Activity::running,
                            .prediction = expected_,
                            .isOfRange = selectedRange_.has_value(),
                            .session = sessionTitle()});
  sweepStrip_->showState(state, !scenario.isEmpty() || !hasSession());
  header_->workers()->slider()->setRecommended(
      isOfThis ? static_cast<int>(state.result.recommendation.workers.value_or(0)) : 0);
  const bool wasSweeping = std::exchange(isSweeping_, state.isRunning());
  const bool ended = wasSweeping && !isSweeping_;
  if (wasSweeping != isSweeping_) {
    showTries();
  }
  if (ended && pages_->currentIndex() == 0) {
    postMessage(
        Severity::info,
        state.scenario + QStringLiteral(": ") +
            (state.error.isEmpty() ? QString::fromStdString(state.result.reason) : state.error));
  }
  updateTimer();
}

void MainWindow::saveSweepPlot() {
  dialogs_.chooseFileToSave(
      tr("Save plot"), tr("PNG picture (*.png);;SVG picture (*.svg)"), QStringLiteral("png"),
      suggestedName(QStringLiteral("png")),
      [this, data = sweep_->plotted(), theme = theme_](const QString& path) {
        if (!plotJob_) {
          plotJob_.emplace(this, "plot");
        }
        plotJob_->start([this, data, theme, path](const std::stop_token&) {
          const auto written = writeScalingPlot(data, theme, path, true);  // the dialog has asked
          const QString problem =
              written ? QString() : QString::fromStdString(written.error().message());
          return LatestJob::Result([this, path, problem] {
            postMessage(problem.isEmpty() ? Severity::info : Severity::error,
                        problem.isEmpty() ? tr("Saved to %1").arg(path) : problem);
          });
        });
      });
}

void MainWindow::saveSweepData() {
  dialogs_.chooseFileToSave(tr("Save data"), tr("Every run (*.csv);;All that is known (*.json)"),
                            QStringLiteral("csv"), suggestedName(QStringLiteral("csv")),
                            [this](const QString& path) { sweeps_->saveData(path); });
}

}  // namespace poolscope::ui
