// SPDX-License-Identifier: Apache-2.0
#include "ui/window/main_window.h"

#include "core/session/session.h"
#include "core/trace/directory.h"
#include "ui/panels/overview_strip.h"
#include "window_fixture.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QMouseEvent>
#include <QProgressBar>
#include <QProgressDialog>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QSplitter>
#include <QTest>

using namespace poolscope;
using namespace poolscope::ui;

namespace {

QMessageBox* question(WindowFixture& fixture) {
  return fixture.window.findChild<QMessageBox*>(QStringLiteral("unsavedQuestion"));
}

void choose(WindowFixture& fixture, const QString& path) {
  auto* dialog = fixture.window.findChild<QFileDialog*>();
  QVERIFY(dialog != nullptr);
  Q_EMIT dialog->fileSelected(path);
  dialog->close();
}

/// A session that had to forget its oldest tasks.
std::shared_ptr<const session::Snapshot> forgetful() {
  const auto directory = std::make_shared<trace::Directory>();
  for (const char* name : {"main", "web_0"}) {
    directory->add_thread({name, 1});
  }
  session::Session session;
  session.set_memory_limit(1);
  const auto sink = session.add_process(directory);
  std::uint64_t time = 1'000'000'000;
  for (std::uint64_t task = 1; task <= 2000; ++task) {
    for (const auto kind : {trace::EventKind::task_queued, trace::EventKind::task_started,
                            trace::EventKind::task_finished}) {
      const trace::Event event{.time_ns = time += 100'000'000,
                               .task = task,
                               .thread = kind == trace::EventKind::task_queued ? 1U : 2U,
                               .kind = kind,
                               .pool = 1};
      sink->consume({&event, 1});
    }
    if (task % 20 == 0) {
      sink->consume({});
    }
  }
  return session.snapshot();
}

}  // namespace

class MainWindowTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void drag_ofTheSlider_resizesOncePerFrame() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.engine.takeOrders();
    auto* slider = fixture.find<QSlider>("maxWorkersSlider");
    slider->setSliderDown(true);
    for (int workers = 9; workers <= 40; ++workers) {
      slider->setValue(workers);
    }
    QCOMPARE(fixture.engine.takeOrders(), QStringList{});  // no frame yet
    fixture.window.showNextFrame();
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"workers 40"});
    fixture.window.showNextFrame();
    QCOMPARE(fixture.engine.takeOrders(), QStringList{});
  }

  void field_goesBeyondTheSlider() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.find<QSpinBox>("maxWorkers")->setValue(4096);
    fixture.window.showNextFrame();
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"workers 4096"});
  }

  void plus_atTheLimit_staysThere() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.engine.change([](EngineState& state) { state.maxWorkers = 1; });
    fixture.window.run(Command::fewer_workers);
    QCOMPARE(fixture.engine.takeOrders(), QStringList{});
  }

  void pausedPool_isResumedByTheSameKey() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.engine.change([](EngineState& state) { state.paused = true; });
    QCOMPARE(fixture.find<QAction>("pausePool")->text(), QStringLiteral("Resume"));
    fixture.window.run(Command::pause_pool);
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"resume"});
  }

  void record_asksForAFile_andStops() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.window.run(Command::record);
    choose(fixture, fixture.folder.filePath(QStringLiteral("a.pftrace")));
    QCOMPARE(fixture.engine.takeOrders(),
             QStringList{"record " + fixture.folder.filePath("a.pftrace")});
    QCOMPARE(fixture.settings.folder(), fixture.folder.path());
    fixture.engine.change(
        [](EngineState& state) { state.recordingPath = QStringLiteral("a.pftrace"); });
    QCOMPARE(fixture.find<QAction>("record")->text(), QStringLiteral("Stop recording"));
    fixture.window.run(Command::record);
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"stop recording"});
  }

  void scenario_isStartedFromTheList() {
    WindowFixture fixture;
    fixture.showLive();
    auto* list = fixture.find<QComboBox>("scenario");
    QCOMPARE(list->currentText(), QStringLiteral("Web scraping"));
    list->setCurrentIndex(1);
    Q_EMIT list->activated(1);
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"start cpu-bound"});
    QCOMPARE(list->currentText(), QStringLiteral("Web scraping"));  // until it runs
  }

  void scenario_fromOutside_needsConsent() {
    WindowFixture fixture;
    Q_EMIT fixture.engine.consentNeeded(QStringLiteral("my.toml"),
                                        QStringLiteral("It runs: rm -r build"));
    auto* box = fixture.window.findChild<QMessageBox*>(QStringLiteral("consentQuestion"));
    QVERIFY(box != nullptr);
    QCOMPARE(box->informativeText(), QStringLiteral("It runs: rm -r build"));
    box->findChild<QPushButton*>(QStringLiteral("consentRun"))->click();
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"start my.toml trusted"});
  }

  void consent_refused_startsNothing() {
    WindowFixture fixture;
    Q_EMIT fixture.engine.consentNeeded(QStringLiteral("my.toml"),
                                        QStringLiteral("It runs: rm -r build"));
    fixture.window.findChild<QMessageBox*>(QStringLiteral("consentQuestion"))
        ->button(QMessageBox::Cancel)
        ->click();
    QCOMPARE(fixture.engine.takeOrders(), QStringList{});
  }

  void close_ofASavedSession_asksNothing() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    fixture.window.close();
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"quit"});
    QVERIFY(fixture.window.isVisible());  // until the run has ended in order
    Q_EMIT fixture.engine.quitReady();
    QVERIFY(!fixture.window.isVisible());
  }

  void close_ofAnUnsavedSession_asks_data() {
    QTest::addColumn<int>("button");
    QTest::addColumn<QStringList>("orders");
    QTest::newRow("discard") << static_cast<int>(QMessageBox::Discard) << QStringList{"quit"};
    QTest::newRow("cancel") << static_cast<int>(QMessageBox::Cancel) << QStringList{};
  }
  void close_ofAnUnsavedSession_asks() {
    QFETCH(int, button);
    QFETCH(QStringList, orders);
    WindowFixture fixture;
    fixture.showLive();
    fixture.engine.change([](EngineState& state) { state.unsaved = true; });
    fixture.window.close();
    fixture.window.close();  // asked once, not twice
    QCOMPARE(fixture.window.findChildren<QMessageBox*>().size(), 1);
    question(fixture)->button(static_cast<QMessageBox::StandardButton>(button))->click();
    QCOMPARE(fixture.engine.takeOrders(), orders);
  }

  void close_withSave_savesFirst() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.engine.change([](EngineState& state) { state.unsaved = true; });
    fixture.window.close();
    question(fixture)->button(QMessageBox::Save)->click();
    choose(fixture, fixture.folder.filePath(QStringLiteral("s.pftrace")));
    QCOMPARE(fixture.engine.takeOrders(),
             QStringList{"save " + fixture.folder.filePath("s.pftrace")});
    Q_EMIT fixture.engine.saved(QStringLiteral("s.pftrace"));
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"quit"});
  }

  void close_whenSavingFails_stays() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.engine.change([](EngineState& state) { state.unsaved = true; });
    fixture.window.close();
    question(fixture)->button(QMessageBox::Save)->click();
    choose(fixture, QStringLiteral("s.pftrace"));
    fixture.engine.takeOrders();
    Q_EMIT fixture.engine.failed(QStringLiteral("s.pftrace: disk full"));
    Q_EMIT fixture.engine.saved(QStringLiteral("other.pftrace"));
    QCOMPARE(fixture.engine.takeOrders(), QStringList{});
  }

  void save_ofASessionThatForgot_saysFirstWhatIsLacking() {
    WindowFixture fixture;
    const auto snapshot = forgetful();
    QVERIFY(snapshot->complete_since().has_value());
    fixture.engine.showLive(snapshot, snapshot->end(), 8);
    fixture.engine.takeOrders();
    const auto asked = [&] {
      return fixture.window.findChild<QMessageBox*>(QStringLiteral("incompleteQuestion"));
    };
    fixture.window.run(Command::save_session);
    QVERIFY(asked() != nullptr);
    QVERIFY(asked()->text().contains(QLatin1String("complete from")));
    QVERIFY(fixture.window.findChild<QFileDialog*>() == nullptr);
    asked()->button(QMessageBox::Cancel)->click();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    QVERIFY(fixture.window.findChild<QFileDialog*>() == nullptr);
    fixture.window.run(Command::save_session);
    asked()->button(QMessageBox::Save)->click();
    choose(fixture, QStringLiteral("s.pftrace"));
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"save s.pftrace"});
  }

  void memoryOfASession_isChosenInTheMenu_andRemembered() {
    WindowFixture fixture;
    QVERIFY(fixture.find<QAction>("memory25")->isChecked());
    fixture.engine.takeOrders();
    fixture.find<QAction>("memory50")->trigger();
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"memory 50"});
    QCOMPARE(fixture.settings.memoryShare(), 50);
    fixture.find<QAction>("memory0")->trigger();
    QCOMPARE(fixture.settings.memoryShare(), 0);
  }

  void dontAskAgain_isRemembered() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.engine.change([](EngineState& state) { state.unsaved = true; });
    fixture.window.close();
    question(fixture)->checkBox()->setChecked(true);
    question(fixture)->button(QMessageBox::Discard)->click();
    QVERIFY(!fixture.settings.askBeforeClosing());
  }

  void restart_ofAPlainDemo_asksNothing_ofOneWithNotes_asks() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.engine.change([](EngineState& state) { state.unsaved = true; });
    fixture.window.run(Command::restart);
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"restart"});
    QVERIFY(fixture.showWindow());
    QTest::keyClick(&fixture.window, Qt::Key_M);
    auto* field = fixture.find<QLineEdit>("markerText");
    QTest::keyClicks(field, QStringLiteral("note"));
    QTest::keyClick(field, Qt::Key_Return);
    fixture.engine.takeOrders();
    fixture.window.run(Command::restart);
    QVERIFY(question(fixture) != nullptr);
    QCOMPARE(fixture.engine.takeOrders(), QStringList{});
    question(fixture)->button(QMessageBox::Discard)->click();
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"restart"});
  }

  void anotherScenario_afterTheUsersOwnDoing_asks_afterWatching_doesNot() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.engine.change([](EngineState& state) { state.unsaved = true; });
    auto* list = fixture.find<QComboBox>("scenario");
    Q_EMIT list->activated(1);
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"start cpu-bound"});
    fixture.window.run(Command::more_workers);
    fixture.engine.takeOrders();
    Q_EMIT list->activated(1);
    QVERIFY(question(fixture) != nullptr);
    QCOMPARE(fixture.engine.takeOrders(), QStringList{});
    question(fixture)->button(QMessageBox::Discard)->click();
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"start cpu-bound"});
  }

  void openedFile_afterAnOwnScenario_asks_unlessItIsSaved() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.engine.change([](EngineState& state) {
      state.unsaved = true;
      state.scenario.name = QStringLiteral("/home/me/mine.toml");
    });
    fixture.window.run(Command::open_recording);
    choose(fixture, QStringLiteral("a.pftrace"));
    QVERIFY(question(fixture) != nullptr);
    QCOMPARE(fixture.engine.takeOrders(), QStringList{});
    question(fixture)->button(QMessageBox::Cancel)->click();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    fixture.engine.change([](EngineState& state) { state.unsaved = false; });  // or recorded
    fixture.window.run(Command::open_recording);
    choose(fixture, QStringLiteral("a.pftrace"));
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"open a.pftrace"});
  }

  void freeze_standsStill_whileThePoolGoesOn() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.window.run(Command::freeze);
    const auto frozen = fixture.window.clock().now();
    fixture.engine.setNow(fixture.engine.now() + 5 * kSecond);
    fixture.window.showNextFrame();
    QCOMPARE(fixture.window.clock().now(), frozen);
    QVERIFY(!fixture.view()->frame().live);
    fixture.window.run(Command::freeze);
    QCOMPARE(fixture.window.clock().now(), frozen + 5 * kSecond);
    QVERIFY(fixture.view()->frame().live);
  }

  void replay_showsTheFrameOfItsClock() {
    WindowFixture fixture;
    fixture.showFile();
    fixture.window.run(Command::freeze);  // at the end: from the beginning
    fixture.wall += kSecond;
    fixture.window.showNextFrame();
    QCOMPARE(fixture.view()->frame().now, fixture.window.clock().begin() + kSecond);
    QVERIFY(!fixture.view()->frame().live);
  }

  void replay_atItsEnd_showsWhatHappenedThen() {
    WindowFixture fixture;
    fixture.showFile();
    QCOMPARE(fixture.view()->frame().now, fixture.engine.snapshot()->end() + 1);
  }

  void key_selectsWhatIsInSight_orWhatTheRulerMeasures() {
    WindowFixture fixture;
    fixture.showFile();
    QVERIFY(fixture.showWindow());
    const TimeRange session{fixture.window.clock().begin(), fixture.window.clock().end() + 1};
    fixture.window.run(Command::zoom_in);
    QTest::keyClick(&fixture.window, Qt::Key_B);
    const TimeRange inSight = fixture.view()->viewState().range();
    QCOMPARE(fixture.view()->viewState().selectedRange,
             std::optional(TimeRange{std::max(inSight.begin, session.begin),
                                     std::min(inSight.end, session.end)}));
    fixture.view()->selectTask({0, 1});
    fixture.window.run(Command::measure_task);
    fixture.window.run(Command::measure_task);
    const auto task = fixture.engine.snapshot()->task(fixture.view()->viewState().selectedTask);
    QVERIFY(task.has_value());
    QTest::keyClick(&fixture.window, Qt::Key_B);
    QCOMPARE(fixture.view()->viewState().selectedRange,
             std::optional(TimeRange{*task->started, *task->finished}));
  }

  void replay_atItsEnd_showsTheFiguresOfItsEnd() {
    WindowFixture fixture;
    fixture.showFile();
    const auto* window = fixture.find<QLabel>("throughputWindow");
    const QString ofTheWhole = window->text();
    fixture.window.run(Command::freeze);  // at the end: from the beginning
    fixture.wall += kSecond;
    fixture.window.grabPicture();  // the panels too
    QVERIFY(window->text() != ofTheWhole);
    fixture.wall += 1000 * kSecond;
    fixture.window.showNextFrame();  // the last one: nothing comes after it
    QVERIFY(!fixture.window.clock().isMoving());
    QCOMPARE(window->text(), ofTheWhole);
  }

  void finishedRun_becomesAReplay() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.engine.change(
        [](EngineState& state) { state.activity = EngineState::Activity::finished; });
    QVERIFY(!fixture.window.clock().isLive());
    QCOMPARE(fixture.window.clock().now(), fixture.engine.snapshot()->end());
  }

  void selection_isForgotten_withItsSession() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.view()->selectTask({0, 3});
    QVERIFY(!fixture.find<QLabel>("inspectorHintTitle")->isVisibleTo(&fixture.window));
    fixture.showLive();
    QVERIFY(fixture.find<QLabel>("inspectorHintTitle")->isVisibleTo(&fixture.window));
  }

  void slowMotion_ofTheSelectedRange_beginsThere() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    const auto begin = fixture.window.clock().begin() + kSecond;
    fixture.view()->selectRange(begin, begin + kSecond / 2);
    fixture.window.run(Command::slower);
    QCOMPARE(fixture.window.clock().now(), begin);
    QVERIFY(fixture.window.clock().isPlaying());
    QVERIFY(fixture.view()->viewState().following());
    for (int i = 0; i < 6; ++i) {
      fixture.window.run(Command::slower);
    }
    QCOMPARE(fixture.find<QLabel>("playbackMode")->text(), QStringLiteral("1/200x"));
    QCOMPARE(fixture.view()->viewState().speed, 1.0 / 200);
    fixture.wall += kSecond;
    fixture.window.showNextFrame();
    QCOMPARE(fixture.view()->frame().now, begin + kSecond / 200);
    QVERIFY(!fixture.find("backToLive")->isHidden());
    fixture.window.run(Command::go_to_end);
    QVERIFY(fixture.window.clock().atPresent());
    QCOMPARE(fixture.view()->viewState().speed, 1.0);
    QVERIFY(fixture.view()->viewState().following());
  }

  void slowMotion_afterLookingBack_showsThatStretch() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    const auto begin = fixture.window.clock().begin();
    fixture.view()->showRange(begin + kSecond, begin + kSecond * 3 / 2);
    fixture.window.run(Command::slower);
    QCOMPARE(fixture.window.clock().now(), begin + kSecond);
  }

  void glide_ofAFrozenView_isShownFrameByFrame() {
    WindowFixture fixture;
    fixture.showFile();
    QVERIFY(fixture.showWindow());
    TimelineView* view = fixture.view();
    const auto begin = fixture.window.clock().begin();
    view->showRange(begin + kSecond, begin + kSecond * 2);
    QWidget* port = view->viewport();
    const auto send = [&](QEvent::Type type, const QPoint& at) {
      const bool moves = type == QEvent::MouseMove;
      QMouseEvent event(type, at, port->mapToGlobal(at), moves ? Qt::NoButton : Qt::MiddleButton,
                        type == QEvent::MouseButtonRelease ? Qt::NoButton : Qt::MiddleButton, {});
      QCoreApplication::sendEvent(port, &event);
      fixture.wall += 8'000'000;
    };
    send(QEvent::MouseButtonPress, {400, 150});
    send(QEvent::MouseMove, {440, 150});
    send(QEvent::MouseMove, {500, 150});
    send(QEvent::MouseButtonRelease, {500, 150});
    QVERIFY(view->isGliding());
    const auto letGo = view->viewState().range().begin;
    fixture.wall += kSecond / 10;
    // The window's own timer shows it: a recording that stands still needs no frames else.
    QTRY_VERIFY(view->viewState().range().begin < letGo);
    fixture.wall += 10 * kSecond;
    QTRY_VERIFY(!view->isGliding());
  }

  void overview_inAReplay_movesTheViewAndOnlyThenTheTime() {
    WindowFixture fixture;
    fixture.showFile();
    QVERIFY(fixture.showWindow());
    auto* overview = fixture.find<OverviewStrip>("overview");
    const PlaybackClock& clock = fixture.window.clock();
    Q_EMIT overview->viewWanted(clock.begin() + kSecond, clock.begin() + 2 * kSecond);
    QCOMPARE(fixture.view()->viewState().range(),
             (TimeRange{clock.begin() + kSecond, clock.begin() + 2 * kSecond}));
    QCOMPARE(clock.now(), clock.end());
    // Behind the replay's time there is nothing to see: it comes along.
    Q_EMIT overview->timeChosen(clock.begin() + kSecond / 2);
    QCOMPARE(clock.now(), clock.begin() + kSecond / 2);
    Q_EMIT overview->viewWanted(clock.begin() + kSecond, clock.begin() + 2 * kSecond);
    QCOMPARE(clock.now(), clock.begin() + 2 * kSecond);
    fixture.window.run(Command::view_back);
    QVERIFY(fixture.view()->viewState().range().begin < clock.begin() + kSecond);
  }

  void motion_isChosen_andRemembered() {
    WindowFixture fixture;
    QVERIFY(!fixture.view()->viewState().reduceMotion);
    fixture.find<QAction>("motionReduced")->trigger();
    QVERIFY(fixture.view()->viewState().reduceMotion);
    QVERIFY(fixture.settings.motion() == MotionPreference::Choice::reduced);
    fixture.showLive();  // another session keeps it
    QVERIFY(fixture.view()->viewState().reduceMotion);
    fixture.find<QAction>("motionFull")->trigger();
    QVERIFY(!fixture.view()->viewState().reduceMotion);
  }

  void theme_isChosenLive_andRemembered() {
    WindowFixture fixture;
    fixture.find<QAction>("themeLight")->trigger();
    QVERIFY(!fixture.window.theme().isDark);
    QVERIFY(fixture.settings.colorScheme() == ColorScheme::Choice::light);
    fixture.find<QAction>("themeDark")->trigger();
    QVERIFY(fixture.window.theme().isDark);
    QVERIFY(fixture.view()->theme().isDark);
  }

  void layout_isRemembered() {
    QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("s.ini"));
    QList<int> sizes;
    {
      FakeEngine engine;
      Settings settings(file);
      MainWindow window(engine, {.nativeDialogs = false, .settings = &settings});
      window.resize(1500, 900);
      window.show();
      auto* columns = window.findChild<QSplitter*>(QStringLiteral("columns"));
      columns->setSizes({1000, 500});
      sizes = columns->sizes();
      window.close();
      Q_EMIT engine.quitReady();
    }
    FakeEngine engine;
    Settings settings(file);
    MainWindow window(engine, {.nativeDialogs = false, .settings = &settings});
    window.show();
    QCOMPARE(window.findChild<QSplitter*>(QStringLiteral("columns"))->sizes(), sizes);
  }

  void paints_areCounted() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    session::TimeNs now = fixture.engine.now();
    QTRY_VERIFY(
        (fixture.engine.setNow(now += kSecond / 60), fixture.window.paintIntervals().count() > 20));
    QVERIFY(fixture.window.property("paintIntervalP99Ms").toDouble() > 0);
  }

  void picture_isWritten_asPng() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.window.run(Command::export_picture);
    const QString path = fixture.folder.filePath(QStringLiteral("p.png"));
    choose(fixture, path);
    QTRY_VERIFY(fixture.find<QLabel>("messageText")->text().contains(QStringLiteral("p.png")));
    QVERIFY(!QImage(path).isNull());
  }

  void picture_thatCannotBeWritten_isToldOf() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.window.run(Command::export_picture);
    choose(fixture, fixture.folder.filePath(QStringLiteral("missing/p.png")));
    QTRY_VERIFY(
        fixture.find<QLabel>("messageText")->text().contains(QStringLiteral("does not exist")));
  }

  void table_isExported_ofTheWholeSession() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.window.run(Command::export_picture);
    const QString path = fixture.folder.filePath(QStringLiteral("t.csv"));
    choose(fixture, path);
    auto* dialog = fixture.window.findChild<QDialog*>(QStringLiteral("exportDialog"));
    QVERIFY(dialog != nullptr);
    QCOMPARE(dialog->findChild<QComboBox*>(QStringLiteral("exportPart"))->currentIndex(), 0);
    dialog->findChild<QPushButton*>(QStringLiteral("exportStart"))->click();
    QTRY_VERIFY(fixture.find<QLabel>("messageText")->text().contains(QStringLiteral("t.csv")));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(file.readLine().startsWith("process,task,"));
    QTRY_VERIFY(fixture.window.findChild<QDialog*>(QStringLiteral("exportProgress")) == nullptr);
  }

  void export_ofAVideo_asksForRateAndSpeed_andCanBeCancelled() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.window.run(Command::export_picture);
    const QString path = fixture.folder.filePath(QStringLiteral("v.gif"));
    choose(fixture, path);
    auto* dialog = fixture.window.findChild<QDialog*>(QStringLiteral("exportDialog"));
    QVERIFY(dialog != nullptr);
    auto* speed = dialog->findChild<QComboBox*>(QStringLiteral("exportSpeed"));
    QVERIFY(speed->isVisibleTo(dialog));
    QCOMPARE(dialog->findChild<QComboBox*>(QStringLiteral("exportFps"))->itemText(0),
             QStringLiteral("25"));
    speed->setCurrentIndex(speed->findText(QStringLiteral("1/1000")));  // more than one waits for
    dialog->findChild<QPushButton*>(QStringLiteral("exportStart"))->click();
    auto* progress = fixture.window.findChild<QProgressDialog*>(QStringLiteral("exportProgress"));
    QVERIFY(progress != nullptr);
    QVERIFY(!progress->findChild<QProgressBar*>()->isTextVisible());
    QVERIFY(progress->labelText().startsWith(QStringLiteral("Exporting to v.gif: 0 %")));
    progress->findChild<QPushButton*>()->click();
    QTRY_VERIFY(fixture.find<QLabel>("messageText")->text().contains(QStringLiteral("cancelled")));
    QVERIFY(!QFileInfo::exists(path));
    QVERIFY(QDir(fixture.folder.path())
                .entryList({QStringLiteral(".*.part")}, QDir::Files | QDir::Hidden)
                .isEmpty());
  }

  void grab_hasTheSizeOfTheWindow() {
    WindowFixture fixture({1280, 800});
    fixture.showLive();
    fixture.window.show();
    const QImage picture = fixture.window.grabPicture();
    QCOMPARE(picture.deviceIndependentSize().toSize(), QSize(1280, 800));
  }
};

QTEST_MAIN(MainWindowTest)
#include "main_window_test.moc"
