// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/kind_table_model.h"

#include <QAbstractItemModelTester>
#include <QTest>

#include <string>
#include <vector>

using namespace poolscope;
using ui::KindTableModel;

class KindTableModelTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void model_keepsItsPromises_whileItGrowsAndShrinks() {
    KindTableModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    for (const std::size_t count : {1, 3, 3, 0, 2}) {
      model.setKinds(std::vector<session::KindStatistics>(count, {.name = "a", .finished = 1}));
      QCOMPARE(model.rowCount(), static_cast<int>(count));
    }
  }

  void row_tellsHowTasksOfTheKindEnded() {
    KindTableModel model;
    model.setKinds(
        {{.name = "fetch", .started = 5, .finished = 4, .failed = 2, .cancelled = 3}, {}});
    QStringList texts;
    for (int column = 0; column < model.columnCount(); ++column) {
      texts << model.index(0, column).data().toString();
    }
    QCOMPARE(texts, (QStringList{"fetch", "4", "2", "3"}));
    QCOMPARE(model.index(0, KindTableModel::failed).data(Qt::UserRole).toULongLong(), 2ULL);
    QCOMPARE(model.index(1, 0).data().toString(), QStringLiteral("(without a name)"));
  }

  void moreKindsThanCanBeRead_areAddedUp() {
    constexpr std::size_t kKinds = KindTableModel::kMostRows + 50;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < kKinds; ++i) {
      names.push_back("task " + std::to_string(i));
    }
    std::vector<session::KindStatistics> kinds;
    for (const std::string& name : names) {
      kinds.push_back({.name = name, .finished = 1});
    }
    KindTableModel model;
    model.setKinds(kinds);
    QCOMPARE(model.rowCount(), static_cast<int>(KindTableModel::kMostRows) + 1);
    const int last = model.rowCount() - 1;
    QVERIFY(model.index(last, 0).data().toString().contains(QLatin1String("50")));
    QCOMPARE(model.index(last, KindTableModel::finished).data(Qt::UserRole).toULongLong(), 50ULL);
  }
};

QTEST_GUILESS_MAIN(KindTableModelTest)
#include "kind_table_model_test.moc"
