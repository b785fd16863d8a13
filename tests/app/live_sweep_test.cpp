// SPDX-License-Identifier: Apache-2.0
#include "app/live_sweep.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace poolscope;
using app::LiveSweep;
using Activity = ui::SweepState::Activity;

namespace {

LiveSweep::Subject naps() {
  const auto scenario = workload::parse_scenario(
      "name = \"naps\"\n[load]\npattern = \"map\"\ntasks = 64\n[[task]]\nname = \"nap\"\nsteps = [ "
      "{ sleep = \"2ms\" } ]\n",
      "naps.toml");
  return {*scenario, QStringLiteral("Naps")};
}

}  // namespace

class LiveSweepTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void sweep_measuresWhileItsPoolIsHeld_andItsPointsAreSaved() {
    QList<bool> holds;
    LiveSweep sweep([] { return naps(); }, [&](bool hold) { holds << hold; });
    QCOMPARE(sweep.scenario(), QStringLiteral("Naps"));
    QVERIFY(sweep.state().activity == Activity::none);
    sweep.start({{1, 2}, 20});
    QVERIFY(sweep.state().isRunning());
    QCOMPARE(holds, QList<bool>{true});
    sweep.start({{4}, 20});  // one at a time
    QTRY_VERIFY_WITH_TIMEOUT(sweep.state().activity == Activity::ended, 60000);
    QCOMPARE(holds, (QList<bool>{true, false}));
    const ui::SweepState state = sweep.state();
    QCOMPARE(state.scenario, QStringLiteral("Naps"));
    QCOMPARE(state.result.points.size(), std::size_t{2});
    QVERIFY(state.result.points[1].throughput.mean > state.result.points[0].throughput.mean);
    QSignalSpy saved(&sweep, &LiveSweep::saved);
    QSignalSpy failed(&sweep, &LiveSweep::failed);
    for (const char* name : {"naps.csv", "naps.json"}) {
      const QString path = folder_.filePath(QString::fromLatin1(name));
      sweep.saveData(path);
      QTRY_COMPARE(saved.count(), 1);
      saved.clear();
      QVERIFY(QFile(path).size() > 100);
    }
    sweep.saveData(folder_.filePath(QStringLiteral("naps.txt")));
    QTRY_COMPARE(failed.count(), 1);
    QVERIFY(failed.first().first().toString().contains(QLatin1String("naps.txt")));
  }

  void cancel_keepsWhatWasMeasured_andLetsThePoolGoOn() {
    QList<bool> holds;
    LiveSweep sweep([] { return naps(); }, [&](bool hold) { holds << hold; });
    sweep.start({{1, 2, 4}, 600});
    QTRY_VERIFY_WITH_TIMEOUT(!sweep.state().result.points.empty(), 60000);
    sweep.cancel();
    QVERIFY(sweep.state().isRunning());
    QTRY_VERIFY_WITH_TIMEOUT(sweep.state().activity == Activity::ended, 20000);
    QVERIFY(!sweep.state().result.points.empty());
    QCOMPARE(holds.last(), false);
  }

  void withoutAScenario_nothingStarts() {
    bool held = false;
    LiveSweep sweep([]() -> std::optional<LiveSweep::Subject> { return {}; },
                    [&](bool) { held = true; });
    QVERIFY(sweep.scenario().isEmpty());
    sweep.start({});
    QVERIFY(sweep.state().activity == Activity::none);
    QVERIFY(!held);
  }

 private:
  QTemporaryDir folder_;
};

QTEST_GUILESS_MAIN(LiveSweepTest)
#include "live_sweep_test.moc"
