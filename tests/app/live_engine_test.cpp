// SPDX-License-Identifier: Apache-2.0
#include "app/live_engine.h"

#include "core/storage/recording.h"

#include <QDeadlineTimer>
#include <QFile>
#include <QFileInfo>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <optional>
#include <sys/resource.h>

using namespace poolscope;
using app::LiveEngine;
using Activity = ui::EngineState::Activity;
using Source = ui::EngineState::Source;

class LiveEngineTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void startScenario_runsToItsEnd();
  void finished_isToldWhenTheSessionHoldsAll();
  void setMaxWorkers_takesEffectWhileTasksRun();
  void setMaxWorkers_isInTheStateAtOnce();
  void automatic_tellsItsReasons_untilTheUserTakesOver();
  void pause_stopsPickingUntilResume();
  void restart_beginsANewSession_withTheChosenWorkers();
  void recordingBegunLate_hasTheWholeSession();
  void recordingThatEndsWithItsRun_isTold_data();
  void recordingThatEndsWithItsRun_isTold();
  void saveSession_savesWhatWasNotRecorded();
  void fullDisk_stopsTheRecording_andThePoolGoesOn();
  void saveSession_ofAnOpenedFile_keepsWhatItSaysOfItself();
  void script_setsEachMarkerOnce();
  void summary_saysHowTheTasksCome_data();
  void summary_saysHowTheTasksCome();
  void missingScenario_failsWithOneLine();
  void openFile_thatIsNoTrace_keepsTheSession();
  void openFile_withoutOneEvent_keepsTheSession();
  void openFile_showsTheRecording();
  void firstStart_isAnnouncedAtOnce();
  void foreignScenario_asksOnce();
  void consent_saysWhatItIsAbout_data();
  void consent_saysWhatItIsAbout();
  void prepareQuit_finishesTheRecording();

 private:
  QString path(const QString& name) const { return folder_.filePath(name); }
  QString scenario(const QString& name, const QByteArray& load, const QByteArray& steps) const;
  QString endless() const {
    return scenario(QStringLiteral("endless"), "pattern = \"map\"\ntasks = 50\nrepeat = true",
                    "{ sleep = \"5ms\" }");
  }

  QTemporaryDir folder_;
  ui::Settings settings_{folder_.filePath(QStringLiteral("settings.ini"))};
};

void LiveEngineTest::initTestCase() {
  QVERIFY(folder_.isValid());
}

QString LiveEngineTest::scenario(const QString& name, const QByteArray& load,
                                 const QByteArray& steps) const {
  const QString file = path(name + QStringLiteral(".toml"));
  QFile out(file);
  if (!out.open(QIODevice::WriteOnly)) {
    qFatal("cannot write the scenario");
  }
  out.write("name = \"" + name.toUtf8() + "\"\ntitle = \"T\"\nmax_workers = 2\n[load]\n" + load +
            "\n[[task]]\nname = \"t\"\nsteps = [ " + steps + " ]\n");
  return file;
}

void LiveEngineTest::startScenario_runsToItsEnd() {
  LiveEngine engine(settings_, {});
  QCOMPARE(engine.state().source, Source::none);
  QVERIFY(engine.snapshot() != nullptr && engine.snapshot()->empty());
  engine.startScenario(
      scenario(QStringLiteral("batch"), "pattern = \"map\"\ntasks = 30", "{ sleep = \"2ms\" }"),
      false);
  QTRY_COMPARE_WITH_TIMEOUT(engine.state().activity, Activity::finished, 20000);
  QCOMPARE(engine.state().source, Source::live);
  QCOMPARE(engine.state().scenario.title, QStringLiteral("T"));
  QCOMPARE(engine.state().maxWorkers, 2);
  QTRY_COMPARE(engine.snapshot()->statistics().finished, std::uint64_t{30});
  QVERIFY(engine.state().unsaved);
  const session::TimeNs stopped = engine.now();
  QVERIFY(stopped >= engine.snapshot()->end());
  QCOMPARE(engine.now(), stopped);  // time stands still after the end
}

