// SPDX-License-Identifier: Apache-2.0
#include "core/base/sleep_watch.h"

#include <QTest>

using poolscope::SleepWatch;

class SleepWatchTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void sleep_isToldOnce_data() {
    QTest::addColumn<quint64>("seconds");
    QTest::addColumn<QByteArray>("words");
    QTest::newRow("an hour") << quint64{3'600} << QByteArray("the computer slept for 1 h 0 min");
    QTest::newRow("a night") << quint64{30'000} << QByteArray("the computer slept for 8 h 20 min");
    QTest::newRow("minutes") << quint64{125} << QByteArray("the computer slept for 2 min 5 s");
    QTest::newRow("seconds") << quint64{2} << QByteArray("the computer slept for 2 s");
  }
  void sleep_isToldOnce() {
    QFETCH(quint64, seconds);
    QFETCH(QByteArray, words);
    constexpr quint64 kSecond = 1'000'000'000;
    SleepWatch watch(500 * kSecond, 100 * kSecond);
    QCOMPARE(watch.look(501 * kSecond, 101 * kSecond), std::string());
    const quint64 boot = (501 + seconds) * kSecond;
    QCOMPARE(watch.look(boot, 101 * kSecond), words.toStdString());
    QCOMPARE(watch.look(boot + kSecond, 102 * kSecond), std::string());
  }

  void clocksReadOneAfterTheOther_areNoSleep() {
    SleepWatch watch(1'000, 1'000);
    QCOMPARE(watch.look(900'000'000, 1'000), std::string());
    QCOMPARE(watch.look(1'000, 900'000'000), std::string());  // it cannot sleep less than nothing
  }
};

QTEST_APPLESS_MAIN(SleepWatchTest)
#include "sleep_watch_test.moc"
