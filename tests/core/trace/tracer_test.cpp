// SPDX-License-Identifier: Apache-2.0
#include "core/trace/tracer.h"

#include "../trace/event_log.h"

#include <QtTest>

#include <array>
#include <atomic>
#include <barrier>
#include <latch>
#include <map>
#include <memory>
#include <optional>
#include <pthread.h>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace poolscope::trace;
using poolscope::testing::EventLog;

namespace {

Event event_at(std::uint64_t time_ns, ThreadId thread, std::uint64_t task = 0) {
  return {.time_ns = time_ns, .task = task, .thread = thread, .kind = EventKind::marker};
}

/// Calls a function with each batch.
struct CallingSink final : Sink {
  explicit CallingSink(std::function<void(std::span<const Event>)> function)
      : call(std::move(function)) {}
  void consume(std::span<const Event> events) override { call(events); }
  std::function<void(std::span<const Event>)> call;
};

}  // namespace

class TracerTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void flush_returnsWhenAllWasConsumed() {
    Tracer tracer;
    const auto log = std::make_shared<EventLog>();
    tracer.add_sink(log);
    Producer& producer = tracer.producer();
    for (std::uint64_t i = 1; i <= 1'000; ++i) {
      producer.record(event_at(i, producer.thread(), i));
      if (i % 100 == 0) {
        tracer.flush();
        QCOMPARE(log->events().size(), std::size_t(i));
      }
    }
    const auto events = log->events();
    for (std::size_t i = 0; i < events.size(); ++i) {
      QVERIFY(events[i] == event_at(i + 1, producer.thread(), i + 1));
    }
    QCOMPARE(tracer.lost_events(), std::uint64_t(0));
  }

  void flush_endsWithAnEmptyBatch() {
    Tracer tracer;
    const auto log = std::make_shared<EventLog>();
    tracer.add_sink(log);
    std::size_t before = log->empty_batches();
    for (int i = 0; i < 3; ++i) {
      tracer.marker("x");
      tracer.flush();
      QVERIFY(log->empty_batches() > before);
      before = log->empty_batches();
    }
  }

  void idle_afterTraffic_endsWithAnEmptyBatch() {
    Tracer tracer;
    std::atomic<int> phase = 0;  // 1: the event came, 2: an empty batch after it
    tracer.add_sink(std::make_shared<CallingSink>([&](std::span<const Event> events) {
      phase = !events.empty() ? 1 : (phase == 1 ? 2 : phase.load());
      phase.notify_all();
    }));
    tracer.marker("x");
    phase.wait(0);
    phase.wait(1);
    QCOMPARE(phase.load(), 2);
  }

  void withoutSink_nothingIsKeptOrLost() {
    Tracer tracer;
    Producer& producer = tracer.producer();
    QVERIFY(!producer.enabled());
    for (std::uint64_t i = 0; i < 100'000; ++i) {
      producer.record(event_at(i, producer.thread()));
    }
    const auto log = std::make_shared<EventLog>();
    tracer.flush();
    tracer.add_sink(log);
    QVERIFY(producer.enabled());
    tracer.flush();
    QVERIFY(log->events().empty());
    QCOMPARE(tracer.lost_events(), std::uint64_t(0));
    tracer.remove_sink(log);
    QVERIFY(!producer.enabled());
  }

  void addSink_whileOthersListen_givesItWhatComes() {
    Tracer tracer;
    const auto first = std::make_shared<EventLog>();
    const auto second = std::make_shared<EventLog>();
    tracer.add_sink(first);
    tracer.marker("a");
    tracer.flush();
    tracer.add_sink(second);
    tracer.marker("b");
    tracer.flush();
    QCOMPARE(first->events().size(), std::size_t(2));
    QCOMPARE(second->events().size(), std::size_t(1));
    QCOMPARE(tracer.directory()->name(NameId(second->events()[0].detail)), std::string_view("b"));
  }

  void removeSink_hasGivenItAllBefore_andNothingAfter() {
    Tracer tracer;
    const auto stays = std::make_shared<EventLog>();
    const auto goes = std::make_shared<EventLog>();
    tracer.add_sink(stays);
    tracer.add_sink(goes);
    tracer.marker("a");
    tracer.remove_sink(goes);
    QCOMPARE(goes->events().size(), std::size_t(1));
    tracer.marker("b");
    tracer.flush();
    QCOMPARE(goes->events().size(), std::size_t(1));
    QCOMPARE(stays->events().size(), std::size_t(2));
    QCOMPARE(goes.use_count(), 1L);
    tracer.remove_sink(goes);  // not there: nothing happens
    tracer.remove_sink(stays);
    tracer.add_sink(goes);
    tracer.marker("c");
    tracer.flush();
    QCOMPARE(goes->events().size(), std::size_t(2));
  }

  void sinkThatThrows_isDropped_othersGoOn() {
    Tracer tracer;
    std::atomic<int> calls = 0;
    const auto log = std::make_shared<EventLog>();
    tracer.add_sink(std::make_shared<CallingSink>([&](std::span<const Event>) {
      ++calls;
      throw std::runtime_error("broken");
    }));
    tracer.add_sink(log);
    tracer.marker("a");
    tracer.flush();
    tracer.marker("b");
    tracer.flush();
    QCOMPARE(calls.load(), 1);
    QCOMPARE(log->events().size(), std::size_t(2));
  }

  void sinkThatThrows_goesWithoutALockOfTheTracer() {
    Tracer tracer;
    std::atomic<bool> gone = false;
    {
      // Asks the tracer for something when it goes.
      auto last_wish = std::shared_ptr<void>(nullptr, [&](void*) {
        tracer.flush();
        gone = true;
      });
      tracer.add_sink(std::make_shared<CallingSink>(
          [kept = std::move(last_wish)](std::span<const Event>) { throw 1; }));
    }
    tracer.marker("a");
    tracer.flush();
    QVERIFY(gone);
  }

  void lastSinkThatThrows_endsTracing_untilTheNextSink() {
    Tracer tracer;
    tracer.add_sink(std::make_shared<CallingSink>([](std::span<const Event>) { throw 1; }));
    tracer.marker("a");
    tracer.flush();
    tracer.flush();
    const auto log = std::make_shared<EventLog>();
    tracer.add_sink(log);
    tracer.marker("b");
    tracer.flush();
    QCOMPARE(log->events().size(), std::size_t(1));
  }

  void sink_mayCallTheTracer() {
    Tracer tracer;
    const auto late = std::make_shared<EventLog>();
    std::shared_ptr<Sink> self;
    std::atomic<int> calls = 0;
    self = std::make_shared<CallingSink>([&](std::span<const Event>) {
      ++calls;
      tracer.flush();
      tracer.add_sink(late);
      tracer.remove_sink(self);
    });
    tracer.add_sink(self);
    tracer.marker("a");
    tracer.flush();
    tracer.marker("b");
    tracer.flush();
    QCOMPARE(calls.load(), 1);
    QVERIFY(!late->events().empty());
    tracer.remove_sink(late);
    self.reset();
  }

  void collector_runsOnlyWhileThereIsASink() {
    Tracer tracer;
    std::array<char, 16> name = {};
    std::thread::id thread;
    const auto sink = std::make_shared<CallingSink>([&](std::span<const Event>) {
      pthread_getname_np(pthread_self(), name.data(), name.size());
      thread = std::this_thread::get_id();
    });
    tracer.add_sink(sink);
    tracer.flush();
    tracer.remove_sink(sink);
    QCOMPARE(std::string(name.data()), std::string("collector"));
    QVERIFY(thread != std::this_thread::get_id());
  }

  void eventsOfThreadsThatEnded_areNotLost() {
    Tracer tracer;
    const auto log = std::make_shared<EventLog>();
    tracer.add_sink(log);
    for (int round = 0; round < 200; ++round) {
      std::thread([&] { tracer.marker("x"); }).join();
    }
    tracer.flush();
    QCOMPARE(log->events().size(), std::size_t(200));
    QCOMPARE(tracer.lost_events(), std::uint64_t(0));
    QCOMPARE(tracer.directory()->thread_count(), std::size_t(200));
  }

  void threads_haveNamesAndNumbers() {
    Tracer tracer;
    ThreadId id = 0;
    ThreadId unnamed = 0;
    std::thread([&] {
      tracer.name_this_thread("the caller of many");
      id = tracer.producer().thread();
    }).join();
    std::thread([&] {
      pthread_setname_np(pthread_self(), "os name");
      unnamed = tracer.producer().thread();
    }).join();
    QCOMPARE(id, 1U);
    QCOMPARE(unnamed, 2U);
    QCOMPARE(tracer.directory()->thread(id).name, std::string("the caller of many"));
    QVERIFY(tracer.directory()->thread(id).os_id > 0);
    QCOMPARE(tracer.directory()->thread(unnamed).name, std::string("os name"));
    QVERIFY(!tracer.directory()->process().name.empty());
  }

  void twoTracers_keepTheirEventsApart() {
    Tracer a;
    Tracer b;
    const auto log_a = std::make_shared<EventLog>();
    const auto log_b = std::make_shared<EventLog>();
    a.add_sink(log_a);
    b.add_sink(log_b);
    for (int i = 0; i < 10; ++i) {
      a.marker("a");
      b.marker("b");
      b.marker("b");
    }
    a.flush();
    b.flush();
    QCOMPARE(log_a->events().size(), std::size_t(10));
    QCOMPARE(log_b->events().size(), std::size_t(20));
    QVERIFY(a.next_task_id() == 1 && a.next_task_id() == 2 && b.next_task_id() == 1);
    QVERIFY(a.next_pool_id() == 1 && b.next_pool_id() == 1);
  }

  void tracersThatCameAndWent_leaveTheThreadUsable() {
    std::barrier step(2);
    std::optional<Tracer> tracer;
    std::jthread other([&] {
      for (int round = 0; round < 50; ++round) {
        step.arrive_and_wait();
        tracer->marker("x");
        const TracerId id = tracer->id();
        step.arrive_and_wait();
        step.arrive_and_wait();  // it is gone
        producer_of(id).record(event_at(1, 1));
      }
    });
    std::size_t got = 0;
    for (int round = 0; round < 50; ++round) {
      tracer.emplace();
      const auto log = std::make_shared<EventLog>();
      tracer->add_sink(log);
      step.arrive_and_wait();
      step.arrive_and_wait();
      tracer.reset();  // flushes
      got += log->events().size();
      step.arrive_and_wait();
    }
    other.join();
    QCOMPARE(got, std::size_t(50));
  }

  void i11_fullRing_countsEveryLostEvent_andTellsWhere() {
    Tracer tracer({.ring_slots = 16});
    const auto log = std::make_shared<EventLog>();
    std::latch in_sink(1);
    std::latch release(1);
    std::atomic<bool> first = true;
    const auto gate = std::make_shared<CallingSink>([&](std::span<const Event>) {
      if (first.exchange(false)) {
        in_sink.count_down();
        release.wait();
      }
    });
    tracer.add_sink(log);
    tracer.add_sink(gate);
    Producer& producer = tracer.producer();
    producer.record(event_at(1, producer.thread()));
    in_sink.wait();  // the collector drains nothing now
    for (std::uint64_t i = 2; i <= 101; ++i) {
      producer.record(event_at(i, producer.thread()));
    }
    const std::uint64_t lost = tracer.lost_events();
    release.count_down();
    tracer.flush();
    producer.record(event_at(200, producer.thread()));
    tracer.flush();
    const auto events = log->events();
    QCOMPARE(lost, std::uint64_t(84));
    QCOMPARE(tracer.lost_events(), std::uint64_t(84));
    QCOMPARE(events.size(), std::size_t(1 + 16 + 1 + 1));
    QCOMPARE(events[17].kind, EventKind::lost);
    QCOMPARE(events[17].detail, std::uint64_t(84));
    QCOMPARE(events[17].thread, producer.thread());
    QVERIFY(events[17].time_ns >= events[16].time_ns);
    QCOMPARE(events[18].time_ns, std::uint64_t(200));
  }

  void i11_manyProducers_eventsAndLostAddUp() {
    constexpr std::uint64_t kThreads = 3;
    constexpr std::uint64_t kEvents = 60'000;
    Tracer tracer({.ring_slots = 64});
    const auto log = std::make_shared<EventLog>();
    tracer.add_sink(log);
    {
      std::vector<std::jthread> threads;
      for (std::uint64_t t = 0; t < kThreads; ++t) {
        threads.emplace_back([&] {
          Producer& mine = tracer.producer();
          for (std::uint64_t i = 1; i <= kEvents; ++i) {
            mine.record(event_at(i, mine.thread(), i));
          }
        });
      }
    }
    tracer.flush();
    std::map<ThreadId, std::uint64_t> accounted;
    std::map<ThreadId, std::uint64_t> last;
    std::uint64_t lost = 0;
    bool in_order = true;
    for (const Event& event : log->events()) {
      if (event.kind == EventKind::lost) {
        accounted[event.thread] += event.detail;
        lost += event.detail;
      } else {
        ++accounted[event.thread];
        in_order = in_order && event.task > last[event.thread];
        last[event.thread] = event.task;
      }
    }
    QVERIFY(in_order);
    QCOMPARE(accounted.size(), std::size_t(kThreads));
    for (const auto& [thread, count] : accounted) {
      QCOMPARE(count, kEvents);
    }
    QCOMPARE(tracer.lost_events(), lost);
  }

  void batches_areInOrderOfTimeAcrossThreads() {
    Tracer tracer;
    std::latch in_sink(1);
    std::latch release(1);
    std::atomic<bool> first = true;
    const auto log = std::make_shared<EventLog>();
    tracer.add_sink(std::make_shared<CallingSink>([&](std::span<const Event>) {
      if (first.exchange(false)) {
        in_sink.count_down();
        release.wait();
      }
    }));
    tracer.add_sink(log);
    tracer.marker("the collector waits with this one");
    in_sink.wait();
    std::atomic<std::uint64_t> clock = 1;
    {
      std::vector<std::jthread> threads;
      for (int t = 0; t < 3; ++t) {
        threads.emplace_back([&] {
          Producer& mine = tracer.producer();
          for (int i = 0; i < 500; ++i) {
            mine.record(event_at(clock.fetch_add(1), mine.thread(), 1));
          }
        });
      }
    }
    release.count_down();
    tracer.flush();
    auto events = log->events();
    std::erase_if(events, [](const Event& event) { return event.task == 0; });
    QCOMPARE(events.size(), std::size_t(1'500));
    for (std::size_t i = 0; i < events.size(); ++i) {
      QCOMPARE(events[i].time_ns, std::uint64_t(i + 1));
    }
  }

  void sinksThatComeAndGo_whileThreadsRecord_neitherLoseNorHang() {
    Tracer tracer;
    std::atomic<bool> stop = false;
    std::vector<std::jthread> threads;
    for (int t = 0; t < 2; ++t) {
      threads.emplace_back([&] {
        while (!stop) {
          tracer.marker("x");
          std::this_thread::yield();
        }
      });
    }
    bool all_told = true;
    for (int round = 0; round < 100; ++round) {
      const auto log = std::make_shared<EventLog>();
      tracer.add_sink(log);
      tracer.marker("mine");
      tracer.remove_sink(log);
      const std::uint64_t mine = tracer.intern("mine");
      const auto events = log->events();
      all_told = all_told && std::any_of(events.begin(), events.end(),
                                         [&](const Event& e) { return e.detail == mine; });
    }
    stop = true;
    threads.clear();
    QVERIFY(all_told);
  }
};

QTEST_APPLESS_MAIN(TracerTest)
#include "tracer_test.moc"
