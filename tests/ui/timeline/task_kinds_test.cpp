// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/task_kinds.h"

#include "tests/ui/timeline/fake_snapshot.h"
#include "ui/timeline/coloring.h"
#include "ui/timeline/legend.h"

#include <QTest>

#include <array>

using namespace poolscope;
using namespace poolscope::ui;

class TaskKindsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void kinds_ofASession_areNumberedAsTheyAppear();
  void kinds_whileTheSessionGrows_keepTheirColours();
  void kinds_thatComeLate_haveColoursOfTheirOwn();
  void kinds_beyondThePalette_shareNoColourOfOthers();
  void kindOf_name_dropsItsNumber_data();
  void kindOf_name_dropsItsNumber();
};

void TaskKindsTest::kinds_ofASession_areNumberedAsTheyAppear() {
  test::FakeSnapshot s;
  const auto pool = s.addPool(0, 2);
  const auto caller = s.addCaller("main");
  for (const char* name : {"fetch", "parse", "fetch", "resize 7", "resize 8"}) {
    s.addTask(pool, caller, 1, name);
  }
  const TaskKinds kinds(s);
  QCOMPARE(kinds.size(), std::size_t(3));
  QCOMPARE(kinds("fetch"), 0);
  QCOMPARE(kinds("parse"), 1);
  QCOMPARE(kinds("resize 123"), 2);
  QCOMPARE(kinds("never seen"), TaskKinds::kOther);
}

void TaskKindsTest::kinds_whileTheSessionGrows_keepTheirColours() {
  test::FakeSnapshot s;
  const auto pool = s.addPool(0, 2);
  const auto caller = s.addCaller("main");
  s.addTask(pool, caller, 1, "b");
  const int before = TaskKinds(s)("b");
  for (int i = 0; i < 500; ++i) {
    s.addTask(pool, caller, 2 + i, i % 2 == 0 ? "a" : "c");
  }
  QCOMPARE(TaskKinds(s)("b"), before);
}

void TaskKindsTest::kinds_thatComeLate_haveColoursOfTheirOwn() {
  test::FakeSnapshot s;
  const auto pool = s.addPool(0, 2);
  const auto caller = s.addCaller("main");
  for (int i = 0; i < 400; ++i) {
    s.addTask(pool, caller, 1 + i, "fetch");
  }
  s.addTask(pool, caller, 500, "archive 12");
  const TaskKinds kinds(s);
  QCOMPARE(kinds.size(), std::size_t(2));
  QCOMPARE(kinds.name(1), std::string_view("archive"));
  QCOMPARE(kinds("archive 13"), 1);
}

void TaskKindsTest::kinds_beyondThePalette_shareNoColourOfOthers() {
  test::FakeSnapshot s;
  const auto pool = s.addPool(0, 2);
  const auto caller = s.addCaller("main");
  const std::array names{"alpha", "beta", "gamma", "delta", "eps", "zeta", "eta", "theta"};
  for (int i = 0; i < static_cast<int>(names.size()); ++i) {
    s.addTask(pool, caller, 1 + i, names[static_cast<std::size_t>(i)]);
  }
  const TaskKinds kinds(s);
  QCOMPARE(kinds("zeta"), 5);
  QCOMPARE(kinds("eta"), TaskKinds::kOther);
  QCOMPARE(swatchOf({}, {.kind = kinds("eta")}), swatch::kNeutral);
  const Legend legend = legendOf(s, {}, false);
  QCOMPARE(legend.entries.at(6).text, QStringLiteral("2 other kinds"));
  QCOMPARE(legend.entries.at(6).swatches, QList<int>{swatch::kNeutral});
}

void TaskKindsTest::kindOf_name_dropsItsNumber_data() {
  QTest::addColumn<QByteArray>("name");
  QTest::addColumn<QByteArray>("kind");
  QTest::newRow("plain") << QByteArray("fetch page") << QByteArray("fetch page");
  QTest::newRow("space") << QByteArray("page 17") << QByteArray("page");
  QTest::newRow("hash") << QByteArray("page #17") << QByteArray("page");
  QTest::newRow("underscore") << QByteArray("page_17") << QByteArray("page");
  QTest::newRow("only a number") << QByteArray("17") << QByteArray("");
  QTest::newRow("empty") << QByteArray("") << QByteArray("");
}

void TaskKindsTest::kindOf_name_dropsItsNumber() {
  QFETCH(QByteArray, name);
  QFETCH(QByteArray, kind);
  const std::string text = name.toStdString();
  QCOMPARE(TaskKinds::kindOf(text), std::string_view(kind.constData()));
}

QTEST_APPLESS_MAIN(TaskKindsTest)
#include "task_kinds_test.moc"
