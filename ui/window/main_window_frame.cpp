// SPDX-License-Identifier: Apache-2.0
// What MainWindow does once a frame, and a few times a second.
#include "core/trace/clock.h"
#include "ui/panels/caller_step.h"
#include "ui/panels/code_panel.h"
#include "ui/panels/live_figures.h"
#include "ui/panels/overview_strip.h"
#include "ui/panels/side_tabs.h"
#include "ui/panels/stall_words.h"
#include "ui/panels/statistics_panel.h"
#include "ui/panels/task_details.h"
#include "ui/panels/task_inspector.h"
#include "ui/panels/throughput_panel.h"
#include "ui/panels/transport_bar.h"
#include "ui/timeline/time_text.h"
#include "ui/timeline/timeline_view.h"
#include "ui/window/coach_strip.h"
#include "ui/window/header_bar.h"
#include "ui/window/lanes_bar.h"
#include "ui/window/main_window.h"
#include "ui/window/tour_strip.h"
#include "ui/window/welcome_page.h"

#include <QStackedWidget>

#include <algorithm>
#include <cmath>

namespace poolscope::ui {

namespace {

using session::TimeNs;

constexpr int kFrameMs = 16;
constexpr int kQuietMs = 200;      // the picture stands, but the pool goes on
constexpr qint64 kPanelsMs = 150;  // figures that change faster cannot be read
constexpr qint64 kStatisticsMs = 500;
constexpr qint64 kPredictionMs = 1000;
/// Counting tasks asks each lane: 0.03 ms for 64 of them, but a whole frame's time for 4096.
constexpr std::size_t kMostLanesCounted = 512;
constexpr TimeNs kChartSpanNs = 60'000'000'000;
constexpr TimeNs kLeastChartSpanNs = 5'000'000'000;

}  // namespace

void MainWindow::showNextFrame() {
  sendWorkers();
  updateClock();
  const bool shown = hasSession();
  if (shown != (stage_->currentWidget() == view_)) {
    stage_->setCurrentWidget(shown ? static_cast<QWidget*>(view_) : welcome_);
    showLanesBar();
    // Not from the tour or a lesson: whose button started the scenario goes on there.
    const QWidget* const focused = focusWidget();
    if (shown && !tour_->isAncestorOf(focused) && !tabs_->isAncestorOf(focused)) {
      view_->setFocus(Qt::OtherFocusReason);
    }
  }
  if (shown) {
    view_->setSpeed(clock_.speed());
    view_->showFrame(frame_);
  }
  if (!sincePanels_.isValid() || sincePanels_.elapsed() >= kPanelsMs) {
    showPanels();
    sincePanels_.start();
  } else {
    // One picture tells of one moment: only what cannot be read at this pace, or costs more, waits.
    if (frame_.snapshot->lanes().size() <= kMostLanesCounted) {
      header_->showCounts(taskCounts(*frame_.snapshot, frame_.now));
    }
    showTransport(false);
  }
  showCaption();
  updateTimer();
}

void MainWindow::updateTimer() {
  const bool moves = (clock_.isMoving() && (clock_.isPlaying() || isRunning())) || wishedWorkers_ ||
                     view_->isGliding();
  const bool changes = isRunning() || state_.activity == EngineState::Activity::opening;
  if (isMinimized() || (!moves && !changes)) {
    frameTimer_.stop();
    paintIntervals_.rest();
    return;
  }
  if (!moves) {
    paintIntervals_.rest();
  }
  // A sweep measures: the window leaves the cores to it.
  const int interval = moves && !isSweeping_ ? kFrameMs : kQuietMs;
  if (!frameTimer_.isActive() || frameTimer_.interval() != interval) {
    frameTimer_.start(interval);
  }
}

void MainWindow::updateClock() {
  const bool wasMoving = clock_.isMoving();
  frame_.snapshot = engine_.snapshot();
  const session::Snapshot& snapshot = *frame_.snapshot;
  if (clock_.isLive()) {
    const TimeNs present = snapshot.empty() ? 0 : engine_.now() - PlaybackClock::kLiveLagNs;
    clock_.setBounds(snapshot.begin(), std::max(snapshot.begin(), present));
  } else {
    clock_.setBounds(snapshot.begin(), snapshot.end());
    if (state_.activity == EngineState::Activity::opening) {
      clock_.goToEnd();
    }
  }
  clock_.advance();
  // What happens at now has not happened yet, but at the end all has.
  const bool isOver = !clock_.isLive() && clock_.now() >= snapshot.end();
  frame_.now = clock_.now() + (isOver ? 1 : 0);
  frame_.live = clock_.atPresent() && isRunning();
  if (wasMoving != clock_.isMoving()) {
    refreshActions();           // a replay came to its end
    sincePanels_.invalidate();  // no later frame would bring their figures up to it
  }
}

void MainWindow::showPanels() {
  const session::Snapshot& snapshot = *frame_.snapshot;
  header_->showFigures(figuresNow(), snapshot.lost_events(), snapshot.anomalies());
  if (snapshot.lost_events() > lostSeen_) {
    lostSeen_ = snapshot.lost_events();
    messages_->post(QStringLiteral("lost"), MessageBar::Severity::warning,
                    (lostSeen_ == 1 ? tr("1 event was lost")
                                    : tr("%1 events were lost").arg(countText(lostSeen_))) +
                        tr(": more came at once than could be taken up. Figures are too low by "
                           "what was lost."));
  }
  // Told again only when there are many more: a source that goes on so would say nothing else.
  if (const auto odd = snapshot.anomalies(); odd > 0 && odd >= 2 * oddSeen_) {
    oddSeen_ = odd;
    messages_->post(QStringLiteral("odd"), MessageBar::Severity::warning,
                    tr("Events that did not fit what came before: %1. An end without its begin, a "
                       "clock that ran backwards or the like; each is shown as far as it is known.")
                        .arg(countText(odd)));
  }
  const bool replay = !clock_.isLive();
  const TimeNs end = replay ? clock_.end() : frame_.now;
  const TimeNs begin = replay ? clock_.begin() : std::max(clock_.begin(), end - kChartSpanNs);
  const bool chartable = hasSession() && end > clock_.begin();
  throughput_->showFrame(chartable ? frame_ : Frame{}, begin,
                         replay ? end : std::max(end, begin + kLeastChartSpanNs));
  if (hasSession() != (*actions_)[Command::fit]->isEnabled()) {
    refreshActions();
  }
  showTransport(true);
  lanes_->refresh();
  if (hasSession()) {
    tabs_->code()->showStep(callerStep(snapshot, frame_.now), callerStepText(snapshot, frame_.now),
                            callerStepShortText(snapshot, frame_.now));
  } else {
    tabs_->code()->showStep({}, {});
  }
  showInspector();
  showCoach();
  showStalls();
  askForStatistics();
  if (isRunning() && hasSession()) {
    predictor_.watch(snapshot);
    if (sincePrediction_.isValid() && sincePrediction_.elapsed() >= kPredictionMs) {
      askForPrediction();
    }
  }
  finder_.showSnapshot(frame_.snapshot);
  walker_.showTask(hasSession() ? walkFrom() : WalkFrom{});
}

bool MainWindow::showsWholeSession() const {
  return !clock_.isLive() && hasSession() && frame_.now >= clock_.end() &&
         state_.activity != EngineState::Activity::opening;
}

LiveFigures MainWindow::figuresNow() const {
  const bool whole = showsWholeSession();
  LiveFigures figures =
      liveFigures(*frame_.snapshot, frame_.now, whole ? kWholeSession : kFiguresWindowNs);
  figures.isReplay = !clock_.isLive();
  if (whole) {
    // Of all tasks, or nothing yet: liveFigures() looks at the latest only.
    const auto wait = wholeFigures_ ? wholeFigures_->queue_wait : std::nullopt;
    figures.queueWaitP50S = wait ? std::optional(wait->p50) : std::nullopt;
    figures.queueWaitP99S = wait ? std::optional(wait->p99) : std::nullopt;
  }
  return figures;
}

void MainWindow::showTransport(bool recount) {
  using Mode = TransportState::Mode;
  TransportState state;
  state.time = frame_.now - clock_.begin();
  state.speed = clock_.speedText();
  // So that a step of the slowest speed, and of the shortest session, can be seen.
  const double perFrame = std::min(clock_.speed() / 60,
                                   static_cast<double>(clock_.end() - clock_.begin()) * 1e-9 / 100);
  state.decimals = clock_.isLive() && !clock_.isPlaying()
                       ? 2
                       : static_cast<int>(std::ceil(-std::log10(std::max(perFrame, 1e-9))));
  if (!hasSession()) {
    state.mode = Mode::empty;
  } else if (clock_.isLive()) {
    state.mode = clock_.isPlaying()               ? Mode::slow_motion
                 : !clock_.atPresent()            ? Mode::frozen
                 : view_->viewState().following() ? Mode::live
                                                  : Mode::looking_back;
  } else {
    state.mode = clock_.isPlaying() ? Mode::playing : Mode::paused;
  }
  state.looping = clock_.isLooping();
  transport_->showState(state);
  const TimeRange range = view_->viewState().range();
  transport_->overview()->setNowMovable(!clock_.isLive() && hasSession());
  transport_->overview()->showFrame(frame_, clock_.begin(), clock_.end(), range.begin, range.end,
                                    recount);
}

void MainWindow::showInspector() {
  if (frame_.snapshot && selectedTask_ && !(selectedRange_ && rangeIsNewer_)) {
    if (const auto details = taskDetails(*frame_.snapshot, selectedTask_, frame_.now)) {
      inspector_->showTask(*details, walker_.standing());
      return;
    }
  }
  if (selectedRange_) {
    inspector_->showRange(selectedRange_->begin - clock_.begin(),
                          selectedRange_->end - clock_.begin(), rangeFigures_);
    return;
  }
  inspector_->showHint();
}

void MainWindow::showCoach() {
  if (isPresenting() || isComparing()) {
    coach_->hide();
    return;
  }
  if (tourStep_) {
    return;  // the tour says what to do
  }
  const session::Snapshot& snapshot = *frame_.snapshot;
  CoachInput input{.state = &state_,
                   .tasks = snapshot.task_count(),
                   .introductionDone = settings_.introductionDone(),
                   .hasResized = hasResized_,
                   .hasInspected = hasInspected_,
                   .isSweeping = isSweeping_};
  if (state_.automatic) {
    addAutoDecision(input, snapshot, frame_.now);
  }
  if (state_.activity == EngineState::Activity::finished) {
    const TaskCounts counts = taskCounts(snapshot, snapshot.end());
    input.finished = counts.finished;
    input.failed = counts.failed;
    input.cancelled = counts.cancelled;
  }
  coach_->showHint(coachHint(input));
}

/// Says what stands still at the moment shown; each message once, and no longer than it is so.
void MainWindow::showStalls() {
  const QMap<QString, QString> stalls = stallTexts(*frame_.snapshot, frame_.now);
  for (auto it = stalls_.cbegin(); it != stalls_.cend(); ++it) {
    if (!stalls.contains(it.key())) {
      messages_->retract(it.key());
    }
  }
  for (auto it = stalls.cbegin(); it != stalls.cend(); ++it) {
    if (stalls_.value(it.key()) != it.value()) {
      messages_->post(it.key(), MessageBar::Severity::warning, it.value());
    }
  }
  stalls_ = stalls;
}

void MainWindow::askForStatistics() {
  // First of all: the figures above are these.
  const bool wholeWanted = showsWholeSession() && !wholeFigures_;
  const bool ofRange = selectedRange_ && !wholeWanted;
  const TimeNs rangeEnd = selectedRange_ ? std::min(selectedRange_->end, frame_.now) : 0;
  const bool rangeWanted = selectedRange_ && !(rangeFigures_ && rangeFigures_->end == rangeEnd);
  const bool wanted = tabs_->statisticsShown() || rangeWanted || wholeWanted;
  if (!wanted || !hasSession() || statisticsWorker_.isBusy()) {
    return;
  }
  // A session's last event counts too: it is usually the end of a task.
  const TimeNs end = ofRange ? rangeEnd : showsWholeSession() ? frame_.now + 1 : frame_.now;
  // A range that lies ahead of the moment that is shown has seen nothing yet.
  const TimeNs begin = ofRange ? std::min(selectedRange_->begin, end) : clock_.begin();
  const bool same = begin == askedBegin_ && end == askedEnd_;
  // Of a picture that stands still nobody asks again.
  const bool recent =
      clock_.isMoving() && sinceStatistics_.isValid() && sinceStatistics_.elapsed() < kStatisticsMs;
  if (same || (recent && begin == askedBegin_) || end < begin) {
    return;
  }
  askedBegin_ = begin;
  askedEnd_ = end;
  sinceStatistics_.start();
  statisticsWorker_.ask({frame_.snapshot, begin, end});
}

void MainWindow::showStatistics(const StatisticsRequest& request,
                                const session::Statistics& statistics) {
  if (!hasSession()) {
    return;
  }
  const bool ofWhole =
      showsWholeSession() && request.begin == clock_.begin() && request.end == frame_.now + 1;
  const bool ofRange =
      selectedRange_ && !ofWhole && request.begin == std::min(selectedRange_->begin, request.end);
  if (ofRange) {
    rangeFigures_ = statistics;
    showInspector();
  }
  if (ofWhole) {
    wholeFigures_ = statistics;
    header_->showFigures(figuresNow(), frame_.snapshot->lost_events(),
                         frame_.snapshot->anomalies());
  }
  askForStatistics();  // what was wanted meanwhile
  if (ofWhole && selectedRange_) {
    return;  // what is shown there is the range's
  }
  tabs_->statistics()->showStatistics(ofRange ? tr("Selected range") : tr("Whole session so far"),
                                      request.snapshot, statistics);
}

bool MainWindow::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Paint && frameTimer_.isActive() &&
      frameTimer_.interval() == kFrameMs) {
    paintIntervals_.add(static_cast<std::int64_t>(trace::now_ns()));
  }
  return QMainWindow::eventFilter(watched, event);
}

QImage MainWindow::grabPicture() {
  sincePanels_.invalidate();
  showNextFrame();
  return grab().toImage();
}

}  // namespace poolscope::ui
