// SPDX-License-Identifier: Apache-2.0
#include "sweep_samples.h"
#include "ui/panels/message_bar.h"
#include "ui/panels/sweep_panel.h"
#include "ui/panels/workers_control.h"
#include "ui/panels/workers_slider.h"
#include "window_fixture.h"

#include <QAction>
#include <QFileDialog>
#include <QImage>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QTableView>
#include <QTest>

using namespace poolscope;
using namespace poolscope::ui;
using Activity = SweepState::Activity;

namespace {

const std::vector<std::uint64_t> kCounts{1, 2, 4, 8, 16, 32};

SweepState decided() {
  return sampleState(Activity::ended, sampleSweep(kCounts, 0.004));
}

/// The name that the open file dialog is answered with.
void chooseFile(WindowFixture& fixture, const QString& path) {
  auto* dialog = fixture.window.findChild<QFileDialog*>();
  QVERIFY(dialog != nullptr);
  Q_EMIT dialog->fileSelected(path);
  dialog->close();
}

}  // namespace

class SweepTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void key_opensThePage_andLeadsBack() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    auto* panel = fixture.find<SweepPanel>("sweepPanel");
    QVERIFY(!panel->isVisible());
    QTest::keyClick(fixture.view(), Qt::Key_E);
    QVERIFY(panel->isVisible());
    QVERIFY(!fixture.view()->isVisible());
    QVERIFY(fixture.find<QPushButton>("sweepStart")->hasFocus());
    QTest::keyClick(fixture.find<QPushButton>("sweepStart"), Qt::Key_Escape);
    QVERIFY(fixture.view()->isVisible());
    QVERIFY(fixture.view()->hasFocus());
    fixture.find<QPushButton>("sweepOpen")->click();
    QVERIFY(panel->isVisible());
  }

  void startAndCancel_reachTheRunner() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.window.run(Command::find_workers);
    fixture.find<QPushButton>("sweepStart")->click();
    QCOMPARE(fixture.engine.fakeSweeps().takeOrders(), QStringList{"start 0"});
    fixture.engine.fakeSweeps().show(sampleState(Activity::running, sampleSweep({1, 2}, 0.01, 1)));
    QVERIFY(fixture.find<QLabel>("sweepLine")->text().contains(QLatin1String("run 5 of 18")));
    fixture.find<QPushButton>("sweepCancel")->click();
    QCOMPARE(fixture.engine.fakeSweeps().takeOrders(), QStringList{"cancel"});
  }

  void recommended_isUsed_andMarkedAtTheSlider() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    fixture.engine.takeOrders();
    fixture.window.run(Command::find_workers);
    const SweepState state = decided();
    const int recommended = static_cast<int>(*state.result.recommendation.workers);
    fixture.engine.fakeSweeps().show(state);
    const auto marks = fixture.find<WorkersSlider>("maxWorkersSlider")->marks();
    QVERIFY(std::any_of(marks.begin(), marks.end(), [&](const SliderMark& mark) {
      return mark.workers == recommended &&
             mark.text == QStringLiteral("%1 recommended").arg(recommended);
    }));
    fixture.find<QPushButton>("sweepUse")->click();
    fixture.window.showNextFrame();
    QVERIFY(fixture.engine.takeOrders().contains(QStringLiteral("workers %1").arg(recommended)));
    QVERIFY(!fixture.find<SweepPanel>("sweepPanel")->isVisibleTo(&fixture.window));
  }

  void endWhileLookingElsewhere_isTold() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.engine.fakeSweeps().show(sampleState(Activity::running, sampleSweep(kCounts, 0.004)));
    const SweepState state = decided();
    fixture.engine.fakeSweeps().show(state);
    const QString reason = QString::fromStdString(state.result.reason);
    const auto labels = fixture.window.findChild<MessageBar*>()->findChildren<QLabel*>();
    QVERIFY(std::any_of(labels.begin(), labels.end(),
                        [&](const QLabel* label) { return label->text().contains(reason); }));
  }

  void ofARecording_nothingIsToBeUsed() {
    WindowFixture fixture;
    fixture.showFile();
    fixture.window.run(Command::find_workers);
    fixture.engine.fakeSweeps().show(decided());
    QVERIFY(!fixture.find<QPushButton>("sweepUse")->isEnabled());
  }

  void plotAndData_areSaved() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    fixture.window.run(Command::find_workers);
    fixture.engine.fakeSweeps().show(decided());
    const QString plot = fixture.folder.filePath(QStringLiteral("plot.png"));
    fixture.find<QPushButton>("sweepSavePlot")->click();
    chooseFile(fixture, plot);
    QTRY_VERIFY(QImage(plot).width() > 900);
    QTRY_VERIFY(fixture.window.findChild<QFileDialog*>() == nullptr);
    fixture.find<QPushButton>("sweepSaveData")->click();
    chooseFile(fixture, QStringLiteral("data.csv"));
    QCOMPARE(fixture.engine.fakeSweeps().takeOrders(), QStringList{"save data.csv"});
  }

  void plot_thatCannotBeWritten_isToldOf() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    fixture.window.run(Command::find_workers);
    fixture.engine.fakeSweeps().show(decided());
    fixture.find<QPushButton>("sweepSavePlot")->click();
    chooseFile(fixture, fixture.folder.filePath(QStringLiteral("none/plot.png")));
    QTRY_VERIFY([&] {
      const auto labels = fixture.window.findChild<MessageBar*>()->findChildren<QLabel*>();
      return std::any_of(labels.begin(), labels.end(), [](const QLabel* label) {
        return label->text().contains(QLatin1String("plot.png"));
      });
    }());
  }

  void pointerAtTheSlider_tellsWhatIsPredicted_beforeItIsChosen() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    fixture.engine.takeOrders();
    auto* slider = fixture.find<WorkersSlider>("maxWorkersSlider");
    QTest::mouseMove(slider, QPoint(qRound(slider->scale().toX(24)), slider->height() / 3));
    auto* line = fixture.find<QLabel>("resizeEffect");
    QTRY_VERIFY(line->text().startsWith(QLatin1String("predicted at 24: ")));
    QVERIFY(line->text().contains(QLatin1String("tasks/s")));
    QVERIFY(line->text().contains(QLatin1String("queue wait")));
    fixture.window.showNextFrame();
    QVERIFY(fixture.engine.takeOrders().isEmpty());
    QEvent leave(QEvent::Leave);
    QCoreApplication::sendEvent(slider, &leave);
    QVERIFY(!line->text().contains(QLatin1String("predicted")));
  }

  void atARecording_theSliderPredicts_andChangesNothing() {
    WindowFixture fixture;
    fixture.showFile();
    QVERIFY(fixture.showWindow());
    fixture.engine.takeOrders();
    auto* slider = fixture.find<WorkersSlider>("maxWorkersSlider");
    const int before = slider->value();
    QTest::mouseClick(slider, Qt::LeftButton, {},
                      QPoint(qRound(slider->scale().toX(24)), slider->height() / 3));
    auto* line = fixture.find<QLabel>("resizeEffect");
    QTRY_VERIFY(line->text().startsWith(QLatin1String("predicted at 24: ")));
    fixture.window.showNextFrame();
    QVERIFY(line->text().startsWith(QLatin1String("predicted at 24: ")));
    QCOMPARE(slider->value(), before);
    QVERIFY(fixture.engine.takeOrders().isEmpty());
    QVERIFY(!fixture.find<QSpinBox>("maxWorkers")->isEnabled());
    slider->setFocus();
    QTest::keyClick(slider, Qt::Key_Right);
    QTRY_VERIFY(line->text().startsWith(QLatin1String("predicted at 25: ")));
    QTest::keyClick(slider, Qt::Key_Escape);
    QVERIFY(!line->text().contains(QLatin1String("predicted")));
  }

  void pageOfARecording_showsWhatIsPredicted_untilSomethingIsMeasured() {
    WindowFixture fixture;
    fixture.showFile();
    QVERIFY(fixture.showWindow());
    fixture.window.run(Command::find_workers);
    auto* verdict = fixture.find<QLabel>("sweepVerdict");
    QTRY_VERIFY(verdict->isVisible());
    QVERIFY2(verdict->text().startsWith(QLatin1String("Predicted: ")), qPrintable(verdict->text()));
    QVERIFY(fixture.find<QLabel>("sweepReason")->text().contains(QLatin1String("simulation")));
    auto* table = fixture.find<QTableView>("predictionTable");
    QVERIFY(table->isVisible());
    QVERIFY(table->model()->rowCount() >= 6);
    QVERIFY(!fixture.find<QTableView>("sweepTable")->isVisible());
    QVERIFY(!fixture.find<QPushButton>("sweepUse")->isVisible());
    QVERIFY(fixture.find<SweepPanel>("sweepPanel")->plotted().isPrediction);
    QVERIFY(fixture.find<QPushButton>("sweepStart")->isEnabled());
    SweepState measured = decided();
    measured.scenario = fixture.engine.fakeSweeps().scenario();
    fixture.engine.fakeSweeps().show(measured);
    QVERIFY(!table->isVisible());
    QVERIFY(fixture.find<QTableView>("sweepTable")->isVisible());
    QVERIFY(!fixture.find<SweepPanel>("sweepPanel")->plotted().isPrediction);
  }

  void pageOfALiveScenario_predictsNothing_itMeasures() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    fixture.window.run(Command::find_workers);
    fixture.window.showNextFrame();
    QVERIFY(fixture.find<QLabel>("sweepIntro")->isVisible());
    QVERIFY(!fixture.find<QTableView>("predictionTable")->isVisible());
  }
};

QTEST_MAIN(SweepTest)
#include "sweep_test.moc"