void LiveEngineTest::finished_isToldWhenTheSessionHoldsAll() {
  const QString file =
      scenario(QStringLiteral("short"), "pattern = \"map\"\ntasks = 4", "{ sleep = \"1ms\" }");
  for (int round = 0; round < 20; ++round) {
    LiveEngine engine(settings_, {});
    std::optional<session::Statistics> atTheEnd;
    connect(&engine, &ui::Engine::stateChanged, &engine, [&] {
      if (engine.state().activity == Activity::finished && !atTheEnd) {
        atTheEnd = engine.snapshot()->statistics();
      }
    });
    engine.startScenario(file, false);
    QDeadlineTimer patience(20000);
    while (!atTheEnd && !patience.hasExpired()) {
      QCoreApplication::processEvents();
      engine.setMaxWorkers(2);  // looks at the run at once: the earliest that its end can be seen
    }
    QVERIFY(atTheEnd.has_value());
    QCOMPARE(atTheEnd->finished, std::uint64_t{4});
    QVERIFY(engine.now() > engine.snapshot()->end());
  }
}

void LiveEngineTest::setMaxWorkers_takesEffectWhileTasksRun() {
  LiveEngine engine(settings_, {});
  engine.startScenario(endless(), false);
  QTRY_COMPARE_WITH_TIMEOUT(engine.state().activity, Activity::running, 20000);
  for (const int count : {3, 4, 5, 6}) {
    engine.setMaxWorkers(count);
  }
  QTRY_COMPARE_WITH_TIMEOUT(engine.state().maxWorkers, 6, 20000);
  QTRY_COMPARE_WITH_TIMEOUT(engine.snapshot()->statistics().peak_workers, 6U, 20000);
  engine.setMaxWorkers(1);
  QTRY_COMPARE_WITH_TIMEOUT(engine.state().maxWorkers, 1, 20000);
  const auto steps = engine.snapshot()->max_workers_steps(session::PoolIndex{0});
  QCOMPARE(steps.front().now, 2U);
  QTRY_COMPARE_WITH_TIMEOUT(engine.snapshot()->max_workers_steps(session::PoolIndex{0}).back().now,
                            1U, 20000);
}

void LiveEngineTest::setMaxWorkers_isInTheStateAtOnce() {
  LiveEngine engine(settings_, {});
  engine.startScenario(endless(), false);
  QTRY_COMPARE_WITH_TIMEOUT(engine.state().activity, Activity::running, 20000);
  for (int press = 0; press < 3; ++press) {  // as the key +, faster than a poll
    engine.setMaxWorkers(engine.state().maxWorkers + 1);
  }
  QCOMPARE(engine.state().maxWorkers, 2 + 3);
}

void LiveEngineTest::automatic_tellsItsReasons_untilTheUserTakesOver() {
  LiveEngine engine(settings_, {});
  engine.startScenario(endless(), false);
  QTRY_COMPARE_WITH_TIMEOUT(engine.state().activity, Activity::running, 20000);
  const auto markers = [&] {
    QStringList all;
    const auto snapshot = engine.snapshot();
    for (const session::Marker& marker : snapshot->markers()) {
      all.append(QString::fromUtf8(marker.text));
    }
    return all;
  };
  QVERIFY(!engine.state().automatic);
  engine.setAutomatic(true);
  QTRY_VERIFY_WITH_TIMEOUT(engine.state().automatic, 20000);
  QTRY_VERIFY_WITH_TIMEOUT(engine.state().maxWorkers > 2, 20000);
  QTRY_VERIFY_WITH_TIMEOUT(markers().size() >= 2, 20000);  // comes the way of events
  const QStringList said = markers();
  QCOMPARE(said.value(0), QStringLiteral("auto on: 2 workers"));
  QVERIFY2(said.value(1).startsWith(QStringLiteral("auto: 2 \u2192 4 workers: ")),
           qPrintable(said.value(1)));
  engine.setMaxWorkers(3);
  QTRY_VERIFY_WITH_TIMEOUT(!engine.state().automatic, 20000);
  QTRY_COMPARE_WITH_TIMEOUT(markers().last(), QStringLiteral("auto off"), 20000);
  QTRY_COMPARE_WITH_TIMEOUT(engine.state().maxWorkers, 3, 20000);
}

