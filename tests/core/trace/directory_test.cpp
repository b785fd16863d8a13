// SPDX-License-Identifier: Apache-2.0
#include "core/trace/directory.h"

#include <QtTest>

#include <barrier>
#include <string>
#include <thread>
#include <vector>

using namespace poolscope::trace;

class DirectoryTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void intern_givesOneIdForOneText() {
    Directory directory;
    QCOMPARE(directory.intern("a"), 1U);
    QCOMPARE(directory.intern("b"), 2U);
    QCOMPARE(directory.intern(std::string("a")), 1U);
    QCOMPARE(directory.name_count(), std::size_t(2));
    QCOMPARE(directory.name(1), std::string_view("a"));
    QCOMPARE(directory.name(2), std::string_view("b"));
  }

  void intern_ofNothing_isZero() {
    Directory directory;
    QCOMPARE(directory.intern(""), 0U);
    QCOMPARE(directory.name_count(), std::size_t(0));
    QVERIFY(directory.name(0).empty());
    QVERIFY(directory.name(1).empty());
    QVERIFY(directory.name(0xffff'ffff).empty());
  }

  void intern_ofManyTexts_keepsIdsAndAddresses() {
    constexpr unsigned kCount = 20'000;
    Directory directory;
    std::vector<const char*> addresses;
    for (unsigned i = 0; i < kCount; ++i) {
      QCOMPARE(directory.intern("text " + std::to_string(i)), i + 1);
      addresses.push_back(directory.name(i + 1).data());
    }
    for (unsigned i = 0; i < kCount; ++i) {
      QCOMPARE(directory.intern("text " + std::to_string(i)), i + 1);
      QCOMPARE(directory.name(i + 1).data(), addresses[i]);
      QCOMPARE(std::string(directory.name(i + 1)), "text " + std::to_string(i));
    }
  }

  void intern_fromManyThreads_agrees() {
    constexpr unsigned kThreads = 4;
    constexpr unsigned kTexts = 3'000;
    Directory directory;
    std::barrier start(kThreads);
    std::vector<std::vector<NameId>> ids(kThreads);
    std::vector<int> wrong(kThreads);
    {
      std::vector<std::jthread> threads;
      for (unsigned t = 0; t < kThreads; ++t) {
        threads.emplace_back([&, t] {
          start.arrive_and_wait();
          for (unsigned i = 0; i < kTexts; ++i) {
            const std::string text = std::to_string(i);
            ids[t].push_back(directory.intern(text));
            wrong[t] += directory.name(ids[t].back()) == text ? 0 : 1;
          }
        });
      }
    }
    for (unsigned t = 0; t < kThreads; ++t) {
      QCOMPARE(wrong[t], 0);
      QCOMPARE(ids[t], ids[0]);
    }
    QCOMPARE(directory.name_count(), std::size_t(kTexts));
  }

  void threads_areNumberedAndRenamed() {
    Directory directory({.pid = 42, .name = "it"});
    QCOMPARE(directory.process().pid, std::int64_t(42));
    QCOMPARE(directory.add_thread({.name = "main", .os_id = 7}), 1U);
    QCOMPARE(directory.add_thread({.name = "other"}), 2U);
    directory.set_thread_name(2, "web_0");
    directory.set_thread_name(3, "nobody");
    QCOMPARE(directory.thread(1).name, std::string("main"));
    QCOMPARE(directory.thread(1).os_id, std::int64_t(7));
    QCOMPARE(directory.thread(2).name, std::string("web_0"));
    QVERIFY(directory.thread(0).name.empty());
    QVERIFY(directory.thread(3).name.empty());
    QCOMPARE(directory.thread_count(), std::size_t(2));
  }
};

QTEST_APPLESS_MAIN(DirectoryTest)
#include "directory_test.moc"
