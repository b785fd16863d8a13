// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/panels/latest_job.h"
#include "ui/panels/live_figures.h"
#include "ui/panels/message_bar.h"
#include "ui/panels/statistics_worker.h"
#include "ui/panels/sweep_panel.h"
#include "ui/panels/task_finder.h"
#include "ui/panels/task_walker.h"
#include "ui/panels/workers_predictor.h"
#include "ui/playback/playback_clock.h"
#include "ui/theme/color_scheme.h"
#include "ui/theme/motion_preference.h"
#include "ui/theme/theme.h"
#include "ui/timeline/frame.h"
#include "ui/timeline/view_state.h"
#include "ui/window/actions.h"
#include "ui/window/dialogs.h"
#include "ui/window/engine.h"
#include "ui/window/export_job.h"
#include "ui/window/paint_intervals.h"
#include "ui/window/settings.h"

#include <QElapsedTimer>
#include <QImage>
#include <QMainWindow>
#include <QMap>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>

class QMenu;
class QSplitter;
class QStackedWidget;

namespace poolscope::ui {

class ClickRipples;
class CoachStrip;
class ComparePage;
class ElidingLabel;
class FindBar;
class HeaderBar;
class LanesBar;
class SideTabs;
class SweepRunner;
class SweepStrip;
class TaskInspector;
class ThroughputPanel;
class TimelineView;
class TourStrip;
class TransportBar;
class WelcomePage;

struct ComparedSession;

struct WindowOptions {
  int cores = 0;        ///< marked at the slider; 0: those of this machine
  qreal pointSize = 0;  ///< of ordinary text; 0: the desktop's, within reason
  bool nativeDialogs = true;
  Settings* settings = nullptr;             ///< outlives the window; null: this user's
  PlaybackClock::WallClock wallClock = {};  ///< for replays; empty: CLOCK_MONOTONIC
};

/// The window: pulls one snapshot a frame from the engine, shows it everywhere, and sends the
/// user's commands back. Threads: the GUI thread. `engine` outlives it.
class MainWindow : public QMainWindow {
  Q_OBJECT
  /// 99th percentile of the time between two paints of the timeline while something moves, ms; 0:
  /// not painted yet.
  Q_PROPERTY(double paintIntervalP99Ms READ paintIntervalP99Ms)
 public:
  explicit MainWindow(Engine& engine, WindowOptions options = {});
  ~MainWindow() override;

  double paintIntervalP99Ms() const { return paintIntervals_.quantileMs(0.99); }
  PaintIntervals& paintIntervals() { return paintIntervals_; }
  const PlaybackClock& clock() const { return clock_; }
  const Theme& theme() const { return theme_; }
  /// What the window shows now, after a fresh frame; at the device pixel ratio of its screen.
  QImage grabPicture();
  /// Light or dark for this run, whatever the settings say.
  void overrideTheme(bool light);
  /// For an audience; `fullScreen`: all of the screen. Escape and F11 leave it.
  void present(bool fullScreen);
  /// Ends as if the user had said "discard": for signals and the end of the desktop's session.
  void quitWithoutAsking();

 public Q_SLOTS:
  void run(poolscope::ui::Command command);
  /// Takes the next snapshot and shows it. Called by the frame timer.
  void showNextFrame();
  void postMessage(poolscope::ui::MessageBar::Severity severity, const QString& text);

 protected:
  void closeEvent(QCloseEvent* event) override;
  void changeEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  using Severity = MessageBar::Severity;
  enum class Quit { no, preparing, ready };
  /// What presentation mode changes and gives back.
  struct Layout {
    QByteArray columns = {};
    QByteArray rows = {};
    Qt::WindowStates states = {};
  };

  void buildLayout(int cores);
  void buildThemeMenu();
  void buildMotionMenu();
  void buildMemoryMenu();
  void connectEngine();
  void connectWidgets();
  void restoreLayout();
  void saveLayout();
  void shareRows();
  void showLanesBar();

  void applyTheme();
  void refreshState();
  void refreshActions();
  void refreshMessages(const EngineState& before);
  void startSession();
  bool isRunning() const;
  bool hasSession() const;
  QString sessionTitle() const;
  QString suggestedName(const QString& suffix) const;

  session::TimeNs wallNow() const;  ///< of the options' clock, ns
  void updateTimer();
  void updateClock();
  void showPanels();
  void showTransport(bool recount);
  void showInspector();
  void showCoach();
  void showStalls();
  /// The end of a session that is over is shown: its figures are of all of it.
  bool showsWholeSession() const;
  LiveFigures figuresNow() const;
  void askForStatistics();
  void showStatistics(const StatisticsRequest& request, const session::Statistics& statistics);

  // main_window_find.cpp
  void connectFinder();
  void openFindBar();
  void closeFindBar();
  void stepMatch(bool forward);
  void showMatches();
  void revealMatch(session::TaskKey task);
  void lookFrom(session::TaskKey task);

  // main_window_tour.cpp
  void connectTour();
  void startTour();
  void goToTourStep(int index);
  void leaveTour();
  void showTour();
  void refreshTour();

  // main_window_walk.cpp
  void connectWalker();
  WalkFrom walkFrom() const;
  void walk(Command command);

  // main_window_sweep.cpp
  void connectSweeps();
  void showSweepPage(bool shown);
  void showTimeline();
  void showSweep();
  void showTries();
  void saveSweepPlot();
  void saveSweepData();
  void askForPrediction();
  void showPrediction(int workers, const WorkersAnswer& answer);
  void predictSession();
  // main_window_compare.cpp
  void compareWithRecording(const QString& path);
  void openComparison(const ComparedSession& a, const ComparedSession& b, const QStringList& words);
  void closeComparison();
  bool isComparing() const;

