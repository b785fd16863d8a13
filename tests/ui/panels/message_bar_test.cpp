// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/message_bar.h"

#include <QPushButton>
#include <QTest>

using poolscope::ui::MessageBar;
using Severity = MessageBar::Severity;

class MessageBarTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void withoutMessage_isHidden() {
    MessageBar bar;
    QVERIFY(bar.isHidden());
    QCOMPARE(bar.text(), QString());
  }

  void errors_comeFirst_restWaits() {
    MessageBar bar;
    bar.post("a", Severity::info, "saved");
    bar.post("b", Severity::error, "disk full");
    bar.post("c", Severity::warning, "cut off");
    QStringList seen;
    while (bar.count() > 0) {
      seen << bar.text();
      bar.dismiss();
    }
    QCOMPARE(seen, (QStringList{"disk full", "cut off", "saved"}));
    QVERIFY(bar.isHidden());
  }

  void newerFailure_isShown_theOlderWaits() {
    MessageBar bar;
    bar.post("a", Severity::error, "disk full");
    bar.post("b", Severity::error, "not a trace");
    QCOMPARE(bar.text(), QStringLiteral("not a trace"));
    bar.post("a", Severity::error, "disk full");  // it failed once more
    QCOMPARE(bar.text(), QStringLiteral("disk full"));
    QCOMPARE(bar.count(), 2);
    bar.post("c", Severity::warning, "cut off");
    QCOMPARE(bar.text(), QStringLiteral("disk full"));
  }

  void goodNews_comesFirst_forAWhile() {
    MessageBar bar;
    bar.setNewsTime(std::chrono::milliseconds(30));
    bar.post("a", Severity::error, "disk full");
    bar.post("info", Severity::info, "saved");
    QCOMPARE(bar.text(), QStringLiteral("saved"));
    QTRY_COMPARE(bar.text(), QStringLiteral("disk full"));
    QCOMPARE(bar.count(), 2);
  }

  void failure_afterGoodNews_isNotHiddenByIt() {
    MessageBar bar;
    bar.post("info", Severity::info, "saved");
    bar.post("a", Severity::error, "disk full");
    QCOMPARE(bar.text(), QStringLiteral("disk full"));
  }

  void sameId_replaces() {
    MessageBar bar;
    bar.post("lost", Severity::warning, "1 event lost");
    bar.post("lost", Severity::warning, "2 events lost");
    QCOMPARE(bar.count(), 1);
    QCOMPARE(bar.text(), QStringLiteral("2 events lost"));
  }

  void retract_takesItAway() {
    MessageBar bar;
    bar.post("trouble", Severity::warning, "No network");
    bar.retract("other");
    QCOMPARE(bar.count(), 1);
    bar.retract("trouble");
    QVERIFY(bar.isHidden());
  }

  void buttonAndEscape_dismiss() {
    MessageBar bar;
    bar.post("a", Severity::info, "one");
    bar.post("b", Severity::info, "two");
    QCOMPARE(bar.text(), QStringLiteral("two"));
    bar.findChild<QPushButton*>(QStringLiteral("dismissMessage"))->click();
    QCOMPARE(bar.text(), QStringLiteral("one"));
    QTest::keyClick(&bar, Qt::Key_Escape);
    QCOMPARE(bar.count(), 0);
  }

  void message_isToldToScreenReaders() {
    MessageBar bar;
    bar.post("a", Severity::error, "disk full");
    QCOMPARE(bar.accessibleDescription(), QStringLiteral("disk full"));
  }
};

QTEST_MAIN(MessageBarTest)
#include "message_bar_test.moc"