void LiveEngineTest::pause_stopsPickingUntilResume() {
  LiveEngine engine(settings_, {});
  engine.startScenario(endless(), false);
  QTRY_VERIFY_WITH_TIMEOUT(engine.snapshot()->statistics().finished > 0, 20000);
  engine.pausePool();
  QTRY_VERIFY_WITH_TIMEOUT(engine.state().paused, 20000);
  const auto quiet = [&] {
    const auto figures = engine.snapshot()->statistics();
    return figures.started == figures.finished;
  };
  QTRY_VERIFY_WITH_TIMEOUT(quiet(), 20000);
  const auto paused = engine.snapshot()->statistics().started;
  engine.resumePool();
  QTRY_VERIFY_WITH_TIMEOUT(engine.snapshot()->statistics().started > paused, 20000);
  QTRY_VERIFY_WITH_TIMEOUT(!engine.state().paused, 20000);  // looked at now and then
}

void LiveEngineTest::restart_beginsANewSession_withTheChosenWorkers() {
  LiveEngine engine(settings_, {});
  engine.startScenario(endless(), false);
  QTRY_VERIFY_WITH_TIMEOUT(engine.snapshot()->statistics().finished > 0, 20000);
  engine.setMaxWorkers(3);
  QTRY_COMPARE_WITH_TIMEOUT(engine.state().maxWorkers, 3, 20000);
  const session::TimeNs before = engine.snapshot()->begin();
  QSignalSpy replaced(&engine, &ui::Engine::sessionReplaced);
  engine.restart();
  QVERIFY(replaced.wait(20000));
  QTRY_VERIFY_WITH_TIMEOUT(engine.snapshot()->begin() > before, 20000);
  QCOMPARE(engine.state().maxWorkers, 3);
}

void LiveEngineTest::recordingBegunLate_hasTheWholeSession() {
  LiveEngine engine(settings_, {});
  engine.startScenario(endless(), false);
  QTRY_VERIFY_WITH_TIMEOUT(engine.snapshot()->statistics().finished > 20, 20000);
  const session::TimeNs begin = engine.snapshot()->begin();
  const QString file = path(QStringLiteral("late.pftrace"));
  engine.startRecording(file);
  QTRY_COMPARE_WITH_TIMEOUT(engine.state().recordingPath, file, 20000);
  QVERIFY(!engine.state().unsaved);
  const auto sofar = engine.snapshot()->statistics().finished;
  QTRY_VERIFY_WITH_TIMEOUT(engine.snapshot()->statistics().finished > sofar + 20, 20000);
  QSignalSpy saved(&engine, &ui::Engine::saved);
  engine.stopRecording();
  QVERIFY(saved.wait(20000));
  QCOMPARE(engine.state().recordingPath, QString());

  session::Session session;
  const auto opened = storage::open_recording(file.toStdString(), session);
  QVERIFY(opened.has_value());
  QVERIFY(!opened->truncated);
  QCOMPARE(session.snapshot()->begin(), begin);
  const auto figures = session.snapshot()->statistics();
  QVERIFY(figures.finished > sofar + 20);
  QVERIFY(figures.queued >= figures.started && figures.started >= figures.finished);
}

void LiveEngineTest::recordingThatEndsWithItsRun_isTold_data() {
  QTest::addColumn<int>("ends");
  QTest::newRow("restart") << 0;
  QTest::newRow("another scenario") << 1;
  QTest::newRow("a file") << 2;
  QTest::newRow("quit") << 3;
}

