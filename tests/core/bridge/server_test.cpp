// SPDX-License-Identifier: Apache-2.0
#include "core/bridge/server.h"

#include "core/bridge/socket_folder.h"
#include "core/trace/clock.h"
#include "event_log.h"
#include "wire_writer.h"

#include <QTest>

#include <array>
#include <map>
#include <mutex>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

using namespace poolscope;
using namespace poolscope::bridge;
using poolscope::testing::EventLog;
using poolscope::testing::WireWriter;
using trace::EventKind;

namespace {

constexpr std::chrono::seconds kLong{30};

/// A program, as far as the server sees it.
class Client {
 public:
  explicit Client(const std::filesystem::path& socket)
      : file_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket.native().copy(address.sun_path, sizeof address.sun_path - 1);
    connected = connect(file_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { hangUp(); }

  void send(const WireWriter& writer) const {
    const auto& bytes = writer.bytes();
    for (std::size_t at = 0; at < bytes.size();) {
      const ssize_t count = ::send(file_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
      if (count <= 0) {
        return;
      }
      at += static_cast<std::size_t>(count);
    }
  }
  /// The next command; waits for it. No op: the connection has ended.
  ControlRecord receive() const {
    ControlRecord record{ControlOp{0}};
    static_cast<void>(recv(file_, &record, sizeof record, MSG_WAITALL));
    return record;
  }
  /// Waits for the end of the connection.
  bool ends() const {
    std::byte byte{};
    return recv(file_, &byte, 1, 0) <= 0;
  }
  void hangUp() {
    if (file_ >= 0) {
      close(std::exchange(file_, -1));
    }
  }
  bool connected = false;

 private:
  int file_;
};

/// A server and all that it heard.
struct Watch {
  Watch() : folder(std::move(*SocketFolder::create())) {
    ServerOptions options;
    options.on_process = [this](const Hello& hello, std::shared_ptr<const trace::Directory>) {
      const std::lock_guard lock(mutex);
      return logs[hello.pid] = std::make_shared<EventLog>();
    };
    options.on_refused = [this](const Error& error) {
      const std::lock_guard lock(mutex);
      refused.push_back(error.message());
    };
    server = std::move(*Server::start(folder.socket(), std::move(options)));
  }
  std::shared_ptr<EventLog> log(std::int64_t pid) {
    const std::lock_guard lock(mutex);
    return logs[pid];
  }

  SocketFolder folder;
  std::mutex mutex;
  std::map<std::int64_t, std::shared_ptr<EventLog>> logs;
  std::vector<std::string> refused;
  std::unique_ptr<Server> server;
};

WireWriter poolOf(std::uint64_t pid, std::uint32_t maxWorkers = 4) {
  WireWriter writer;
  writer.hello(pid).thread(1, "MainThread");
  writer.record({.time_ns = 10,
                 .thread = 1,
                 .kind = EventKind::pool_created,
                 .pool = 1,
                 .detail = trace::pool_detail(maxWorkers, 0)});
  return writer;
}

}  // namespace

class ServerTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void socketFolder_isTheUsersAlone_andGoes();
  void events_reachTheSink_andDrainSaysThatAllAreThere();
  void twoProcesses_haveASinkEach();
  void processThatConnectsAnew_goesOnInItsSink();
  void helloAlone_makesNoProcess();
  void batch_comesInOrderOfTime();
  void commands_reachTheProcessOfThePool();
  void pools_followWhatThePoolsTell();
  void rubbish_endsThatConnectionOnly();
  void drain_tellsWhoGoesOn();
  void goodbye_isRemembered_anEndWithoutItIsNot();
  void socketThatExists_isAnError();
  void nameThatIsTooLong_isAnError();
};

void ServerTest::socketFolder_isTheUsersAlone_andGoes() {
  std::filesystem::path folder;
  {
    const auto made = SocketFolder::create();
    QVERIFY(made);
    folder = made->socket().parent_path();
    struct stat about {};
    QCOMPARE(stat(folder.c_str(), &about), 0);
    QCOMPARE(about.st_mode & 0777U, 0700U);
    QVERIFY(made->socket().native().size() <= 107);
  }
  QVERIFY(!std::filesystem::exists(folder));
}

void ServerTest::events_reachTheSink_andDrainSaysThatAllAreThere() {
  Watch watch;
  Client client(watch.folder.socket());
  WireWriter writer = poolOf(7);
  for (std::uint64_t task = 1; task <= 100'000; ++task) {
    writer.record({.time_ns = 10 + task,
                   .task = task,
                   .thread = 1,
                   .kind = EventKind::task_queued,
                   .pool = 1});
  }
  client.send(writer);
  client.hangUp();
  QVERIFY(watch.server->drain(kLong).empty());
  QCOMPARE(watch.log(7)->events().size(), std::size_t{100'001});
  QVERIFY(watch.log(7)->empty_batches() > 0);
  QCOMPARE(watch.server->process_count(), std::size_t{1});
}

void ServerTest::twoProcesses_haveASinkEach() {
  Watch watch;
  Client first(watch.folder.socket());
  Client second(watch.folder.socket());
  first.send(poolOf(1));
  second.send(poolOf(2));
  first.hangUp();
  second.hangUp();
  watch.server->drain(kLong);
  QCOMPARE(watch.log(1)->events().size(), std::size_t{1});
  QCOMPARE(watch.log(2)->events().size(), std::size_t{1});
}

void ServerTest::processThatConnectsAnew_goesOnInItsSink() {
  Watch watch;
  Client first(watch.folder.socket());
  first.send(poolOf(1));
  first.hangUp();
  watch.server->drain(kLong);
  Client again(watch.folder.socket());
  WireWriter more;
  more.hello(1);  // its names and threads are known
  more.record({.time_ns = 20, .thread = 1, .kind = EventKind::pool_shut_down, .pool = 1});
  again.send(more);
  again.hangUp();
  watch.server->drain(kLong);
  QCOMPARE(watch.log(1)->events().size(), std::size_t{2});
  QCOMPARE(watch.server->greeted(), std::size_t{1});
}

void ServerTest::helloAlone_makesNoProcess() {
  Watch watch;
  Client client(watch.folder.socket());
  client.send(WireWriter().hello(5).bye());
  client.hangUp();
  watch.server->drain(kLong);
  QCOMPARE(watch.server->greeted(), std::size_t{1});
  QCOMPARE(watch.server->process_count(), std::size_t{0});
}

void ServerTest::batch_comesInOrderOfTime() {
  Watch watch;
  Client client(watch.folder.socket());
  WireWriter writer;
  writer.hello(1);
  for (const std::uint64_t time : {30U, 10U, 20U}) {
    writer.record({.time_ns = time, .kind = EventKind::marker});
  }
  client.send(writer);
  client.hangUp();
  watch.server->drain(kLong);
  const auto events = watch.log(1)->events();
  QVERIFY(std::is_sorted(events.begin(), events.end(),
                         [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; }));
}

void ServerTest::commands_reachTheProcessOfThePool() {
  Watch watch;
  Client other(watch.folder.socket());
  Client client(watch.folder.socket());
  other.send(poolOf(1));
  QTRY_COMPARE(watch.server->pools().size(), std::size_t{1});
  client.send(poolOf(2));
  QTRY_COMPARE(watch.server->pools().size(), std::size_t{2});
  const PoolKey pool = watch.server->pools()[1].key;
  watch.server->set_max_workers(pool, 16);
  watch.server->pause(pool);
  watch.server->resume(pool);
  const ControlRecord first = client.receive();
  QVERIFY(first.op == ControlOp::set_max_workers);
  QCOMPARE(first.pool, std::uint64_t{1});
  QCOMPARE(first.value, std::uint64_t{16});
  QVERIFY(client.receive().op == ControlOp::pause);
  QVERIFY(client.receive().op == ControlOp::resume);
}

void ServerTest::pools_followWhatThePoolsTell() {
  Watch watch;
  Client client(watch.folder.socket());
  client.send(poolOf(1, 4));
  QTRY_COMPARE(watch.server->pools().size(), std::size_t{1});
  QCOMPARE(watch.server->pools()[0].max_workers, 4U);
  WireWriter changed;
  changed.record({.time_ns = 11,
                  .thread = 1,
                  .kind = EventKind::max_workers_changed,
                  .pool = 1,
                  .detail = trace::max_workers_detail(9, 4)});
  changed.record({.time_ns = 12, .thread = 1, .kind = EventKind::paused, .pool = 1});
  client.send(changed);
  QTRY_VERIFY(watch.server->pools()[0].paused);
  QCOMPARE(watch.server->pools()[0].max_workers, 9U);
  client.hangUp();
  watch.server->drain(kLong);
  QVERIFY(watch.server->pools().empty());
}

void ServerTest::rubbish_endsThatConnectionOnly() {
  Watch watch;
  Client good(watch.folder.socket());
  good.send(poolOf(1));
  Client bad(watch.folder.socket());
  bad.send(WireWriter().record({.kind = EventKind::marker}));
  const bool badEnded = bad.ends();
  good.send(WireWriter().record({.time_ns = 20, .thread = 1, .kind = EventKind::marker}));
  good.hangUp();
  watch.server->drain(kLong);
  QVERIFY(badEnded);
  QCOMPARE(watch.refused.size(), std::size_t{1});
  QCOMPARE(watch.log(1)->events().size(), std::size_t{2});
}

void ServerTest::drain_tellsWhoGoesOn() {
  Watch watch;
  Client client(watch.folder.socket());
  client.send(poolOf(99));
  QTRY_COMPARE(watch.server->pools().size(), std::size_t{1});
  const auto left = watch.server->drain(std::chrono::milliseconds(1));
  QCOMPARE(left.size(), std::size_t{1});
  QCOMPARE(left[0].pid, std::int64_t{99});
}

void ServerTest::goodbye_isRemembered_anEndWithoutItIsNot() {
  Watch watch;
  Client polite(watch.folder.socket());
  Client killed(watch.folder.socket());
  polite.send(poolOf(1).bye());
  killed.send(poolOf(2));
  polite.hangUp();
  killed.hangUp();
  watch.server->drain(kLong);
  QVERIFY(watch.server->said_bye(1));
  QVERIFY(!watch.server->said_bye(2));
}

void ServerTest::socketThatExists_isAnError() {
  Watch watch;
  const auto second = Server::start(watch.folder.socket(), {});
  QVERIFY(!second);
  QVERIFY(second.error().message().find(watch.folder.socket().string()) != std::string::npos);
}

void ServerTest::nameThatIsTooLong_isAnError() {
  const auto server = Server::start("/tmp/" + std::string(120, 'x'), {});
  QVERIFY(!server);
}

QTEST_GUILESS_MAIN(ServerTest)
#include "server_test.moc"
