// SPDX-License-Identifier: Apache-2.0
#include "core/bridge/socket_sink.h"

#include "core/bridge/server.h"
#include "core/bridge/socket_folder.h"
#include "core/bridge/wire_decoder.h"
#include "core/trace/clock.h"
#include "core/trace/tracer.h"
#include "event_log.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <mutex>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

using namespace poolscope;
using namespace poolscope::bridge;
using poolscope::testing::EventLog;
using trace::EventKind;

namespace {

constexpr std::chrono::seconds kLong{30};

/// A server that keeps what it hears.
struct Watch {
  Watch() : folder(std::move(*SocketFolder::create())) {
    ServerOptions options;
    options.on_process = [this](const Hello&, std::shared_ptr<const trace::Directory> known) {
      const std::lock_guard lock(mutex);
      directory = std::move(known);
      return log;
    };
    server = std::move(*Server::start(folder.socket(), std::move(options)));
  }
  SocketFolder folder;
  std::mutex mutex;
  std::shared_ptr<const trace::Directory> directory;
  std::shared_ptr<EventLog> log = std::make_shared<EventLog>();
  std::unique_ptr<Server> server;
};

/// A Poolscope that has accepted, and reads only when it is told to.
class Stalled {
 public:
  explicit Stalled(const std::string& path) : listening_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    good = bind(listening_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
           listen(listening_, 1) == 0;
  }
  Stalled(const Stalled&) = delete;
  Stalled& operator=(const Stalled&) = delete;
  ~Stalled() {
    close(file_);
    close(listening_);
  }
  void acceptOne() { file_ = accept(listening_, nullptr, nullptr); }
  /// Until the other end is closed: events and how many were lost.
  std::pair<std::uint64_t, std::uint64_t> readAll() const {
    ProcessIds ids{.directory = std::make_shared<trace::Directory>()};
    WireDecoder decoder([&](const Hello&) { return &ids; });
    std::vector<std::byte> bytes(std::size_t{1} << 20);
    std::uint64_t count = 0;
    std::uint64_t lost = 0;
    while (true) {
      const ssize_t size = recv(file_, bytes.data(), bytes.size(), 0);
      if (size <= 0) {
        return {count, lost};
      }
      std::vector<trace::Event> events;
      static_cast<void>(decoder.feed(std::span(bytes).first(static_cast<std::size_t>(size)),
                                     trace::now_ns(), events));
      for (const trace::Event& event : events) {
        if (event.kind == EventKind::lost) {
          lost += event.detail;
        } else {
          ++count;
        }
      }
    }
  }
  bool good = false;

 private:
  int listening_;
  int file_ = -1;
};

}  // namespace

class SocketSinkTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void events_reachTheServer_withTheirNamesAndThreads();
  void nobodyListening_isNoSink();
  void poolscopeThatEnds_makesTheProducersQuiet();
  void readerThatStalls_costsBoundedMemory_andWhatIsDroppedIsTold();
  void goodbye_isSaid();
};

void SocketSinkTest::events_reachTheServer_withTheirNamesAndThreads() {
  constexpr int kThreads = 4;
  constexpr std::uint64_t kEvents = 20'000;
  Watch watch;
  trace::Tracer tracer;
  const auto sink = SocketSink::connect(watch.folder.socket(), tracer.directory());
  QVERIFY(sink != nullptr);
  tracer.add_sink(sink);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&tracer, i] {
        trace::Producer& producer = tracer.producer();
        const auto name = tracer.intern("task of " + std::to_string(i));
        for (std::uint64_t k = 0; k < kEvents; ++k) {
          producer.record({.time_ns = trace::now_ns(),
                           .task = tracer.next_task_id(),
                           .thread = producer.thread(),
                           .kind = EventKind::task_queued,
                           .detail = name});
        }
      });
    }
  }
  tracer.remove_sink(sink);
  sink->finish(kLong);
  watch.server->drain(kLong);
  const auto events = watch.log->events();
  QCOMPARE(events.size(), std::size_t{kThreads * kEvents});
  QCOMPARE(watch.directory->thread_count(), std::size_t{kThreads});
  QVERIFY(std::all_of(events.begin(), events.end(), [&](const trace::Event& event) {
    return watch.directory->name(static_cast<trace::NameId>(event.detail)).starts_with("task of ");
  }));
}

void SocketSinkTest::nobodyListening_isNoSink() {
  const auto directory = std::make_shared<trace::Directory>();
  QVERIFY(SocketSink::connect("/nosuch/socket", directory) == nullptr);
  QVERIFY(SocketSink::connect("", directory) == nullptr);
  QVERIFY(SocketSink::connect("/" + std::string(200, 'x'), directory) == nullptr);
}

void SocketSinkTest::poolscopeThatEnds_makesTheProducersQuiet() {
  Watch watch;
  trace::Tracer tracer;
  const auto sink = SocketSink::connect(watch.folder.socket(), tracer.directory());
  tracer.add_sink(sink);
  tracer.marker("seen");
  tracer.flush();
  watch.server.reset();
  QTRY_VERIFY((tracer.marker("unseen"), tracer.flush(), !tracer.producer().enabled()));
  tracer.remove_sink(sink);
  sink->finish(kLong);  // nobody is there: returns at once
}

void SocketSinkTest::readerThatStalls_costsBoundedMemory_andWhatIsDroppedIsTold() {
  constexpr std::size_t kBatch = 100'000;
  auto folder = SocketFolder::create();
  QVERIFY(folder);
  Stalled stalled(folder->socket());
  QVERIFY(stalled.good);
  const auto sink = SocketSink::connect(folder->socket(), std::make_shared<trace::Directory>());
  QVERIFY(sink != nullptr);
  stalled.acceptOne();
  const std::vector<trace::Event> batch(
      kBatch, {.time_ns = trace::now_ns(), .task = 1, .kind = EventKind::task_queued});
  constexpr std::size_t kBatches = SocketSink::kMostUnsent / sizeof(trace::Event) / kBatch + 10;
  for (std::size_t i = 0; i < kBatches; ++i) {
    sink->consume(batch);
  }
  std::pair<std::uint64_t, std::uint64_t> read;
  std::jthread reader([&] { read = stalled.readAll(); });
  sink->finish(kLong);
  reader.join();
  QVERIFY(read.second > 0);
  QCOMPARE(read.first + read.second, std::uint64_t{kBatches * kBatch});
}

void SocketSinkTest::goodbye_isSaid() {
  Watch watch;
  trace::Tracer tracer;
  const auto sink = SocketSink::connect(watch.folder.socket(), tracer.directory());
  sink->finish(kLong);
  watch.server->drain(kLong);
  QVERIFY(watch.server->said_bye(getpid()));
}

QTEST_GUILESS_MAIN(SocketSinkTest)
#include "socket_sink_test.moc"