void LiveEngineTest::recordingThatEndsWithItsRun_isTold() {
  QFETCH(int, ends);
  const QString other = path(QStringLiteral("other%1.pftrace").arg(ends));
  const QString file = path(QStringLiteral("ends%1.pftrace").arg(ends));
  LiveEngine engine(settings_, {.record = file.toStdString()});
  QSignalSpy saved(&engine, &ui::Engine::saved);
  engine.startScenario(endless(), false);
  QTRY_VERIFY_WITH_TIMEOUT(engine.snapshot()->statistics().finished > 20, 20000);
  if (ends == 2) {
    engine.saveSession(other);
    QVERIFY(saved.wait(20000));
    saved.clear();
  }
  switch (ends) {
    case 0:
      engine.restart();
      break;
    case 1:
      engine.startScenario(scenario(QStringLiteral("another"), "pattern = \"map\"\ntasks = 1",
                                    "{ sleep = \"1ms\" }"),
                           false);
      break;
    case 2:
      engine.openFile(other);
      break;
    default:
      engine.prepareQuit();
      break;
  }
  QTRY_COMPARE_WITH_TIMEOUT(saved.count(), 1, 20000);
  QCOMPARE(saved.first().first().toString(), file);

  session::Session session;
  const auto opened = storage::open_recording(file.toStdString(), session);
  QVERIFY(opened.has_value());
  QVERIFY(!opened->truncated);
  const auto figures = session.snapshot()->statistics();
  QCOMPARE(figures.failed, std::uint64_t{0});  // what ran had the time to end
  QCOMPARE(figures.finished, figures.started);
  QCOMPARE(figures.queued, figures.finished + figures.cancelled);
}

void LiveEngineTest::saveSession_savesWhatWasNotRecorded() {
  LiveEngine engine(settings_, {});
  engine.startScenario(
      scenario(QStringLiteral("save"), "pattern = \"submit\"\ntasks = 25", "{ sleep = \"1ms\" }"),
      false);
  QTRY_COMPARE_WITH_TIMEOUT(engine.state().activity, Activity::finished, 20000);
  QVERIFY(engine.state().unsaved);
  QSignalSpy saved(&engine, &ui::Engine::saved);
  const QString file = path(QStringLiteral("saved.pftrace"));
  engine.saveSession(file);
  QVERIFY(saved.wait(20000));
  QVERIFY(!engine.state().unsaved);
  session::Session session;
  const auto opened = storage::open_recording(file.toStdString(), session);
  QVERIFY(opened.has_value());
  QCOMPARE(opened->info.scenario_name, std::string("save"));
  QCOMPARE(session.snapshot()->event_count(), engine.snapshot()->event_count());
  QCOMPARE(session.snapshot()->statistics().finished, std::uint64_t{25});

  QSignalSpy failed(&engine, &ui::Engine::failed);
  engine.saveSession(path(QStringLiteral("no/such/folder.pftrace")));
  QVERIFY(failed.wait(20000));
  QVERIFY(failed.first().first().toString().contains(QStringLiteral("no/such")));
}

/// A limit on the size of files stands for a disk that is full.
void LiveEngineTest::fullDisk_stopsTheRecording_andThePoolGoesOn() {
  const QString file = path(QStringLiteral("full.pftrace"));
  LiveEngine engine(settings_, {.record = file.toStdString()});
  QSignalSpy failed(&engine, &ui::Engine::failed);
  engine.startScenario(endless(), false);
  QTRY_VERIFY_WITH_TIMEOUT(QFileInfo(file).size() > 2000, 20000);
  rlimit before = {};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit limit = before;
  limit.rlim_cur = static_cast<rlim_t>(QFileInfo(file).size());
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &limit);
  const bool told = QTest::qWaitFor([&] { return !failed.isEmpty(); }, 20000);
  const bool stopped =
      QTest::qWaitFor([&] { return engine.state().recordingPath.isEmpty(); }, 20000);
  setrlimit(RLIMIT_FSIZE, &before);
  QVERIFY(told && stopped);
  QCOMPARE(failed.size(), 1);  // once
  QVERIFY(failed.first().first().toString().contains(file));
  const auto finished = engine.snapshot()->statistics().finished;
  QTRY_VERIFY_WITH_TIMEOUT(engine.snapshot()->statistics().finished > finished + 20, 20000);
  QCOMPARE(engine.state().activity, Activity::running);
  QVERIFY(engine.state().unsaved);
  session::Session session;
  const auto opened = storage::open_recording(file.toStdString(), session);
  QVERIFY(opened.has_value() && !opened->truncated);
  QVERIFY(session.snapshot()->statistics().finished > 0);
}

