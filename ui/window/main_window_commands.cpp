// SPDX-License-Identifier: Apache-2.0
// What MainWindow does when it is told to.
#include "ui/panels/side_tabs.h"
#include "ui/panels/transport_bar.h"
#include "ui/panels/workers_control.h"
#include "ui/timeline/time_text.h"
#include "ui/timeline/timeline_view.h"
#include "ui/window/compare_page.h"
#include "ui/window/header_bar.h"
#include "ui/window/main_window.h"
#include "ui/window/scenario_editor.h"
#include "ui/window/shortcut_page.h"
#include "ui/window/urls_dialog.h"
#include "ui/window/view_commands.h"

#include <QDateTime>
#include <QFileInfo>
#include <QStackedWidget>

#include <algorithm>
#include <utility>

namespace poolscope::ui {

namespace {

QString recordingFilter() {
  return MainWindow::tr(
      "Recordings (*.pftrace);;Traces (*.pftrace *.perfetto-trace *.json);;All files (*)");
}

}  // namespace

void MainWindow::run(Command command) {
  if (isComparing() && compare_->run(command)) {
    return;
  }
  switch (command) {
    case Command::open_recording:
      openRecording();
      break;
    case Command::compare_recording:
      dialogs_.chooseFileToOpen(tr("Compare with recording"), recordingFilter(),
                                [this](const QString& path) { compareWithRecording(path); });
      break;
    case Command::open_scenario:
      openScenarioFile();
      break;
    case Command::edit_scenario:
      editScenario();
      break;
    case Command::fetch_urls:
      fetchUrls();
      break;
    case Command::save_session:
      saveSession({});
      break;
    case Command::export_picture:
      exportSession();
      break;
    case Command::quit:
      close();
      break;
    case Command::restart:
      // The same work with the same numbers comes again, and "again" is what was asked for: only
      // notes would not come back.
      leaveSession(tr("Save this session before it starts again?"), hasMarked_,
                   [this] { engine_.restart(); });
      break;
    case Command::pause_pool:
      hasIntervened_ = true;
      state_.paused ? engine_.resumePool() : engine_.pausePool();
      break;
    case Command::more_workers:
      wishWorkers(wishedWorkers_.value_or(state_.maxWorkers) + 1);
      break;
    case Command::fewer_workers:
      wishWorkers(wishedWorkers_.value_or(state_.maxWorkers) - 1);
      break;
    case Command::find_workers:
      showSweepPage(pages_->currentIndex() == 0);
      break;
    case Command::auto_workers:
      hasIntervened_ = true;
      engine_.setAutomatic(!state_.automatic);
      break;
    case Command::record:
      toggleRecording();
      break;
    case Command::add_marker:
      transport_->editMarker();
      break;
    case Command::freeze:
      toggleView();
      break;
    case Command::go_to_start:
      if (!clock_.isLive()) {
        clock_.goToBegin();
      }
      view_->goToStart();
      break;
    case Command::go_to_end:
      clock_.goToEnd();
      view_->goLive();
      break;
    case Command::previous_event:
      step(false);
      break;
    case Command::next_event:
      step(true);
      break;
    case Command::previous_marker:
      goToMarker(false);
      break;
    case Command::next_marker:
      goToMarker(true);
      break;
    case Command::slower:
      slowDown();
      break;
    case Command::faster:
      clock_.faster();
      break;
    case Command::loop_range:
      toggleLoop();
      break;
    case Command::fit:
      view_->fit();
      break;
    case Command::ruler_end:
      view_->dropRulerEnd();
      break;
    case Command::measure_task:
      view_->measureTask();
      break;
    case Command::select_range:
      view_->selectMeasured();
      break;
    case Command::find:
      openFindBar();
      break;
    case Command::find_next:
      stepMatch(true);
      break;
    case Command::find_previous:
      stepMatch(false);
      break;
    case Command::color_by_next: {
      const int next = static_cast<int>(view_->viewState().coloring.by) + 1;
      view_->colorBy(next > static_cast<int>(ColorBy::phase) ? ColorBy::kind
                                                             : static_cast<ColorBy>(next));
      break;
    }
    case Command::fold_lanes:
      view_->toggleFold();
      break;
    case Command::hide_lane:
      view_->hideLane();
      break;
    case Command::show_all_lanes:
      view_->showAllLanes();
      break;
    case Command::presentation:
      togglePresentation();
      break;
    case Command::guided_tour:
      startTour();
      break;
    case Command::shortcuts: {
      auto* page = new ShortcutPage(theme_, this);
      page->setAttribute(Qt::WA_DeleteOnClose);
      page->open();
      break;
    }
    default:
      if (!steer(*view_, command)) {
        walk(command);
      }
      break;
  }
  refreshActions();
  sincePanels_.invalidate();
  showNextFrame();
}

void MainWindow::toggleView() {
  if (clock_.atPresent() && !view_->viewState().following()) {
    view_->goLive();  // the user looked back: Space leads to the present first
    return;
  }
  clock_.toggle();
  if (clock_.isMoving()) {
    view_->setFollowing(true);
  }
}

/// Slow motion begins with what the user looks at: the selected range, or the view where it has
/// left the present behind.
void MainWindow::slowDown() {
  const ViewState& view = view_->viewState();
  const bool begins = clock_.isLive() && !clock_.isPlaying();
  if (begins && selectedRange_) {
    clock_.seek(selectedRange_->begin);
  } else if (begins && !view.following() && view.range().end < clock_.now()) {
    clock_.seek(view.range().begin);
  }
  clock_.slower();
  if (clock_.isMoving()) {
    view_->setFollowing(true);
  }
}

/// The view stands while the time runs through it again and again.
void MainWindow::toggleLoop() {
  if (clock_.isLooping()) {
    clock_.clearLoop();
    return;
  }
  const TimeRange range = selectedRange_.value_or(view_->viewState().range());
  const session::TimeNs begin = std::max(range.begin, clock_.begin());
  const session::TimeNs end = std::min(range.end, clock_.end());
  if (begin >= end) {
    return;  // it lies outside the session
  }
  view_->setFollowing(false);
  clock_.loop(begin, end);
  updateClock();
  view_->showFrame(frame_);
  view_->revealTime(begin);
}

/// From the moment that is shown; in a running pool the view stands there.
void MainWindow::goToMarker(bool forward) {
  std::optional<session::TimeNs> place;
  for (const session::Marker& marker : frame_.snapshot->markers()) {
    if (marker.kind != session::Marker::Kind::text) {
      continue;
    }
    if (forward ? marker.time > frame_.now : marker.time >= frame_.now) {
      place = forward ? marker.time : place;
      break;
    }
    place = forward ? place : std::optional(marker.time);
  }
  if (place && *place <= clock_.end()) {
    goToTime(*place);
  }
}

/// Stands still there.
void MainWindow::goToTime(session::TimeNs time) {
  clock_.seek(time);
  showNextFrame();
  view_->revealTime(time);
  refreshActions();
  showNextFrame();
}

/// As the overview has it. A replay that stands before most of it moves on: nothing after its time
/// is shown.
void MainWindow::lookAt(session::TimeNs begin, session::TimeNs end) {
  if (!clock_.isLive() && begin + (end - begin) / 2 > clock_.now()) {
    clock_.seek(end);
    refreshActions();
  }
  view_->slideTo(begin, end);
  showNextFrame();
}

void MainWindow::step(bool forward) {
  if (forward) {
    clock_.stepForward(*frame_.snapshot);
  } else {
    clock_.stepBack(*frame_.snapshot);
  }
  updateClock();
  view_->showFrame(frame_);
  view_->revealTime(clock_.now());
}

/// Takes up the wish; the next frame sends it, so that a drag resizes the pool once a frame at
/// most.
void MainWindow::wishWorkers(int count) {
  wishedWorkers_ = std::clamp(count, 1, WorkersControl::kMost);
  header_->workers()->setValue(*wishedWorkers_);
  hasResized_ = true;
  hasIntervened_ = true;
  messages_->retract(QStringLiteral("maxWorkers"));
  updateTimer();
}

void MainWindow::sendWorkers() {
  if (const auto wish = std::exchange(wishedWorkers_, {}); wish && *wish != state_.maxWorkers) {
    engine_.setMaxWorkers(*wish);
  }
}

void MainWindow::chooseScenario(const QString& name) {
  leaveSession(tr("Save this session before another scenario starts?"), isUsersOwn(), [this, name] {
    engine_.startScenario(name);
    if (isOfGallery(name)) {
      tabs_->introduceLesson();
    }
  });
}

bool MainWindow::isOfGallery(const QString& name) const {
  const QList<ScenarioInfo> known = engine_.scenarios();
  return std::any_of(known.begin(), known.end(),
                     [&](const ScenarioInfo& one) { return one.name == name; });
}

/// As pressing Restart it asks only where notes would be lost.
void MainWindow::tryOut(int index) {
  const QList<TryInfo>& tries = state_.scenario.tries;
  if (index < 0 || index >= tries.size()) {
    return;
  }
  if (!tries[index].startsAgain) {
    hasIntervened_ = true;
    showTimeline();
    engine_.tryOut(index);
    return;
  }
  leaveSession(tr("Save this session before it starts again?"), hasMarked_, [this, index] {
    showTimeline();
    engine_.tryOut(index);
  });
}

/// Where there is none to begin with, the gallery's first is.
void MainWindow::editScenario() {
  auto* editor = findChild<ScenarioEditor*>();
  if (editor == nullptr) {
    const QList<ScenarioInfo> known = engine_.scenarios();
    const bool hasText = !state_.scenario.toml.isEmpty();
    const ScenarioInfo scenario = hasText || known.isEmpty() ? state_.scenario : known.first();
    editor = new ScenarioEditor(dialogs_, theme_, this);
    editor->setAttribute(Qt::WA_DeleteOnClose);
    editor->edit(scenario.toml, scenario.name + QStringLiteral(".toml"));
    connect(editor, &ScenarioEditor::run, this, &MainWindow::startText);
  }
  editor->show();
  editor->raise();
  editor->activateWindow();
}

void MainWindow::fetchUrls() {
  auto* dialog = new UrlsDialog(dialogs_, theme_, this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &UrlsDialog::run, this, &MainWindow::startText);
  dialog->open();
}

void MainWindow::startText(const QString& toml, const QString& name) {
  leaveSession(tr("Save this session before another scenario starts?"), isUsersOwn(),
               [this, toml, name] { engine_.startText(toml, name); });
}

void MainWindow::toggleRecording() {
  if (!state_.recordingPath.isEmpty()) {
    engine_.stopRecording();
    return;
  }
  sayWhatIsLacking([this] {
    dialogs_.chooseFileToSave(tr("Record to"), recordingFilter(), QStringLiteral("pftrace"),
                              suggestedName(QStringLiteral("pftrace")),
                              [this](const QString& path) { engine_.startRecording(path); });
  });
}

void MainWindow::openRecording() {
  dialogs_.chooseFileToOpen(tr("Open recording"), recordingFilter(),
                            [this](const QString& path) { openFile(path); });
}

void MainWindow::openScenarioFile() {
  dialogs_.chooseFileToOpen(tr("Open scenario"), tr("Scenarios (*.toml);;All files (*)"),
                            [this](const QString& path) { chooseScenario(path); });
}

void MainWindow::saveSession(std::function<void()> then) {
  sayWhatIsLacking([this, then = std::move(then)] {
    dialogs_.chooseFileToSave(tr("Save session"), recordingFilter(), QStringLiteral("pftrace"),
                              suggestedName(QStringLiteral("pftrace")),
                              [this, then](const QString& path) {
                                afterSave_ = then;
                                engine_.saveSession(path);
                              });
  });
}

/// Before a file is made of a session of which the oldest detail is gone.
void MainWindow::sayWhatIsLacking(std::function<void()> go) {
  constexpr session::TimeNs kSecond = 1'000'000'000;
  const auto snapshot = engine_.snapshot();
  const auto since = snapshot->complete_since();
  if (!since) {
    go();
    return;
  }
  dialogs_.askIncomplete(
      tr("Detail is complete from %1 on. Tasks that were over before will not be in the file.")
          .arg(timeText(*since - snapshot->begin(), kSecond)),
      std::move(go));
}

/// A demo of the gallery that was only watched can be run again at any time, and asking about each
/// would be a nuisance. What the user did by hand, and what his own scenario measured, cannot.
bool MainWindow::isUsersOwn() const {
  const QList<ScenarioInfo> gallery = engine_.scenarios();
  const bool fromGallery = std::any_of(
      gallery.begin(), gallery.end(),
      [this](const ScenarioInfo& scenario) { return scenario.name == state_.scenario.name; });
  return hasMarked_ || hasIntervened_ || !fromGallery;
}

void MainWindow::leaveSession(const QString& question, bool isWorthSaving,
                              std::function<void()> go) {
  if (!state_.unsaved || !isWorthSaving) {  // a recording under way is saved
    go();
    return;
  }
  dialogs_.askUnsaved(question, false, [this, go = std::move(go)](Dialogs::Answer answer) {
    if (answer == Dialogs::Answer::save) {
      saveSession(go);
    } else {
      go();
    }
  });
}

QString MainWindow::suggestedName(const QString& suffix) const {
  QString name = state_.scenario.name;
  if (state_.source == EngineState::Source::file || name.contains(u'/')) {
    name = QFileInfo(name.isEmpty() ? state_.file : name).completeBaseName();
  }
  if (name.isEmpty()) {
    name = QStringLiteral("poolscope");
  }
  return QStringLiteral("%1-%2.%3")
      .arg(name, QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-HHmmss")), suffix);
}

}  // namespace poolscope::ui
