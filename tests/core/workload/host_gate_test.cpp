// SPDX-License-Identifier: Apache-2.0
#include "core/workload/host_gate.h"

#include <QtTest>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

using namespace poolscope::workload;
using Clock = HostGate::Clock;
using std::chrono::milliseconds;

class HostGateTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void limits_ofThisMachine_areNoneUnlessGiven();
  void atATime_oneMoreThanAllowed_waitsUntilOneLeaves();
  void rate_startsAreApart();
  void whoWaits_isNotOvertaken();
  void hosts_haveLimitsOfTheirOwn();
  void stop_endsTheWait_data();
  void stop_endsTheWait();
  void manyThreads_neverMoreThanAllowed();
};

void HostGateTest::limits_ofThisMachine_areNoneUnlessGiven() {
  HttpSettings http;
  QCOMPARE(HostGate::limits_for(http, "http://127.0.0.1:80/").at_a_time, std::uint64_t{0});
  QCOMPARE(HostGate::limits_for(http, "http://localhost/").rate_per_s, 0.0);
  QCOMPARE(HostGate::limits_for(http, "https://example.org/").at_a_time, kPoliteLimits.at_a_time);
  QCOMPARE(HostGate::limits_for(http, "https://example.org/").rate_per_s, kPoliteLimits.rate_per_s);
  http.per_host = 0;
  http.rate_per_host = 50;
  QCOMPARE(HostGate::limits_for(http, "http://localhost/").rate_per_s, 50.0);
  QCOMPARE(HostGate::limits_for(http, "https://example.org/").at_a_time, std::uint64_t{0});
}

void HostGateTest::atATime_oneMoreThanAllowed_waitsUntilOneLeaves() {
  HostGate gate;
  const HostGate::Limits two{.at_a_time = 2};
  const auto now = Clock::now();
  const auto first = gate.try_enter("a", two, now);
  auto second = gate.try_enter("a", two, now);
  QVERIFY(first && second);
  QVERIFY(!gate.try_enter("a", two, now));
  second.reset();
  QVERIFY(gate.try_enter("a", two, now));
}

void HostGateTest::rate_startsAreApart() {
  HostGate gate;
  const HostGate::Limits ten_a_second{.rate_per_s = 10};
  const auto now = Clock::now();
  QVERIFY(gate.try_enter("a", ten_a_second, now));
  QVERIFY(!gate.try_enter("a", ten_a_second, now + milliseconds(99)));
  QVERIFY(gate.try_enter("a", ten_a_second, now + milliseconds(100)));
  QVERIFY(!gate.try_enter("a", ten_a_second, now + milliseconds(150)));
}

/// Else a worker that is done with one page and comes for the next takes the place that it just
/// left, and those that wait starve.
void HostGateTest::whoWaits_isNotOvertaken() {
  HostGate gate;
  const HostGate::Limits one{.at_a_time = 1};
  auto first = gate.try_enter("a", one, Clock::now());
  std::atomic<int> order = 0;
  std::atomic<int> earlier = 0;
  std::atomic<int> later = 0;
  std::jthread a([&] {
    const auto pass = gate.enter("a", one, {});
    earlier = ++order;
  });
  while (gate.waiting("a") < 1) {
    std::this_thread::yield();
  }
  std::jthread b([&] {
    const auto pass = gate.enter("a", one, {});
    later = ++order;
  });
  while (gate.waiting("a") < 2) {
    std::this_thread::yield();
  }
  const bool overtakes = gate.try_enter("a", {.at_a_time = 2}, Clock::now()).has_value();
  first.reset();
  a.join();
  b.join();
  QVERIFY(!overtakes);
  QCOMPARE(earlier.load(), 1);
  QCOMPARE(later.load(), 2);
}

void HostGateTest::hosts_haveLimitsOfTheirOwn() {
  HostGate gate;
  const HostGate::Limits one{.at_a_time = 1, .rate_per_s = 1};
  const auto now = Clock::now();
  const auto a = gate.try_enter("a", one, now);
  const auto b = gate.try_enter("b", one, now);
  QVERIFY(a && b);
}

void HostGateTest::stop_endsTheWait_data() {
  QTest::addColumn<quint64>("atATime");
  QTest::addColumn<double>("rate");
  QTest::newRow("of those under way") << quint64{1} << 0.0;
  QTest::newRow("of the rate") << quint64{0} << 1e-6;
}

void HostGateTest::stop_endsTheWait() {
  QFETCH(quint64, atATime);
  QFETCH(double, rate);
  HostGate gate;
  const HostGate::Limits limits{.at_a_time = atATime, .rate_per_s = rate};
  const auto first = gate.try_enter("a", limits, Clock::now());
  QVERIFY(first);
  std::stop_source stop;
  bool entered = true;
  std::latch begun(1);
  std::jthread waits([&] {
    begun.count_down();
    entered = gate.enter("a", limits, stop.get_token()).has_value();
  });
  begun.wait();
  stop.request_stop();
  waits.join();
  QVERIFY(!entered);
}

void HostGateTest::manyThreads_neverMoreThanAllowed() {
  HostGate gate;
  const HostGate::Limits three{.at_a_time = 3};
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::atomic<int> passed = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 200; ++k) {
          const auto pass = gate.enter("a", three, {});
          const int now = ++inside;
          for (int seen = most.load(); now > seen && !most.compare_exchange_weak(seen, now);) {
          }
          passed += pass ? 1 : 0;
          std::this_thread::yield();
          --inside;
        }
      });
    }
  }
  QCOMPARE(passed.load(), 1600);
  QVERIFY2(most.load() <= 3, qPrintable(QString::number(most.load())));
}

QTEST_GUILESS_MAIN(HostGateTest)
#include "host_gate_test.moc"