void LiveEngineTest::saveSession_ofAnOpenedFile_keepsWhatItSaysOfItself() {
  LiveEngine engine(settings_, {});
  engine.startScenario(
      scenario(QStringLiteral("again"), "pattern = \"submit\"\ntasks = 5", "{ sleep = \"1ms\" }"),
      false);
  QTRY_COMPARE_WITH_TIMEOUT(engine.state().activity, ui::EngineState::Activity::finished, 20000);
  const storage::RecordingInfo info = engine.recordingInfo();
  QVERIFY(!info.scenario_toml.empty() && !info.settings.empty() && !info.version.empty());
  QSignalSpy saved(&engine, &ui::Engine::saved);
  const QString first = path(QStringLiteral("first.pftrace"));
  const QString second = path(QStringLiteral("second.pftrace"));
  engine.saveSession(first);
  QVERIFY(saved.wait(20000));
  engine.openFile(first);
  QTRY_COMPARE_WITH_TIMEOUT(engine.state().source, ui::EngineState::Source::file, 20000);
  QTRY_COMPARE_WITH_TIMEOUT(engine.state().activity, ui::EngineState::Activity::finished, 20000);
  engine.saveSession(second);
  QVERIFY(saved.wait(20000));
  session::Session read;
  const auto opened = storage::open_recording(second.toStdString(), read);
  QVERIFY(opened.has_value());
  QCOMPARE(opened->info.scenario_toml, info.scenario_toml);
  QCOMPARE(opened->info.scenario_name, info.scenario_name);
  QCOMPARE(opened->info.version, info.version);
  QVERIFY(opened->info.settings == info.settings);
}

void LiveEngineTest::script_setsEachMarkerOnce() {
  const QString file =
      scenario(QStringLiteral("script"), "pattern = \"map\"\ntasks = 1", "{ sleep = \"50ms\" }");
  QFile more(file);
  QVERIFY(more.open(QIODevice::Append));
  more.write("[[script]]\nat = \"0\"\nmarker = \"here\"\nsay = \"look\"\n");
  more.close();
  LiveEngine engine(settings_, {});
  engine.startScenario(file, false);
  QTRY_COMPARE_WITH_TIMEOUT(engine.state().activity, Activity::finished, 20000);
  const auto texts = [&] {
    QStringList all;
    const auto snapshot = engine.snapshot();
    for (const session::Marker& marker : snapshot->markers()) {
      if (marker.kind == session::Marker::Kind::text) {
        all.append(QString::fromUtf8(marker.text));
      }
    }
    return all;
  };
  QTRY_COMPARE(texts(), (QStringList{QStringLiteral("here"), QStringLiteral("look")}));
}

void LiveEngineTest::summary_saysHowTheTasksCome_data() {
  QTest::addColumn<QString>("name");
  QTest::addColumn<QString>("summary");
  QTest::newRow("map") << "io-bound"
                       << "400 tasks by map()";
  QTest::newRow("results are never asked for") << "failing-tasks"
                                               << "100 tasks by submit()";
  QTest::newRow("a child each") << "deadlock"
                                << "4 tasks by submit(), each waits for one more";
  QTest::newRow("children") << "work-stealing"
                            << "8 tasks by submit(), each waits for 8 more";
}

void LiveEngineTest::summary_saysHowTheTasksCome() {
  QFETCH(QString, name);
  LiveEngine engine(settings_, {});
  for (const ui::ScenarioInfo& scenario : engine.scenarios()) {
    if (scenario.name == name) {
      QTEST(scenario.summary, "summary");
      return;
    }
  }
  QFAIL("no such scenario");
}

