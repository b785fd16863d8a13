// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/statistics_panel.h"

#include "sample_session.h"
#include "ui/panels/worker_table_model.h"

#include <QLabel>
#include <QTableView>
#include <QTest>

using namespace poolscope;
using ui::StatisticsPanel;

namespace {

constexpr session::TimeNs kMs = 1'000'000;

}  // namespace

class StatisticsPanelTest : public QObject {
  Q_OBJECT

  static QString text(const StatisticsPanel& panel, const char* name) {
    const auto* label = panel.findChild<QLabel*>(QString::fromLatin1(name));
    return label == nullptr ? QString() : label->text().replace(QChar(0x00a0), u' ');
  }

 private Q_SLOTS:
  void selectedWorker_hasItsOwnTimesAndKinds() {
    StatisticsPanel panel;
    {
      ui::SampleSession sample(2);
      sample.ordinary(0, 10 * kMs, 60 * kMs, 0, "slow");
      sample.ordinary(0, 10 * kMs, 15 * kMs, 1, "quick");
      sample.ordinary(0, 15 * kMs, 20 * kMs, 1, "quick");
      const auto snapshot = sample.snapshot();
      panel.showStatistics(QStringLiteral("Whole session"), snapshot,
                           snapshot->range_statistics(0, 100 * kMs));
    }
    // The panel keeps what it shows alive.
    const auto* kinds = panel.findChild<QTableView*>(QStringLiteral("kindTable"));
    auto* workers = panel.findChild<QTableView*>(QStringLiteral("workerTable"));
    QCOMPARE(kinds->model()->rowCount(), 2);
    QCOMPARE(text(panel, "distribution13"), QStringLiteral("50.0 ms"));
    const QString ofAll = text(panel, "statisticsSubject");

    workers->selectRow(1);
    QVERIFY(text(panel, "statisticsSubject") != ofAll);
    QCOMPARE(text(panel, "distribution13"), QStringLiteral("5.00 ms"));
    QCOMPARE(kinds->model()->rowCount(), 1);
    QCOMPARE(kinds->model()->index(0, 0).data().toString(), QStringLiteral("quick"));
    const auto* histogram = panel.findChild<QWidget*>(QStringLiteral("histogram1"));
    QVERIFY(histogram->accessibleDescription().startsWith(u'2'));

    workers->clearSelection();
    QCOMPARE(text(panel, "statisticsSubject"), ofAll);
    QCOMPARE(kinds->model()->rowCount(), 2);

    panel.showNothing();
    QCOMPARE(kinds->model()->rowCount(), 0);
    QCOMPARE(workers->model()->rowCount(), 0);
  }

  void workersNames_haveRoomToBeToldApart_data() {
    QTest::addColumn<int>("width");
    QTest::addColumn<bool>("busyShown");
    QTest::newRow("usual") << 262 << true;
    QTest::newRow("narrow") << 150 << false;
  }
  void workersNames_haveRoomToBeToldApart() {
    QFETCH(int, width);
    QFETCH(bool, busyShown);
    ui::SampleSession sample(2);
    sample.ordinary(0, 10 * kMs, 2'060 * kMs, 0);
    sample.ordinary(0, 10 * kMs, 2'015 * kMs, 1);
    const auto snapshot = sample.snapshot();
    StatisticsPanel panel;
    panel.setTheme(ui::Theme::dark());
    auto* workers = panel.findChild<QTableView*>(QStringLiteral("workerTable"));
    workers->setFixedWidth(width);
    panel.show();
    panel.showStatistics(QStringLiteral("Whole session"), snapshot,
                         snapshot->range_statistics(0, 2'060 * kMs));
    QCoreApplication::processEvents();
    QCOMPARE(workers->textElideMode(), Qt::ElideMiddle);
    QVERIFY2(workers->columnWidth(0) >= workers->fontMetrics().averageCharWidth() * 10,
             qPrintable(QString::number(workers->columnWidth(0))));
    QCOMPARE(!workers->isColumnHidden(ui::WorkerTableModel::busy), busyShown);
    QCOMPARE(workers->model()->index(0, 0).data(Qt::ToolTipRole).toString(),
             workers->model()->index(0, 0).data().toString());
  }
};

QTEST_MAIN(StatisticsPanelTest)
#include "statistics_panel_test.moc"
