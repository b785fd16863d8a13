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

  void rows_standByTheirNumbers_notByWhoWasSeenFirst() {
    const auto directory = std::make_shared<trace::Directory>();
    session::Session session;
    const auto sink = session.add_process(directory);
    std::vector<trace::Event> events;
    for (const std::uint32_t number : {2U, 0U, 1U}) {
      const std::string name = "web_" + std::to_string(number);
      const trace::ThreadId thread = directory->add_thread({name, number + 10});
      events.push_back({.time_ns = 1000 + events.size(),
                        .thread = thread,
                        .kind = trace::EventKind::worker_started,
                        .pool = 1,
                        .detail = trace::worker_detail(directory->intern(name), number)});
    }
    events.push_back({.time_ns = 2000, .kind = trace::EventKind::marker, .detail = 0});
    sink->consume(events);
    sink->consume({});  // publishes what it was given
    WorkerTableModel model;
    model.setStatistics(*session.snapshot(), session.snapshot()->statistics());
    QStringList names;
    for (int row = 0; row < model.rowCount(); ++row) {
      names << model.index(row, 0).data().toString();
    }
    QCOMPARE(names, (QStringList{"web_0", "web_1", "web_2"}));
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