void LiveEngineTest::missingScenario_failsWithOneLine() {
  LiveEngine engine(settings_, {});
  QSignalSpy failed(&engine, &ui::Engine::failed);
  engine.startScenario(path(QStringLiteral("none.toml")), false);
  QVERIFY(failed.wait(20000));
  const QString message = failed.first().first().toString();
  QVERIFY2(message.contains(QStringLiteral("none.toml")), qPrintable(message));
  QVERIFY(!message.contains(QLatin1Char('\n')));
  QCOMPARE(engine.state().source, Source::none);
}

void LiveEngineTest::openFile_thatIsNoTrace_keepsTheSession() {
  LiveEngine engine(settings_, {});
  engine.startScenario(endless(), false);
  QTRY_VERIFY_WITH_TIMEOUT(engine.snapshot()->statistics().finished > 0, 20000);
  const session::TimeNs begin = engine.snapshot()->begin();
  const QString file =
      scenario(QStringLiteral("notrace"), "pattern = \"map\"\ntasks = 1", "{ sleep = \"1ms\" }");
  QSignalSpy failed(&engine, &ui::Engine::failed);
  engine.openFile(file);
  QCOMPARE(engine.state().activity, Activity::opening);
  QVERIFY(failed.wait(20000));
  QVERIFY(failed.first().first().toString().contains(QStringLiteral("notrace.toml")));
  QCOMPARE(engine.state().activity, Activity::running);
  QCOMPARE(engine.snapshot()->begin(), begin);
}

void LiveEngineTest::openFile_showsTheRecording() {
  const QString file = path(QStringLiteral("show.pftrace"));
  {
    LiveEngine engine(settings_, {.record = file.toStdString()});
    engine.startScenario(
        scenario(QStringLiteral("show"), "pattern = \"map\"\ntasks = 12", "{ sleep = \"1ms\" }"),
        false);
    QTRY_COMPARE_WITH_TIMEOUT(engine.state().activity, Activity::finished, 20000);
  }
  LiveEngine engine(settings_, {});
  QSignalSpy replaced(&engine, &ui::Engine::sessionReplaced);
  std::optional<Activity> shownWhile;
  connect(&engine, &ui::Engine::sessionReplaced, &engine,
          [&] { shownWhile = engine.state().activity; });
  engine.openFile(file);
  QTRY_COMPARE_WITH_TIMEOUT(engine.state().activity, Activity::finished, 20000);
  QCOMPARE(shownWhile, std::optional(Activity::opening));  // not only when all of it is read
  QCOMPARE(replaced.count(), 1);
  QCOMPARE(engine.state().source, Source::file);
  QCOMPARE(engine.state().file, file);
  QVERIFY(engine.state().missing.isEmpty());
  QVERIFY(!engine.state().unsaved);
  QCOMPARE(engine.state().scenario.name, QStringLiteral("show"));
  QCOMPARE(engine.state().maxWorkers, 2);
  QCOMPARE(engine.snapshot()->statistics().finished, std::uint64_t{12});
  QVERIFY(engine.now() > engine.snapshot()->end());
}

void LiveEngineTest::openFile_withoutOneEvent_keepsTheSession() {
  const QString file = path(QStringLiteral("stump.pftrace"));
  const auto saved =
      storage::save_recording(*session::Session().snapshot(), file.toStdString(), {});
  QVERIFY(saved.has_value());
  QVERIFY(QFile::resize(file, 10));
  LiveEngine engine(settings_, {});
  QSignalSpy failed(&engine, &ui::Engine::failed);
  QSignalSpy replaced(&engine, &ui::Engine::sessionReplaced);
  engine.openFile(file);
  QVERIFY(failed.wait(20000));
  const QString said = failed.first().first().toString();
  QVERIFY2(said.contains(QStringLiteral("holds nothing that can be shown")), qPrintable(said));
  QCOMPARE(replaced.count(), 0);
  QVERIFY(engine.state().missing.isEmpty());
}