  // main_window_files.cpp
  void buildRecentMenu();
  void fillRecentMenu(QMenu* menu);
  /// `then` is called once it is open; never, if it cannot be.
  void openFile(const QString& path, std::function<void()> then = {});
  void openDropped(const QStringList& files);

  // main_window_present.cpp
  void buildPresentation();
  void togglePresentation();
  void leavePresentation();
  void applyPresentation();
  bool isPresenting() const { return beforePresentation_.has_value(); }
  qreal presentationScale() const;
  void showCaption();

  void toggleView();
  void toggleLoop();
  void goToMarker(bool forward);
  void buildMarkersMenu();
  void fillMarkersMenu(QMenu* menu);
  void slowDown();
  void goToTime(session::TimeNs time);
  void lookAt(session::TimeNs begin, session::TimeNs end);
  void step(bool forward);
  void wishWorkers(int count);
  void sendWorkers();
  void chooseScenario(const QString& name);
  bool isOfGallery(const QString& name) const;
  void tryOut(int index);
  void editScenario();
  void fetchUrls();
  void startText(const QString& toml, const QString& name);
  void toggleRecording();
  void exportSession();
  void startExport(const ExportRequest& request);
  void connectExport();
  void openRecording();
  void openScenarioFile();
  void saveSession(std::function<void()> then);
  void sayWhatIsLacking(std::function<void()> go);
  /// Calls `go` at once, or after the user decided about a session that would be lost. Closing asks
  /// about every session that is not saved; what asks here is told by `isWorthSaving`.
  void leaveSession(const QString& question, bool isWorthSaving, std::function<void()> go);
  bool isUsersOwn() const;
  void prepareQuit();

  Engine& engine_;
  WindowOptions options_;
  std::unique_ptr<Settings> ownSettings_;  // empty where the options bring some
  Settings& settings_;
  Dialogs dialogs_;
  EngineState state_;
  ColorScheme colorScheme_;
  MotionPreference motion_;
  Theme theme_;
  PlaybackClock clock_;
  Frame frame_;
  Actions* actions_;

  HeaderBar* header_ = nullptr;
  MessageBar* messages_ = nullptr;
  CoachStrip* coach_ = nullptr;
  TourStrip* tour_ = nullptr;
  FindBar* findBar_ = nullptr;
  QStackedWidget* stage_ = nullptr;
  WelcomePage* welcome_ = nullptr;
  TimelineView* view_ = nullptr;
  TransportBar* transport_ = nullptr;
  LanesBar* lanes_ = nullptr;
  ThroughputPanel* throughput_ = nullptr;
  TaskInspector* inspector_ = nullptr;
  SideTabs* tabs_ = nullptr;
  SweepRunner* const sweeps_;  // of the engine; null where it has none
  SweepPanel* sweep_ = nullptr;
  SweepStrip* sweepStrip_ = nullptr;
  QStackedWidget* pages_ = nullptr;  // the timeline and its chart, the sweep
  QSplitter* columns_ = nullptr;
  QSplitter* rows_ = nullptr;
  ElidingLabel* caption_ = nullptr;  ///< of presentation mode
  ComparePage* compare_ = nullptr;   ///< nothing until two were compared
  ClickRipples* ripples_ = nullptr;  ///< likewise

  QTimer frameTimer_;
  QElapsedTimer sincePanels_;
  QElapsedTimer sinceStatistics_;
  QElapsedTimer sincePrediction_;
  QElapsedTimer sinceSession_;  ///< was predicted from
  StatisticsWorker statisticsWorker_;
  TaskFinder finder_;
  TaskWalker walker_;
  WorkersPredictor predictor_;
  ExportJob exportJob_;
  std::optional<LatestJob> plotJob_;     // from the first plot that is saved
  std::optional<LatestJob> sessionJob_;  // from the first session that is predicted from
  LatestJob compareJob_{this, "compare"};
  PaintIntervals paintIntervals_;

  session::TaskKey selectedTask_ = {};
  std::optional<TimeRange> selectedRange_;
  std::optional<session::Statistics> rangeFigures_;
  std::optional<session::Statistics> wholeFigures_;  ///< of a session that is over
  bool rangeIsNewer_ = false;  ///< than the selected task: the inspector shows what was chosen last
  /// What the session lets expect of other numbers of workers; null: not asked, or not known yet.
  std::shared_ptr<const SessionAnswer> expected_;
  std::optional<std::pair<session::TimeNs, session::TimeNs>> expectedPart_;  ///< that was asked for
  std::optional<int> wishedWorkers_;
  std::optional<int> tourStep_;     ///< of the guided tour, while it goes on
  session::TimeNs askedBegin_ = 0;  ///< of the last question for statistics
  session::TimeNs askedEnd_ = 0;
  std::uint64_t lostSeen_ = 0;     ///< lost events that were told of
  std::uint64_t oddSeen_ = 0;      ///< events that did not fit, likewise
  QMap<QString, QString> stalls_;  ///< messages on what stands still, by id
  std::function<void()> afterSave_;
  std::function<void()> afterOpen_;
  std::optional<Layout> beforePresentation_;  ///< nothing: an ordinary window
  bool hasResized_ = false;
  bool hasInspected_ = false;
  bool hasIntervened_ = false;  ///< the user resized or paused this session's pool
  bool hasMarked_ = false;  ///< the session holds notes that running it again would not bring back
  bool rowsAreChosen_ = false;  ///< the user moved the splitter above the chart, now or before
  bool isSweeping_ = false;
  Quit quit_ = Quit::no;
};

}  // namespace poolscope::ui
