// SPDX-License-Identifier: Apache-2.0
#include "core/bridge/instrument.h"

#include "core/bridge/server.h"
#include "core/bridge/socket_folder.h"
#include "event_log.h"

#include <QTest>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <thread>

using namespace poolscope;
using namespace poolscope::bridge;
using poolscope::testing::EventLog;
using trace::EventKind;
using trace::Outcome;

class InstrumentTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void poolOfItsOwn_tellsAllOfIt();

 private:
  std::unique_ptr<SocketFolder> folder_;
  std::shared_ptr<EventLog> log_ = std::make_shared<EventLog>();
  std::unique_ptr<Server> server_;
};

void InstrumentTest::initTestCase() {
  auto folder = SocketFolder::create();
  QVERIFY(folder);
  folder_ = std::make_unique<SocketFolder>(std::move(*folder));
  ServerOptions options;
  options.on_process = [this](const Hello&, const std::shared_ptr<const trace::Directory>&) {
    return log_;
  };
  auto server = Server::start(folder_->socket(), std::move(options));
  QVERIFY(server);
  server_ = std::move(*server);
  qputenv("POOLSCOPE_SOCKET", folder_->socket().c_str());
}

void InstrumentTest::poolOfItsOwn_tellsAllOfIt() {
  {
    POOLSCOPE_POOL(pool, "own", 2);
    const std::uint64_t good = pool.queued("good");
    const std::uint64_t bad = pool.queued("bad");
    const std::uint64_t told = pool.queued("told");
    const std::uint64_t never = pool.queued("never");
    pool.cancelled(never);
    std::jthread worker([&] {
      POOLSCOPE_WORKER(pool, "own");
      { POOLSCOPE_TASK(pool, good); }
      try {
        POOLSCOPE_TASK(pool, bad);
        throw std::runtime_error("bad");
      } catch (const std::runtime_error&) {
      }
      TaskScope task(pool, told);
      task.fail("because");
    });
    {
      POOLSCOPE_WAIT(pool, good);
      worker.join();
    }
    pool.delivered(good);
    pool.set_max_workers(5);
  }
  tracer_from_environment()->flush();
  QTRY_VERIFY(!log_->events().empty() && log_->events().back().kind == EventKind::pool_shut_down);
  const auto events = log_->events();
  const auto count = [&](EventKind kind, std::optional<Outcome> outcome = {}) {
    return std::count_if(events.begin(), events.end(), [&](const trace::Event& event) {
      return event.kind == kind && (!outcome || event.outcome == *outcome);
    });
  };
  QCOMPARE(count(EventKind::pool_created), 1);
  QCOMPARE(count(EventKind::task_queued), 4);
  QCOMPARE(count(EventKind::task_started), 3);
  QCOMPARE(count(EventKind::task_finished, Outcome::ok), 1);
  QCOMPARE(count(EventKind::task_finished, Outcome::error), 2);
  QCOMPARE(count(EventKind::task_finished, Outcome::cancelled), 1);
  QCOMPARE(count(EventKind::worker_started), 1);
  QCOMPARE(count(EventKind::worker_exited), 1);
  QCOMPARE(count(EventKind::blocked_begin), 1);
  QCOMPARE(count(EventKind::blocked_end), 1);
  QCOMPARE(count(EventKind::result_delivered), 1);
  QCOMPARE(count(EventKind::max_workers_changed), 1);
}

QTEST_GUILESS_MAIN(InstrumentTest)
#include "instrument_test.moc"
