// SPDX-License-Identifier: Apache-2.0
#include "core/base/cores.h"
#include "core/base/memory.h"
#include "core/base/result.h"
#include "core/base/thread_name.h"

#include <QtTest>

#include <array>
#include <pthread.h>
#include <sched.h>
#include <string>
#include <thread>

using namespace poolscope;

class BaseTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void osThreadName_cutsBeforeTheNumber_data() {
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("empty") << QByteArray("") << QByteArray("");
    QTest::newRow("short") << QByteArray("web_0") << QByteArray("web_0");
    QTest::newRow("15 bytes") << QByteArray("abcdefghijklm_1") << QByteArray("abcdefghijklm_1");
    QTest::newRow("default") << QByteArray("ThreadPoolExecutor-0_12")
                             << QByteArray("ThreadPoolEx_12");
    QTest::newRow("no number") << QByteArray("abcdefghijklmnopqrs")
                               << QByteArray("abcdefghijklmno");
    QTest::newRow("number too long")
        << QByteArray("a_2345678901234567") << QByteArray("a_2345678901234");
    QTest::newRow("last mark counts")
        << QByteArray("my_long_prefix_of_4095") << QByteArray("my_long_pr_4095");
  }
  void osThreadName_cutsBeforeTheNumber() {
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, expected);
    QCOMPARE(QByteArray::fromStdString(os_thread_name(name.toStdString())), expected);
  }

  void setCurrentThreadName_namesOnlyTheCaller() {
    std::array<char, 16> name = {};
    std::thread([&] {
      set_current_thread_name("prefix-of-many-bytes_7");
      pthread_getname_np(pthread_self(), name.data(), name.size());
    }).join();
    QCOMPARE(std::string(name.data()), std::string("prefix-of-man_7"));
  }

  void usableCores_followsTheAffinityMask() {
    cpu_set_t before;
    QCOMPARE(sched_getaffinity(0, sizeof(before), &before), 0);
    QVERIFY(usable_cores() >= 1);
    QVERIFY(usable_cores() <= std::size_t(CPU_COUNT(&before)));
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu) {
      if (CPU_ISSET(cpu, &before)) {
        CPU_SET(cpu, &one);
      }
    }
    QCOMPARE(sched_setaffinity(0, sizeof(one), &one), 0);
    const std::size_t pinned = usable_cores();
    const std::size_t thumb = rule_of_thumb_workers();
    sched_setaffinity(0, sizeof(before), &before);
    QCOMPARE(pinned, std::size_t(1));
    QCOMPARE(thumb, std::size_t(5));
  }

  void usableMemory_isSome() { QVERIFY(usable_memory() >= std::size_t{256} << 20); }

  void error_message_saysWhatIsThere_data() {
    QTest::addColumn<QByteArray>("subject");
    QTest::addColumn<QByteArray>("reason");
    QTest::addColumn<QByteArray>("advice");
    QTest::addColumn<QByteArray>("message");
    const QByteArray none;
    QTest::newRow("all") << QByteArray("a.toml") << QByteArray("is a folder")
                         << QByteArray("name a file")
                         << QByteArray("a.toml: is a folder; name a file");
    QTest::newRow("no advice") << QByteArray("a.toml") << QByteArray("is a folder") << none
                               << QByteArray("a.toml: is a folder");
    QTest::newRow("no subject") << none << QByteArray("is a folder") << QByteArray("name a file")
                                << QByteArray("is a folder; name a file");
    QTest::newRow("control characters")
        << QByteArray("a\nb\x1b[2J.toml") << QByteArray("is\ra folder") << QByteArray("\xc3\xa9\t")
        << QByteArray("a?b?[2J.toml: is?a folder; \xc3\xa9?");
  }
  void error_message_saysWhatIsThere() {
    QFETCH(QByteArray, subject);
    QFETCH(QByteArray, reason);
    QFETCH(QByteArray, advice);
    QFETCH(QByteArray, message);
    const Result<int> result =
        failure(subject.toStdString(), reason.toStdString(), advice.toStdString());
    QVERIFY(!result.has_value());
    QCOMPARE(QByteArray::fromStdString(result.error().message()), message);
  }
};

QTEST_APPLESS_MAIN(BaseTest)
#include "base_test.moc"
