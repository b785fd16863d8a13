// SPDX-License-Identifier: Apache-2.0
#include "ui/window/main_window.h"

#include "core/base/cores.h"
#include "core/trace/clock.h"
#include "ui/panels/code_panel.h"
#include "ui/panels/eliding_label.h"
#include "ui/panels/find_bar.h"
#include "ui/panels/lesson_panel.h"
#include "ui/panels/overview_strip.h"
#include "ui/panels/side_tabs.h"
#include "ui/panels/statistics_panel.h"
#include "ui/panels/sweep_panel.h"
#include "ui/panels/sweep_strip.h"
#include "ui/panels/task_inspector.h"
#include "ui/panels/throughput_panel.h"
#include "ui/panels/transport_bar.h"
#include "ui/panels/workers_control.h"
#include "ui/theme/icons.h"
#include "ui/timeline/timeline_view.h"
#include "ui/window/click_ripples.h"
#include "ui/window/coach_strip.h"
#include "ui/window/compare_page.h"
#include "ui/window/header_bar.h"
#include "ui/window/lanes_bar.h"
#include "ui/window/scenario_editor.h"
#include "ui/window/shortcut_guard.h"
#include "ui/window/tour_strip.h"
#include "ui/window/welcome_page.h"

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QCloseEvent>
#include <QFileInfo>
#include <QMenu>
#include <QScreen>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <functional>
#include <utility>