void LiveEngineTest::firstStart_isAnnouncedAtOnce() {
  LiveEngine engine(settings_, {});
  const ui::ScenarioInfo first = engine.scenarios().first();
  engine.startScenario(first.name, false);
  QCOMPARE(engine.state().activity, Activity::starting);
  QCOMPARE(engine.state().scenario.title, first.title);
  LiveEngine other(settings_, {});
  QSignalSpy failed(&other, &ui::Engine::failed);
  other.startScenario(QStringLiteral("nothing.toml"), false);
  QCOMPARE(other.state().activity, Activity::starting);
  QVERIFY(failed.wait(20000));
  QCOMPARE(other.state().activity, Activity::idle);
  QCOMPARE(other.state().scenario.title, QString());
}

void LiveEngineTest::consent_saysWhatItIsAbout_data() {
  QTest::addColumn<QByteArray>("load");
  QTest::addColumn<QByteArray>("steps");
  QTest::addColumn<QString>("text");
  const QByteArray map = "pattern = \"map\"\ntasks = 2";
  const QByteArray network = map + "\n[http]\nurls = [ \"http://example.invalid/\" ]";
  QTest::newRow("commands") << map << QByteArray("{ command = \"true\" }")
                            << QStringLiteral("It runs commands on this computer.");
  QTest::newRow("network") << network << QByteArray("{ http = \"/\" }")
                           << QStringLiteral("It reaches hosts beyond this computer.");
  QTest::newRow("both") << network << QByteArray("{ http = \"/\" }, { command = \"true\" }")
                        << QStringLiteral(
                               "It reaches hosts beyond this computer and runs commands.");
}

void LiveEngineTest::consent_saysWhatItIsAbout() {
  QFETCH(QByteArray, load);
  QFETCH(QByteArray, steps);
  LiveEngine engine(settings_, {});
  QSignalSpy asked(&engine, &ui::Engine::consentNeeded);
  engine.startScenario(scenario(QStringLiteral("asks"), load, steps), false);
  QVERIFY(asked.wait(20000));
  QTEST(asked.first().last().toString(), "text");
  QCOMPARE(engine.state().activity, Activity::idle);
}

void LiveEngineTest::foreignScenario_asksOnce() {
  const QString file =
      scenario(QStringLiteral("command"), "pattern = \"map\"\ntasks = 2", "{ command = \"true\" }");
  {
    LiveEngine engine(settings_, {});
    QSignalSpy asked(&engine, &ui::Engine::consentNeeded);
    engine.startScenario(file, false);
    QVERIFY(asked.wait(20000));
    QCOMPARE(asked.first().first().toString(), file);
    QCOMPARE(engine.state().source, Source::none);
    engine.startScenario(file, true);
    QTRY_COMPARE_WITH_TIMEOUT(engine.state().activity, Activity::finished, 20000);
    QCOMPARE(engine.snapshot()->statistics().failed, std::uint64_t{0});
  }
  LiveEngine again(settings_, {});
  QSignalSpy asked(&again, &ui::Engine::consentNeeded);
  again.startScenario(file, false);
  QTRY_COMPARE_WITH_TIMEOUT(again.state().activity, Activity::finished, 20000);
  QCOMPARE(asked.count(), 0);
}

void LiveEngineTest::prepareQuit_finishesTheRecording() {
  const QString file = path(QStringLiteral("quit.pftrace"));
  LiveEngine engine(settings_, {.record = file.toStdString()});
  engine.startScenario(endless(), false);
  QTRY_VERIFY_WITH_TIMEOUT(engine.snapshot()->statistics().finished > 5, 20000);
  QSignalSpy ready(&engine, &ui::Engine::quitReady);
  engine.prepareQuit();
  QVERIFY(ready.wait(20000));
  session::Session session;
  const auto opened = storage::open_recording(file.toStdString(), session);
  QVERIFY(opened.has_value());
  QVERIFY(!opened->truncated);
  QCOMPARE(session.snapshot()->event_count(), engine.snapshot()->event_count());
}

QTEST_GUILESS_MAIN(LiveEngineTest)
#include "live_engine_test.moc"
