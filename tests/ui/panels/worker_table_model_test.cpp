// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/worker_table_model.h"

#include "sample_session.h"

#include <QAbstractItemModelTester>
#include <QTest>

using namespace poolscope;
using ui::WorkerTableModel;

namespace {

constexpr session::TimeNs kMs = 1'000'000;

}  // namespace

class WorkerTableModelTest : public QObject {
  Q_OBJECT

  static std::shared_ptr<const session::Snapshot> workers(std::uint32_t count) {
    ui::SampleSession sample(count);
    for (std::uint32_t i = 0; i < count; ++i) {
      sample.ordinary(0, 10 * kMs, 60 * kMs, i);
      if (i == 0) {
        sample.ordinary(0, 60 * kMs, 110 * kMs, i);
      }
    }
    return sample.snapshot();
  }

 private Q_SLOTS:
  void model_keepsItsPromises_whileItGrowsAndShrinks() {
    WorkerTableModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    for (const std::uint32_t count : {1U, 3U, 3U, 2U}) {
      const auto snapshot = workers(count);
      model.setStatistics(*snapshot, snapshot->statistics());
      QCOMPARE(model.rowCount(), static_cast<int>(count));
    }
    model.clear();
    QCOMPARE(model.rowCount(), 0);
  }

  void row_tellsWhatItsWorkerDid() {
    const auto snapshot = workers(2);
    WorkerTableModel model;
    model.setStatistics(*snapshot, snapshot->statistics());
    QStringList texts;
    for (int column = 0; column < model.columnCount(); ++column) {
      texts << model.index(0, column).data().toString().replace(QChar(0x00a0), u' ');
    }
    QCOMPARE(texts, (QStringList{"web_0", "2", "100 ms", "100 %"}));
    QCOMPARE(model.index(0, WorkerTableModel::tasks).data(Qt::UserRole).toULongLong(), 2ULL);
    QCOMPARE(model.index(1, WorkerTableModel::tasks).data(Qt::UserRole).toULongLong(), 1ULL);
  }

  void headers_haveTexts() {
    const WorkerTableModel model;
    for (int column = 0; column < model.columnCount(); ++column) {
      QVERIFY(!model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString().isEmpty());
    }
  }
};

QTEST_GUILESS_MAIN(WorkerTableModelTest)
#include "worker_table_model_test.moc"
