// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/sweep_panel.h"

#include "sweep_samples.h"
#include "ui/panels/format.h"
#include "ui/panels/prediction_table_model.h"
#include "ui/panels/scaling_view.h"
#include "ui/panels/sweep_table_model.h"
#include "ui/panels/theory_table_model.h"

#include <QAbstractItemModelTester>
#include <QAccessible>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>
#include <QTest>

using namespace poolscope;
using namespace poolscope::ui;
using Activity = SweepState::Activity;

namespace {

const std::vector<std::uint64_t> kCounts{1, 2, 4, 8, 16, 32};
const SweepPanel::Surroundings kRunning{.scenario = QStringLiteral("Web scraping"),
                                        .canResize = true};

template <typename Widget = QLabel>
Widget* find(SweepPanel& panel, const char* name) {
  return panel.findChild<Widget*>(QString::fromLatin1(name));
}

bool isShown(SweepPanel& panel, const char* name) {
  return find<QWidget>(panel, name)->isVisibleTo(&panel);
}

}  // namespace

class SweepPanelTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void atFirst_itSaysWhatItIsFor() {
    SweepPanel panel;
    panel.showState({}, kRunning);
    QVERIFY(isShown(panel, "sweepIntro"));
    QVERIFY(find(panel, "sweepIntro")->text().contains(QLatin1String("cores + 4")));
    QVERIFY(!isShown(panel, "scalingView"));
    QVERIFY(find<QPushButton>(panel, "sweepStart")->isEnabled());
    panel.showState({}, {});
    QVERIFY(!find<QPushButton>(panel, "sweepStart")->isEnabled());
  }

  void start_asksForWhatWasTyped() {
    SweepPanel panel;
    panel.showState({}, kRunning);
    SweepRequest asked;
    int starts = 0;
    connect(&panel, &SweepPanel::startWanted, &panel, [&](const SweepRequest& request) {
      asked = request;
      ++starts;
    });
    find<QPushButton>(panel, "sweepStart")->click();
    QVERIFY(asked.workers.empty());
    QCOMPARE(asked.budgetSeconds, 120.0);
    find<QLineEdit>(panel, "sweepWorkers")->setText(QStringLiteral("8, 1,2"));
    find<QSpinBox>(panel, "sweepBudget")->setValue(30);
    QTest::keyClick(find<QLineEdit>(panel, "sweepWorkers"), Qt::Key_Return);
    QCOMPARE(starts, 2);
    QCOMPARE(asked.workers, (std::vector<std::uint64_t>{1, 2, 8}));
    QCOMPARE(asked.budgetSeconds, 30.0);
  }

  void start_withWhatIsNoCount_saysSo_andStartsNothing() {
    SweepPanel panel;
    panel.showState({}, kRunning);
    QSignalSpy started(&panel, &SweepPanel::startWanted);
    auto* workers = find<QLineEdit>(panel, "sweepWorkers");
    workers->setText(QStringLiteral("1,two"));
    find<QPushButton>(panel, "sweepStart")->click();
    QCOMPARE(started.count(), 0);
    QVERIFY(isShown(panel, "sweepMistake"));
    QVERIFY(find(panel, "sweepMistake")->text().contains(QLatin1String("'two'")));
    QTest::keyClicks(workers, QStringLiteral("3"));
    QVERIFY(!isShown(panel, "sweepMistake"));
  }

  void whileItRuns_progressAndPlotGrow_andCancelIsThere() {
    SweepPanel panel;
    panel.showState(sampleState(Activity::running, sampleSweep({1, 2}, 0.01, 1)), kRunning);
    QVERIFY(!isShown(panel, "sweepStart"));
    QVERIFY(!isShown(panel, "sweepUse"));
    QVERIFY(!find<QLineEdit>(panel, "sweepWorkers")->isEnabled());
    const QString text = find(panel, "sweepProgressText")->text();
    QVERIFY2(text.contains(QLatin1String("8 workers, run 5 of 18")), qPrintable(text));
    QVERIFY2(text.endsWith(QLatin1String("about 12 s left")), qPrintable(text));
    QVERIFY(find<QProgressBar>(panel, "sweepProgress")->value() > 0);
    QCOMPARE(panel.plotted().points.size(), std::size_t{2});
    QCOMPARE(find(panel, "sweepVerdict")->text(), QStringLiteral("Measuring"));
    QSignalSpy cancelled(&panel, &SweepPanel::cancelWanted);
    find<QPushButton>(panel, "sweepCancel")->click();
    QCOMPARE(cancelled.count(), 1);
    panel.showState(sampleState(Activity::running, sampleSweep(kCounts, 0.004)), kRunning);
    QCOMPARE(panel.plotted().points.size(), std::size_t{6});
    QVERIFY(find(panel, "sweepVerdict")->text().startsWith(QLatin1String("So far")));
    panel.showState(sampleState(Activity::cancelling, sampleSweep(kCounts, 0.004)), kRunning);
    QVERIFY(!find<QPushButton>(panel, "sweepCancel")->isEnabled());
  }

  void decided_itRecommends_withReasonAndRuleOfThumb_andUsesIt() {
    const auto result = sampleSweep(kCounts, 0.004);
    QVERIFY(result.recommendation.workers);
    const int recommended = static_cast<int>(*result.recommendation.workers);
    SweepPanel panel;
    panel.showState(sampleState(Activity::ended, result), kRunning);
    QVERIFY(find(panel, "sweepVerdict")->text().contains(QString::number(recommended)));
    QCOMPARE(find(panel, "sweepReason")->text(), QString::fromStdString(result.reason));
    QVERIFY(find(panel, "sweepReason")->text().contains(QLatin1String("rule of thumb")));
    auto* use = find<QPushButton>(panel, "sweepUse");
    QVERIFY(use->text().contains(QString::number(recommended)));
    QSignalSpy wanted(&panel, &SweepPanel::workersWanted);
    use->click();
    QCOMPARE(wanted.count(), 1);
    QCOMPARE(wanted.first().first().toInt(), recommended);
    panel.showState(sampleState(Activity::ended, result), {.scenario = kRunning.scenario});
    QVERIFY(!use->isEnabled());
  }

  void noise_isCannotTell_andNothingIsToBeUsed() {
    SweepPanel panel;
    panel.showState(sampleState(Activity::ended, sampleSweep(kCounts, 0.4)), kRunning);
    QCOMPARE(find(panel, "sweepVerdict")->text(), QStringLiteral("Can't tell"));
    const QString reason = find(panel, "sweepReason")->text();
    QVERIFY2(reason.size() > 20 && reason.front().isUpper(), qPrintable(reason));
    QVERIFY2(!reason.contains(QLatin1String("Can't tell")), qPrintable(reason));  // a second time
    QVERIFY(!isShown(panel, "sweepUse"));
  }

  void unsure_itGoesOnBeyondThePlan_andSaysForHowLongAtMost() {
    SweepState state = sampleState(Activity::running, sampleSweep(kCounts, 0.4));
    state.progress.runs_done = 69;
    state.progress.runs_planned = 70;
    state.progress.unsure = true;
    state.progress.left = 45;
    QCOMPARE(sweepProgressText(state),
             QStringLiteral("8 workers, run 70, not sure yet: at most 45 s more"));
    QCOMPARE(sweepProgressText(state, true), QStringLiteral("not sure yet: at most 45 s more"));
  }

  void cancelled_beforeAnythingWasMeasured_itSaysThat_andShowsNoEmptyTables() {
    experiment::SweepResult result{.scenario = "web-scraping",
                                   .end = experiment::SweepEnd::cancelled};
    experiment::evaluate(result, {}, true);
    result.notes = {"It was cancelled; this is what was measured until then."};
    SweepPanel panel;
    panel.showState(sampleState(Activity::ended, result), kRunning);
    QCOMPARE(find(panel, "sweepVerdict")->text(), QStringLiteral("Cancelled"));
    QVERIFY(find(panel, "sweepReason")->text().contains(QLatin1String("before the first")));
    QVERIFY(!isShown(panel, "sweepNotes"));
    QVERIFY(!isShown(panel, "sweepTable"));
    QVERIFY(!isShown(panel, "sweepSaveData"));
    QVERIFY(isShown(panel, "sweepStart"));
  }

  void ofAScenarioThatRanBefore_itSaysSo_andOffersToMeasureTheOther() {
    SweepPanel panel;
    const SweepState state = sampleState(Activity::ended, sampleSweep(kCounts, 0.004));
    panel.showState(state, kRunning);
    QCOMPARE(find<QPushButton>(panel, "sweepStart")->text(), QStringLiteral("M&easure again"));
    SweepPanel::Surroundings other = kRunning;
    other.scenario = QStringLiteral("Computing");
    panel.showState(state, other);
    QCOMPARE(find<QPushButton>(panel, "sweepStart")->text(),
             QStringLiteral("M&easure what runs now"));
    QCOMPARE(find(panel, "sweepScenario")->text(),
             QStringLiteral("Web scraping, which is not what runs now"));
    QVERIFY(!find<QPushButton>(panel, "sweepUse")->isEnabled());
  }

  void form_takesNoRoomForAMistakeThatIsNone() {
    SweepPanel panel;
    panel.showState({}, kRunning);
    QVERIFY(!isShown(panel, "sweepMistake"));
  }

  void cancelled_itKeepsWhatWasMeasured() {
    auto result = sampleSweep(kCounts, 0.004);
    result.end = experiment::SweepEnd::cancelled;
    result.notes = {"It was cancelled; this is what was measured until then."};
    SweepPanel panel;
    panel.showState(sampleState(Activity::ended, result), kRunning);
    QCOMPARE(panel.plotted().points.size(), std::size_t{6});
    QVERIFY(find(panel, "sweepNotes")->text().contains(QLatin1String("cancelled")));
    QVERIFY(find<QPushButton>(panel, "sweepSavePlot")->isEnabled());
  }

  void failed_itSaysWhy_andHasNothingToSave() {
    SweepState state = sampleState(Activity::ended, {.scenario = "web-scraping"});
    state.result.end = experiment::SweepEnd::failed;
    state.error = QStringLiteral("web-scraping: nothing answers");
    SweepPanel panel;
    panel.showState(state, kRunning);
    QCOMPARE(find(panel, "sweepReason")->text(), state.error);
    QCOMPARE(find(panel, "sweepReason")->textFormat(), Qt::PlainText);
    QVERIFY(!find<QPushButton>(panel, "sweepSavePlot")->isEnabled());
    QVERIFY(!find<QPushButton>(panel, "sweepSaveData")->isEnabled());
  }

  void escape_leadsBack() {
    SweepPanel panel;
    panel.showState({}, kRunning);
    QSignalSpy closed(&panel, &SweepPanel::closeWanted);
    QTest::keyClick(find<QLineEdit>(panel, "sweepWorkers"), Qt::Key_Escape);
    QCOMPARE(closed.count(), 1);
  }

  void focus_followsTheButtonThatTakesTheOthersPlace() {
    SweepPanel panel;
    panel.showState({}, kRunning);
    panel.show();
    QVERIFY(QTest::qWaitForWindowActive(&panel));
    panel.takeFocus();
    QVERIFY(find<QPushButton>(panel, "sweepStart")->hasFocus());
    panel.showState(sampleState(Activity::running, {}), kRunning);
    QVERIFY(find<QPushButton>(panel, "sweepCancel")->hasFocus());
    panel.showState(sampleState(Activity::cancelling, {}), kRunning);
    panel.showState(sampleState(Activity::ended, sampleSweep(kCounts, 0.004)), kRunning);
    QVERIFY(find<QPushButton>(panel, "sweepStart")->hasFocus());
  }

  void table_tellsEachPoint_andKeepsItsPromises() {
    SweepTableModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setResult(sampleSweep({1, 2}, 0.01, 1));
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.index(0, SweepTableModel::interval).data().toString(), QStringLiteral("\u2013"));
    const auto result = sampleSweep(kCounts, 0.004);
    model.setResult(result);
    QCOMPARE(model.rowCount(), 6);
    const auto text = [&](int row, int column) {
      return model.index(row, column).data().toString();
    };
    QCOMPARE(text(0, SweepTableModel::throughput), QStringLiteral("16.0"));
    QVERIFY(text(0, SweepTableModel::interval).contains(QLatin1String(" to ")));
    QCOMPARE(text(0, SweepTableModel::predicted), QStringLiteral("16.5"));
    QCOMPARE(text(3, SweepTableModel::queueWait), formatSeconds(0.25));
    QCOMPARE(text(3, SweepTableModel::predictedWait), formatSeconds(2.1 / 8));
    QVERIFY(model.headerData(SweepTableModel::predictedWait, Qt::Horizontal, Qt::DisplayRole)
                .toString()
                .startsWith(QLatin1String("Predicted")));
    QCOMPARE(text(0, SweepTableModel::busy), formatShare(0.97));
    QCOMPARE(text(0, SweepTableModel::cpu), formatShare(0.25));
    QCOMPARE(text(0, SweepTableModel::memory), QStringLiteral("64 MiB"));
    int marked = 0;
    for (int row = 0; row < model.rowCount(); ++row) {
      marked += text(row, SweepTableModel::workers).contains(QChar(0x2713)) ? 1 : 0;
    }
    QCOMPARE(marked, 1);
  }

  void theory_standsNextToWhatWasMeasured_withWhereItDoesNotApply() {
    experiment::SweepResult result = sampleSweep(kCounts, 0.004);
    for (experiment::SweepPoint& point : result.points) {
      for (experiment::RunFigures& run : point.runs) {
        run.run_time_mean = 0.05;
        run.finish_rate = run.throughput;
        run.busy_workers = run.throughput * 0.05;
        run.queue_wait_mean = 0.25;
      }
    }
    SweepPanel panel;
    panel.showState(sampleState(Activity::ended, result), kRunning);
    auto* table = find<QTableView>(panel, "theoryTable");
    QVERIFY(table->isVisibleTo(&panel));
    QAbstractItemModelTester tester(table->model(),
                                    QAbstractItemModelTester::FailureReportingMode::QtTest);
    const auto text = [&](int row, int column) {
      return table->model()->index(row, column).data().toString();
    };
    QCOMPARE(text(0, TheoryTableModel::busy), QStringLiteral("0.80"));
    QCOMPARE(text(0, TheoryTableModel::busyByLittlesLaw), QStringLiteral("0.80"));
    QCOMPARE(text(0, TheoryTableModel::wait), formatSeconds(0.25));
    QCOMPARE(text(0, TheoryTableModel::waitByErlangC), QStringLiteral("\u2013"));
    const QString notes = find(panel, "theoryNotes")->text();
    QVERIFY2(notes.contains(QLatin1String("holds")), qPrintable(notes));
    QVERIFY2(notes.contains(QLatin1String("not for this load")), qPrintable(notes));

    result.load = {.pattern = workload::LoadPattern::poisson, .rate_per_s = 10};
    panel.showState(sampleState(Activity::ended, result), kRunning);
    QCOMPARE(text(0, TheoryTableModel::waitByErlangC), formatSeconds(0.05));  // M/M/1, half busy
    QCOMPARE(table->model()->index(0, TheoryTableModel::workers).data(Qt::UserRole).toInt(), 1);
  }

  void plot_isReadPointByPoint() {
    ScalingView view;
    view.resize(600, 300);
    view.showData(scalingData(sampleSweep(kCounts, 0.004)));
    QAccessibleInterface* chart = QAccessible::queryAccessibleInterface(&view);
    QVERIFY(chart != nullptr);
    QCOMPARE(chart->role(), QAccessible::Chart);
    QVERIFY(chart->childCount() >= 8);
    const QString point = chart->child(3)->text(QAccessible::Name);
    QVERIFY2(point.startsWith(QLatin1String("8 workers: ")), qPrintable(point));
    QVERIFY2(point.contains(QLatin1String("predicted")), qPrintable(point));
    const QString wait = point.section(QLatin1String("; "), 1);
    QCOMPARE(wait, QStringLiteral("queue wait p99 %1, predicted %2")
                       .arg(formatSeconds(0.25), formatSeconds(2.1 / 8)));
  }

  void waitsThatTheRunsCut_areAtLeastSoLong() {
    SweepTableModel model;
    auto result = sampleSweep(kCounts, 0.004);
    result.points[0].queue_wait_at_least = true;
    result.points[0].predicted_queue_wait_at_least = true;
    result.points[1].predicted_queue_wait_p99.reset();
    model.setResult(result);
    const auto text = [&](int row, int column) {
      return model.index(row, column).data().toString();
    };
    QCOMPARE(text(0, SweepTableModel::queueWait), QStringLiteral("> %1").arg(formatSeconds(2)));
    QCOMPARE(text(0, SweepTableModel::predictedWait),
             QStringLiteral("> %1").arg(formatSeconds(2.1)));
    QCOMPARE(text(1, SweepTableModel::predictedWait), QStringLiteral("\u2013"));
    const ScalingData data = scalingData(result);
    QVERIFY(scalingPointText(data.points[0])
                .endsWith(QStringLiteral("queue wait p99 at least %1, predicted at least %2")
                              .arg(formatSeconds(2), formatSeconds(2.1))));
    QVERIFY(!scalingPointText(data.points[1])
                 .section(QLatin1String("; "), 1)
                 .contains(QLatin1String("predicted")));
  }

  void narrowTables_giveUpWhatIsPredicted_oneByOne() {
    SweepPanel panel;
    panel.showState(sampleState(Activity::ended, sampleSweep(kCounts, 0.004)), kRunning);
    auto* table = find<QTableView>(panel, "sweepTable");
    panel.show();
    int shownColumns = 0;
    for (int width = 1400; width >= 400; width -= 20) {
      panel.resize(width, 900);
      QCoreApplication::processEvents();
      const bool predicted = !table->isColumnHidden(SweepTableModel::predicted);
      const bool wait = !table->isColumnHidden(SweepTableModel::predictedWait);
      QVERIFY(wait || !predicted);  // the throughput's goes first
      shownColumns |= predicted ? 4 : wait ? 2 : 1;
    }
    QCOMPARE(shownColumns, 7);
  }

  void whyNothingIsPredicted_isToldWithWhatToDo() {
    SweepPanel panel;
    panel.showState({}, {.prediction = std::make_shared<const SessionAnswer>(
                             tl::unexpected(experiment::NoWork::cpu_unknown)),
                         .session = QStringLiteral("pages.pftrace")});
    panel.show();
    const auto* intro = panel.findChild<QLabel*>(QStringLiteral("sweepIntro"));
    QVERIFY(intro->isVisible());
    QVERIFY(intro->text().contains(QLatin1String("Nothing can be predicted from pages.pftrace")));
    QVERIFY(intro->text().contains(QLatin1String("--cpu-time")));
    QVERIFY(!panel.findChild<QPushButton*>(QStringLiteral("sweepStart"))->isVisible());
  }

  void prediction_saysWhatItIsFrom() {
    experiment::SessionPrediction prediction;
    prediction.recorded_workers = 4;
    prediction.enough_workers = 4;
    prediction.points = {{.workers = 4, .predicted = {.throughput = 50}}};
    const auto answer = std::make_shared<const SessionAnswer>(prediction);
    SweepPanel panel;
    const auto* notes = panel.findChild<QLabel*>(QStringLiteral("sweepNotes"));
    panel.showState({}, {.prediction = answer});
    QCOMPARE(notes->text(), QStringLiteral("From what the tasks of this session did."));
    panel.showState({},
                    {.scenario = QStringLiteral("Burst"), .prediction = answer, .isOfRange = true});
    QCOMPARE(notes->text(),
             QStringLiteral("From what the tasks of the selected range did. \"Measure\" finds out "
                            "whether it is so."));
  }

  void predictionTable_hasWhatIsPredicted_andWhatWasSeen() {
    experiment::SessionPrediction prediction;
    prediction.recorded_workers = 4;
    prediction.enough_workers = 8;
    prediction.points = {
        {.workers = 2, .predicted = {.throughput = 50, .utilization = 1}},
        {.workers = 4,
         .seen = experiment::SeenFigures{.throughput = 99, .queue_wait_p99 = 0.2, .utilization = 1},
         .predicted = {.throughput = 100, .queue_wait_p99 = 0.25, .utilization = 0.9}},
        {.workers = 8, .predicted = {.throughput = 200, .queue_wait_p99 = 0.05}},
        {.workers = 9, .predicted = {.stands_still = true}}};
    SweepPanel panel;
    panel.showState({}, {.prediction = std::make_shared<const SessionAnswer>(prediction)});
    const auto* table = panel.findChild<QTableView*>(QStringLiteral("predictionTable"));
    const auto text = [&](int row, int column) {
      return table->model()->index(row, column).data().toString();
    };
    using Table = PredictionTableModel;
    QCOMPARE(table->model()->rowCount(), 4);
    QCOMPARE(text(3, Table::predicted), QStringLiteral("deadlock"));
    QCOMPARE(text(3, Table::predictedWait), QStringLiteral("\u2013"));
    QCOMPARE(text(3, Table::predictedBusy), QStringLiteral("\u2013"));
    QCOMPARE(text(0, Table::predictedWait), QStringLiteral("grows"));
    QCOMPARE(text(0, Table::seen), QStringLiteral("\u2013"));
    QCOMPARE(text(1, Table::workers), QStringLiteral("4"));
    QCOMPARE(text(1, Table::predicted), QStringLiteral("100"));
    QCOMPARE(text(1, Table::predictedWait), QStringLiteral("250 ms"));
    QCOMPARE(text(1, Table::seen), QStringLiteral("99.0"));
    QCOMPARE(text(1, Table::seenWait), formatSeconds(0.2));
    QVERIFY(!table->model()->index(2, Table::seen).data(Qt::UserRole).isValid());
    const ScalingData& plotted = panel.plotted();
    QCOMPARE(scalingVerdict(plotted), QStringLiteral("8 predicted"));
    QVERIFY(!plotted.points[0].isMeasured);
    QVERIFY(plotted.points[1].isMeasured);
  }
};

QTEST_MAIN(SweepPanelTest)
#include "sweep_panel_test.moc"