namespace poolscope::ui {

namespace {

constexpr QSize kFirstSize(1440, 900);
constexpr QSize kFrame(16, 48);  // about what a window manager adds
/// It scrolls: half of a 1080-line screen must hold the window with a message in it.
constexpr int kLeastTimeline = 112;
/// A lower window is there for its lanes; what the bar has is in the menu, too.
constexpr int kLeastHeightForLanesBar = 640;
/// The chart's share of a low window, which is there for its timeline.
constexpr double kChartShare = 0.22;
/// The same where the type is large.
constexpr double kChartSharePresented = 0.18;

qreal desktopPointSize() {
  constexpr qreal kSmallest = 8;
  constexpr qreal kLargest = 16;  // beyond it a desktop scales all, not only fonts
  const qreal points = QApplication::font().pointSizeF();
  return points > 0 ? std::clamp(points, kSmallest, kLargest) : Theme::kBasePointSize;
}

PlaybackClock::WallClock orMonotonic(const PlaybackClock::WallClock& wall) {
  return wall ? wall : [] { return static_cast<session::TimeNs>(trace::now_ns()); };
}

template <typename Choice>
struct MenuChoice {
  QString text;
  const char* name;
  Choice choice;
};

/// One of several, marked; `use` is told when the user chooses another.
template <typename Choice>
void buildChoiceMenu(QObject* owner, QMenu* menu, const char* name,
                     const QList<MenuChoice<Choice>>& choices, Choice current,
                     const std::function<void(Choice)>& use) {
  menu->setObjectName(QString::fromLatin1(name));
  auto* group = new QActionGroup(owner);
  for (const MenuChoice<Choice>& entry : choices) {
    QAction* action = menu->addAction(entry.text);
    action->setObjectName(QString::fromLatin1(entry.name));
    action->setCheckable(true);
    action->setChecked(entry.choice == current);
    group->addAction(action);
    QObject::connect(action, &QAction::triggered, owner,
                     [use, choice = entry.choice] { use(choice); });
  }
}

/// What the theme's own rules do not know: parts that only this window has.
QString windowRules(const Theme& theme) {
  return QStringLiteral(
             "QLabel[look=\"small\"] { font-size: %1px; } QScrollArea { background: transparent; "
             "border: none; } #rightColumn, #stagePage, #chartPage, #statisticsPanel, #sweepPage, "
             "#sweepContent { background: "
             "transparent; } #caption { font-size: %2px; font-weight: 700; }")
      .arg(qRound(theme.px(12)))
      .arg(qRound(theme.px(20)));
}

}  // namespace

MainWindow::MainWindow(Engine& engine, WindowOptions options)
    : engine_(engine),
      options_(std::move(options)),
      ownSettings_(options_.settings == nullptr ? std::make_unique<Settings>() : nullptr),
      settings_(ownSettings_ ? *ownSettings_ : *options_.settings),
      dialogs_(this, settings_, options_.nativeDialogs),
      clock_(orMonotonic(options_.wallClock)),
      actions_(new Actions(this)),
      sweeps_(engine.sweeps()) {
  if (options_.pointSize <= 0) {
    options_.pointSize = desktopPointSize();
  }
  setObjectName(QStringLiteral("mainWindow"));
  setWindowIcon(applicationIcon());
  qApp->installEventFilter(new ShortcutGuard(this));
  buildLayout(options_.cores > 0 ? options_.cores : static_cast<int>(usable_cores()));
  buildThemeMenu();
  buildMotionMenu();
  buildMemoryMenu();
  connectEngine();
  connectWidgets();
  colorScheme_.setChoice(settings_.colorScheme());
  motion_.setChoice(settings_.motion());
  view_->setReduceMotion(motion_.isReduced());
  ripples_->setReduceMotion(motion_.isReduced());
  applyTheme();
  header_->setScenarios(engine_.scenarios());
  restoreLayout();
  startSession();
  view_->setFocus(Qt::OtherFocusReason);
}

MainWindow::~MainWindow() = default;

session::TimeNs MainWindow::wallNow() const {
  return orMonotonic(options_.wallClock)();
}

void MainWindow::buildLayout(int cores) {
  header_ = new HeaderBar(*actions_, cores, this);
  messages_ = new MessageBar(this);
  coach_ = new CoachStrip(this);
  tour_ = new TourStrip(this);

  auto* stagePage = new QWidget(this);
  stagePage->setObjectName(QStringLiteral("stagePage"));
  findBar_ =
      new FindBar((*actions_)[Command::find_previous], (*actions_)[Command::find_next], stagePage);
  stage_ = new QStackedWidget(stagePage);
  welcome_ = new WelcomePage(*actions_, stage_);
  view_ = new TimelineView(stage_);
  view_->setObjectName(QStringLiteral("timeline"));
  view_->setAccessibleName(tr("Timeline"));
  view_->setWallClock(orMonotonic(options_.wallClock));
  view_->viewport()->installEventFilter(this);
  stage_->setMinimumHeight(kLeastTimeline);
  stage_->addWidget(welcome_);
  stage_->addWidget(view_);
  transport_ = new TransportBar({.toggle = (*actions_)[Command::freeze],
                                 .slower = (*actions_)[Command::slower],
                                 .faster = (*actions_)[Command::faster],
                                 .back = (*actions_)[Command::go_to_end]},
                                stagePage);
  auto* stageColumn = new QVBoxLayout(stagePage);
  stageColumn->setContentsMargins(0, 0, 0, 6);
  stageColumn->setSpacing(10);
  lanes_ = new LanesBar(*actions_, view_, stagePage);
  header_->menu()->addMenu(lanes_->lanesMenu());
  header_->menu()->addMenu(lanes_->colorMenu());
  auto* stageWithBar = new QVBoxLayout;
  stageWithBar->setSpacing(0);
  stageWithBar->addWidget(lanes_);
  stageWithBar->addWidget(findBar_);
  stageWithBar->addWidget(stage_, 1);
  stageColumn->addLayout(stageWithBar, 1);
  caption_ = new ElidingLabel(stagePage);
  stageColumn->addWidget(caption_);
  auto* transportRow = new QHBoxLayout;
  transportRow->setContentsMargins(20, 0, 8, 0);
  transportRow->addWidget(transport_);
  stageColumn->addLayout(transportRow);

  auto* chartPage = new QWidget(this);
  chartPage->setObjectName(QStringLiteral("chartPage"));
  throughput_ = new ThroughputPanel(chartPage);
  auto* chartColumn = new QVBoxLayout(chartPage);
  chartColumn->setContentsMargins(20, 4, 8, 16);
  chartColumn->addWidget(throughput_);

  rows_ = new QSplitter(Qt::Vertical, this);
  rows_->setObjectName(QStringLiteral("rows"));
  rows_->addWidget(stagePage);
  rows_->addWidget(chartPage);
  rows_->setStretchFactor(0, 1);
  rows_->setChildrenCollapsible(false);

  auto* sweepPage = new QWidget(this);
  sweepPage->setObjectName(QStringLiteral("sweepPage"));
  sweep_ = new SweepPanel(sweepPage);
  auto* sweepColumn = new QVBoxLayout(sweepPage);
  sweepColumn->setContentsMargins(20, 12, 8, 16);
  sweepColumn->addWidget(sweep_);
  pages_ = new QStackedWidget(this);
  pages_->setObjectName(QStringLiteral("pages"));
  pages_->addWidget(rows_);
  pages_->addWidget(sweepPage);

  auto* right = new QWidget(this);
  right->setObjectName(QStringLiteral("rightColumn"));
  inspector_ = new TaskInspector(right);
  tabs_ = new SideTabs(right);
  sweepStrip_ = new SweepStrip((*actions_)[Command::find_workers], tabs_);
  tabs_->setFooter(sweepStrip_);
  auto* rightColumn = new QVBoxLayout(right);
  rightColumn->setContentsMargins(8, 12, 20, 16);
  rightColumn->setSpacing(8);
  rightColumn->addWidget(inspector_);
  rightColumn->addWidget(tabs_, 1);
  auto* scroll = new QScrollArea(this);
  scroll->setObjectName(QStringLiteral("rightScroll"));
  scroll->setWidgetResizable(true);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setFocusPolicy(Qt::NoFocus);
  scroll->setWidget(right);

  columns_ = new QSplitter(Qt::Horizontal, this);
  columns_->setObjectName(QStringLiteral("columns"));
  columns_->addWidget(pages_);
  columns_->addWidget(scroll);
  columns_->setStretchFactor(0, 1);
  columns_->setChildrenCollapsible(false);

  auto* central = new QWidget(this);
  auto* column = new QVBoxLayout(central);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(header_);
  column->addWidget(tour_);  // above what comes and goes: its buttons stay under the mouse
  column->addWidget(messages_);
  column->addWidget(coach_);
  column->addWidget(columns_, 1);
  setCentralWidget(central);
  for (QPushButton* button : central->findChildren<QPushButton*>()) {
    button->setAutoDefault(true);  // Enter presses it, as Space does
  }
  buildPresentation();
  buildRecentMenu();
  buildMarkersMenu();
  setAcceptDrops(true);
}

void MainWindow::buildThemeMenu() {
  using Choice = ColorScheme::Choice;
  buildChoiceMenu<Choice>(this, header_->menu()->addMenu(tr("Colours")), "themeMenu",
                          {{tr("As the desktop"), "themeSystem", Choice::system},
                           {tr("Light"), "themeLight", Choice::light},
                           {tr("Dark"), "themeDark", Choice::dark}},
                          settings_.colorScheme(), [this](Choice choice) {
                            settings_.setColorScheme(choice);
                            colorScheme_.setChoice(choice);
                          });
}

void MainWindow::buildMotionMenu() {
  using Choice = MotionPreference::Choice;
  buildChoiceMenu<Choice>(
      this, header_->menu()->addMenu(tr("Motion")), "motionMenu",
      {{tr("As the desktop"), "motionSystem", Choice::system},
       {tr("Full"), "motionFull", Choice::full},
       {tr("Reduced: nothing flies or glides"), "motionReduced", Choice::reduced}},
      settings_.motion(), [this](Choice choice) {
        settings_.setMotion(choice);
        motion_.setChoice(choice);
      });
}

void MainWindow::buildMemoryMenu() {
  QMenu* menu = header_->menu()->addMenu(tr("Memory for a session"));
  menu->setObjectName(QStringLiteral("memoryMenu"));
  menu->setToolTipsVisible(true);
  auto* group = new QActionGroup(this);
  const auto add = [&](int percent, const QString& text) {
    QAction* action = menu->addAction(text);
    action->setObjectName(QStringLiteral("memory%1").arg(percent));
    action->setToolTip(
        tr("When a session needs more, the detail of its oldest tasks goes; its sums stay."));
    action->setCheckable(true);
    action->setChecked(settings_.memoryShare() == percent);
    group->addAction(action);
    connect(action, &QAction::triggered, this, [this, percent] {
      settings_.setMemoryShare(percent);
      engine_.setMemoryShare(percent);
    });
  };
  for (const int percent : {10, 25, 50}) {
    add(percent, tr("%1 % of this computer's").arg(percent));
  }
  add(0, tr("As much as it takes"));
}

void MainWindow::connectEngine() {
  connect(&engine_, &Engine::stateChanged, this, &MainWindow::refreshState);
  connect(&engine_, &Engine::sessionReplaced, this, &MainWindow::startSession);
  connect(&engine_, &Engine::failed, this, [this](const QString& message) {
    afterSave_ = {};
    afterOpen_ = {};
    postMessage(Severity::error, message);
  });
  connect(&engine_, &Engine::saved, this, [this](const QString& path) {
    settings_.addRecentFile(path);
    postMessage(Severity::info, tr("Saved to %1").arg(path));
    if (const auto then = std::exchange(afterSave_, {})) {
      then();
    }
  });
  connect(&engine_, &Engine::consentNeeded, this, [this](const QString& file, const QString& what) {
    dialogs_.askConsent(file, what, [this, file] { engine_.startScenario(file, true); });
  });
  connect(&engine_, &Engine::quitReady, this, [this] {
    quit_ = Quit::ready;
    close();
  });
}

void MainWindow::connectWidgets() {
  connect(&colorScheme_, &ColorScheme::changed, this, &MainWindow::applyTheme);
  connect(&motion_, &MotionPreference::changed, this, [this] {
    view_->setReduceMotion(motion_.isReduced());
    ripples_->setReduceMotion(motion_.isReduced());
    if (compare_ != nullptr) {
      compare_->setReduceMotion(motion_.isReduced());
    }
  });
  // Qt scrolls to what gets the focus only if it was in the same scroll area before.
  connect(qApp, &QApplication::focusChanged, this, [this](QWidget*, QWidget* now) {
    if (now == nullptr || !isAncestorOf(now) || QApplication::mouseButtons() != Qt::NoButton) {
      return;
    }
    for (QWidget* parent = now->parentWidget(); parent != nullptr;
         parent = parent->parentWidget()) {
      if (auto* area = qobject_cast<QScrollArea*>(parent)) {
        area->ensureWidgetVisible(now);
      }
    }
  });
  connect(actions_, &Actions::triggered, this, &MainWindow::run);
  connect(header_, &HeaderBar::scenarioChosen, this, &MainWindow::chooseScenario);
  connect(header_, &HeaderBar::scenarioFileWanted, this, &MainWindow::openScenarioFile);
  connect(header_->workers(), &WorkersControl::chosen, this, &MainWindow::wishWorkers);
  connect(header_->workers(), &WorkersControl::refused, this, [this] {
    messages_->post(QStringLiteral("maxWorkers"), Severity::warning,
                    tr("max_workers must be 1 to %1; it stays %2.")
                        .arg(WorkersControl::kMost)
                        .arg(header_->workers()->value()));
  });
  connect(header_->workers(), &WorkersControl::left, this,
          [this] { view_->setFocus(Qt::OtherFocusReason); });
  connect(welcome_, &WelcomePage::startWanted, this, &MainWindow::chooseScenario);
  connect(coach_, &CoachStrip::dismissed, this, [this](CoachTopic topic) {
    if (isIntroduction(topic)) {
      settings_.setIntroductionDone(true);
    }
  });
  connect(view_, &TimelineView::taskSelected, this, [this](session::TaskKey task) {
    selectedTask_ = task;
    hasInspected_ = hasInspected_ || task;
    rangeIsNewer_ = rangeIsNewer_ && !task;
    lookFrom(task);
    walker_.showTask(walkFrom());
    showInspector();
  });
  connect(view_, &TimelineView::rangeSelected, this,
          [this](session::TimeNs begin, session::TimeNs end) {
            selectedRange_ = TimeRange{begin, end};
            rangeFigures_.reset();
            rangeIsNewer_ = true;
            if (clock_.isLooping()) {
              clock_.loop(begin, end);
            }
            walker_.showTask(walkFrom());
            showInspector();
            askForStatistics();
          });
  connect(view_, &TimelineView::rangeCleared, this, [this] {
    selectedRange_.reset();
    rangeFigures_.reset();
    clock_.clearLoop();
    walker_.showTask(walkFrom());
    showInspector();
    askForStatistics();
  });
  connect(view_, &TimelineView::viewChanged, this, [this] {
    showTransport(false);
    updateTimer();  // it may glide
  });
  connect(inspector_, &TaskInspector::closed, this, [this] {
    view_->clearRange();
    view_->selectTask({}, false);
  });
  connect(tabs_, &SideTabs::tabChanged, this, &MainWindow::askForStatistics);
  connect(tabs_->lesson(), &LessonPanel::tryChosen, this, &MainWindow::tryOut);
  connect(tabs_->lesson(), &LessonPanel::scenarioChosen, this, [this](const QString& name) {
    if (isOfGallery(name)) {  // a link starts no file
      chooseScenario(name);
    }
  });
  connect(tabs_->lesson(), &LessonPanel::undoChosen, this, [this] {
    leaveSession(tr("Save this session before it starts again?"), hasMarked_,
                 [this] { engine_.undoTry(); });
  });
  connect(transport_->overview(), &OverviewStrip::timeChosen, this, &MainWindow::goToTime);
  connect(transport_->overview(), &OverviewStrip::viewWanted, this, &MainWindow::lookAt);
  connect(transport_, &TransportBar::markerEntered, this, [this](const QString& text) {
    if (!text.isEmpty()) {
      hasMarked_ = true;
      engine_.addMarker(text);
    }
  });
  connect(transport_, &TransportBar::markerClosed, this,
          [this] { view_->setFocus(Qt::OtherFocusReason); });
  connectFinder();
  connectTour();
  connectWalker();
  connect(&statisticsWorker_, &StatisticsWorker::ready, this, &MainWindow::showStatistics);
  connectExport();
  connectSweeps();
  frameTimer_.setTimerType(Qt::PreciseTimer);
  connect(&frameTimer_, &QTimer::timeout, this, &MainWindow::showNextFrame);
}

void MainWindow::restoreLayout() {
  if (!restoreGeometry(settings_.geometry())) {
    resize(kFirstSize.boundedTo(screen()->availableSize() - kFrame));
  }
  if (!columns_->restoreState(settings_.columns())) {
    const int right = qRound(theme_.px(360));
    columns_->setSizes({width() - right, right});
  }
  rowsAreChosen_ = rows_->restoreState(settings_.rows());
  connect(rows_, &QSplitter::splitterMoved, this, [this] { rowsAreChosen_ = true; });
  shareRows();
}

/// Until the user chooses, the chart is as high as it likes to be, less in a low window.
void MainWindow::shareRows() {
  if (!rowsAreChosen_) {
    const int chart =
        std::min(throughput_->sizeHint().height() + qRound(theme_.px(20)),
                 qRound(height() * (isPresenting() ? kChartSharePresented : kChartShare)));
    rows_->setSizes({std::max(1, rows_->height() - chart), chart});
  }
}

/// With a session; no more of it than there is room for.
void MainWindow::showLanesBar() {
  lanes_->setVisible(stage_->currentWidget() == view_ && !isPresenting());
  const bool isLow = height() < theme_.px(kLeastHeightForLanesBar);
  lanes_->setLow(isLow);
  header_->setTilesShown(!isLow || !isPresenting());
}

void MainWindow::resizeEvent(QResizeEvent* event) {
  QMainWindow::resizeEvent(event);
  if (isPresenting() && theme_.pointSize != options_.pointSize * presentationScale()) {
    applyTheme();
  }
  showLanesBar();
  shareRows();
}

void MainWindow::saveLayout() {
  leavePresentation();
  settings_.setGeometry(saveGeometry());
  settings_.setColumns(columns_->saveState());
  if (rowsAreChosen_) {
    settings_.setRows(rows_->saveState());
  }
}

void MainWindow::applyTheme() {
  theme_ = Theme::make(colorScheme_.isDark(),
                       options_.pointSize * (isPresenting() ? presentationScale() : 1));
  QApplication::setPalette(theme_.palette());
  qApp->setStyleSheet(theme_.styleSheet() + windowRules(theme_));
  actions_->setTheme(theme_);
  header_->setTheme(theme_);
  messages_->setTheme(theme_);
  coach_->setTheme(theme_);
  tour_->setTheme(theme_);
  findBar_->setTheme(theme_);
  view_->setTheme(theme_);
  transport_->setTheme(theme_);
  ripples_->setTheme(theme_);
  if (compare_ != nullptr) {
    compare_->setTheme(theme_);
  }
  lanes_->setTheme(theme_);
  throughput_->setTheme(theme_);
  inspector_->setTheme(theme_);
  tabs_->setTheme(theme_);
  sweep_->setTheme(theme_);
  if (auto* editor = findChild<ScenarioEditor*>()) {
    editor->setTheme(theme_);
  }
  const int least = qRound(theme_.px(300));
  columns_->widget(1)->setMinimumWidth(least);
  showInspector();
}

void MainWindow::overrideTheme(bool light) {
  colorScheme_.setChoice(light ? ColorScheme::Choice::light : ColorScheme::Choice::dark);
}

void MainWindow::startSession() {
  closeComparison();
  selectedTask_ = {};
  selectedRange_.reset();
  rangeFigures_.reset();
  wholeFigures_.reset();
  rangeIsNewer_ = false;
  askedEnd_ = askedBegin_ = 0;
  wishedWorkers_.reset();
  hasIntervened_ = false;
  hasMarked_ = false;
  lostSeen_ = 0;
  oddSeen_ = 0;
  state_ = {};
  messages_->retract(QStringLiteral("lost"));
  for (auto it = stalls_.cbegin(); it != stalls_.cend(); ++it) {
    messages_->retract(it.key());
  }
  stalls_.clear();
  view_->resetView();
  finder_.restart(engine_.snapshot());
  walker_.reset();
  predictor_.reset();
  header_->showPrediction({});
  expected_.reset();
  expectedPart_.reset();
  sinceSession_.invalidate();
  if (sessionJob_) {
    sessionJob_->giveUp();
  }
  tabs_->statistics()->showNothing();
  if (engine_.state().source == EngineState::Source::live) {
    clock_.startLive();
  } else {
    const auto snapshot = engine_.snapshot();
    clock_.startReplay(snapshot->begin(), snapshot->end(), snapshot->end());
  }
  refreshState();
  if (state_.source == EngineState::Source::file) {
    view_->fit();
  }
}

void MainWindow::refreshState() {
  const EngineState before = std::exchange(state_, engine_.state());
  const auto snapshot = engine_.snapshot();
  bool fits = false;
  if (clock_.isLive() && state_.activity == EngineState::Activity::finished) {
    const session::TimeNs position = clock_.atPresent() ? snapshot->end() : clock_.now();
    // Who has not looked elsewhere sees all of it: a short session is else a speck at the left.
    const ViewState& view = view_->viewState();
    fits = clock_.atPresent() && view.following() && view.range().length() == ViewState::kFirstSpan;
    clock_.startReplay(snapshot->begin(), snapshot->end(), position);
  } else if (!clock_.isLive() && state_.source == EngineState::Source::live && isRunning()) {
    clock_.startLive();
  }
  if (!wishedWorkers_) {
    header_->showState(state_);
  }
  const QList<ScenarioInfo> scenarios = engine_.scenarios();
  welcome_->showState(state_, scenarios.isEmpty() ? ScenarioInfo{} : scenarios.first());
  if (state_.source == EngineState::Source::none && state_.scenario.name.isEmpty()) {
    tabs_->code()->showCode(tr("# The Python code of a scenario stands here."), {});
    tabs_->lesson()->showLesson(tr("What a scenario teaches stands here."), {});
  } else {
    tabs_->code()->showCode(state_.scenario.code, state_.scenario.codeCpp);
    tabs_->lesson()->showLesson(state_.scenario.lesson, state_.scenario.tries);
  }
  showTries();
  const QString title = sessionTitle();
  setWindowTitle(title.isEmpty() ? QStringLiteral("Poolscope")
                                 : tr("%1 \u2014 Poolscope").arg(title));
  const bool isOpen = state_.source == EngineState::Source::file &&
                      state_.activity != EngineState::Activity::opening;
  const bool hasOpened =
      isOpen && (state_.file != before.file || before.activity == EngineState::Activity::opening);
  if (hasOpened) {
    settings_.addRecentFile(state_.file);
  }
  refreshMessages(before);
  refreshActions();
  showSweep();
  refreshTour();
  sincePanels_.invalidate();
  showNextFrame();
  if (fits) {
    view_->fit();
    showTransport(true);
  }
  if (hasOpened) {
    if (const auto then = std::exchange(afterOpen_, {})) {
      then();
    }
  }
}

void MainWindow::refreshMessages(const EngineState& before) {
  const QString trouble = QStringLiteral("trouble");
  if (state_.trouble.isEmpty()) {
    messages_->retract(trouble);
  } else if (state_.trouble != before.trouble) {
    messages_->post(trouble, Severity::warning, state_.trouble);
  }
  const QString missing = QStringLiteral("missing");
  if (state_.missing.isEmpty()) {
    messages_->retract(missing);
  } else if (state_.missing != before.missing || state_.file != before.file) {
    messages_->post(missing, Severity::warning,
                    tr("%1: %2. The rest of it is shown.")
                        .arg(QFileInfo(state_.file).fileName(), state_.missing));
  }
}

void MainWindow::refreshActions() {
  const bool live = state_.source == EngineState::Source::live;
  const bool session = hasSession();
  const auto enable = [this](Command command, bool enabled) {
    (*actions_)[command]->setEnabled(enabled);
  };
  for (const Command command :
       {Command::pause_pool, Command::auto_workers, Command::record, Command::add_marker}) {
    enable(command, live && isRunning());
  }
  enable(Command::restart, live);
  enable(Command::find_workers, sweeps_ != nullptr || session);
  enable(Command::more_workers, live);
  enable(Command::fewer_workers, live);
  for (const Command command : {Command::compare_recording,
                                Command::save_session,
                                Command::export_picture,
                                Command::freeze,
                                Command::go_to_start,
                                Command::go_to_end,
                                Command::previous_event,
                                Command::next_event,
                                Command::previous_marker,
                                Command::next_marker,
                                Command::slower,
                                Command::faster,
                                Command::loop_range,
                                Command::zoom_in,
                                Command::zoom_out,
                                Command::pan_left,
                                Command::pan_right,
                                Command::fit,
                                Command::view_back,
                                Command::view_forward,
                                Command::ruler_end,
                                Command::measure_task,
                                Command::find,
                                Command::find_next,
                                Command::find_previous,
                                Command::color_by_next,
                                Command::fold_lanes,
                                Command::hide_lane,
                                Command::show_all_lanes}) {
    enable(command, session);
  }
  (*actions_)[Command::auto_workers]->setCheckable(true);
  (*actions_)[Command::auto_workers]->setChecked(state_.automatic);
  actions_->setText(Command::pause_pool, state_.paused ? tr("Resume") : tr("Pause"),
                    state_.paused ? IconId::play : IconId::pause);
  const bool recording = !state_.recordingPath.isEmpty();
  actions_->setText(Command::record, recording ? tr("Stop recording") : tr("Record"),
                    recording ? IconId::stop : IconId::record, recording ? tr("Stop") : QString());
  if (clock_.isLive()) {
    actions_->setText(Command::freeze,
                      clock_.isMoving()   ? tr("Freeze the view")
                      : clock_.isSlowed() ? tr("Go on in slow motion")
                                          : tr("Follow the pool"),
                      clock_.isMoving() ? IconId::pause : IconId::play);
    actions_->setText(Command::go_to_end, tr("Back to live"), IconId::live);
  } else {
    actions_->setText(Command::freeze, clock_.isPlaying() ? tr("Pause the replay") : tr("Play"),
                      clock_.isPlaying() ? IconId::pause : IconId::play);
    actions_->setText(Command::go_to_end, tr("Go to the end"), IconId::live);
  }
}

/// What can be tried now, and what came of it.
void MainWindow::showTries() {
  const bool live = state_.source == EngineState::Source::live;
  tabs_->lesson()->showTrial(state_.trial,
                             live && state_.activity == EngineState::Activity::running,
                             live && state_.activity != EngineState::Activity::starting,
                             state_.scenario.isChanged, isSweeping_);
  refreshTour();
}

bool MainWindow::isRunning() const {
  return state_.activity == EngineState::Activity::running ||
         state_.activity == EngineState::Activity::starting ||
         state_.activity == EngineState::Activity::stopping;
}

bool MainWindow::hasSession() const {
  return state_.source != EngineState::Source::none && !engine_.snapshot()->empty();
}

QString MainWindow::sessionTitle() const {
  switch (state_.source) {
    case EngineState::Source::none:
      return {};
    case EngineState::Source::file:
      return QFileInfo(state_.file).fileName();
    case EngineState::Source::live:
      break;
  }
  return state_.scenario.title;
}

void MainWindow::postMessage(MessageBar::Severity severity, const QString& text) {
  // Good news replaces older good news; every failure stays until it was seen.
  const QString id = severity == Severity::info ? QStringLiteral("info") : text;
  messages_->post(id, severity, text);
}

void MainWindow::changeEvent(QEvent* event) {
  QMainWindow::changeEvent(event);
  if (event->type() == QEvent::WindowStateChange) {
    updateTimer();
  }
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (quit_ == Quit::ready) {
    saveLayout();
    event->accept();
    return;
  }
  event->ignore();
  const bool asking = findChild<QWidget*>(QStringLiteral("unsavedQuestion")) != nullptr;
  if (quit_ == Quit::preparing || asking) {
    return;
  }
  if (!state_.unsaved || !settings_.askBeforeClosing()) {
    prepareQuit();
    return;
  }
  dialogs_.askUnsaved(tr("Save this session before Poolscope ends?"), true,
                      [this](Dialogs::Answer answer) {
                        if (answer == Dialogs::Answer::save) {
                          saveSession([this] { prepareQuit(); });
                        } else {
                          prepareQuit();
                        }
                      });
}

void MainWindow::quitWithoutAsking() {
  if (quit_ == Quit::no) {
    prepareQuit();
  }
}

void MainWindow::prepareQuit() {
  quit_ = Quit::preparing;
  engine_.prepareQuit();
}

}  // namespace poolscope::ui
