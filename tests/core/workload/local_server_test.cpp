// SPDX-License-Identifier: Apache-2.0
#include "core/workload/local_server.h"

#include "core/trace/clock.h"
#include "raw_connection.h"
#include "support.h"

#include <QtTest>

#include <string>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;
using workload::LocalServer;

namespace {

std::unique_ptr<LocalServer> started(std::uint64_t max_concurrent = 0) {
  auto server = LocalServer::start(max_concurrent);
  if (!server) {
    qFatal("%s", server.error().message().c_str());
  }
  return std::move(*server);
}

std::string get(const std::string& target, const std::string& more = {}) {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n";
}

constexpr const char* kAnHour = "/?latency_ns=3600000000000";

bool answers(const LocalServer& server) {
  Socket socket = Socket::to(server.port());
  return socket.send(get("/")) && socket.answer().starts_with("HTTP/1.1 200 OK\r\n");
}

std::string body_of(const std::string& answer) {
  const auto head = answer.find("\r\n\r\n");
  return head == std::string::npos ? "" : answer.substr(head + 4);
}

}  // namespace

class LocalServerTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void answer_isWhatTheQueryAsksFor_data() {
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("status");
    QTest::addColumn<int>("bytes");  // -1: the small page
    QTest::addColumn<QByteArray>("location");
    const auto row = [](const char* target, const char* status, int bytes = -1,
                        const char* location = "") {
      QTest::newRow(target) << QByteArray(target) << QByteArray(status) << bytes
                            << QByteArray(location);
    };
    row("/", "200 OK");
    row("/any/page?x=y&&=&latency_ns", "200 OK");
    row("/?bytes=0", "200 OK", 0);
    row("/?bytes=100000", "200 OK", 100'000);
    row("/?bytes=-1", "200 OK", 0);
    row("/?bytes=many", "200 OK", 0);
    row("/?status=404", "404 Not Found");
    row("/?status=500&bytes=3", "500 Internal Server Error", 3);
    row("/?status=99", "200 OK");
    row("/?status=1000", "599 Network Connect Timeout Error");
    row("/?status=x", "200 OK");
    row("/?status=204", "204 No Content", 0);
    row("/?status=304&bytes=10", "304 Not Modified", 0);
    row("/?status=302&location=%2fpage%3Fa%3Db%26c", "302 Found", -1, "/page?a=b&c");
    row("/?location=/%zz%", "200 OK", -1, "/%zz%");
    row("/?location=a%0d%0aX:%20y", "200 OK", -1, "aX: y");
    row("/?latency_ns=-5", "200 OK");
    row("/?latency_ns=1000&latency_ns=0", "200 OK");
  }
  void answer_isWhatTheQueryAsksFor() {
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, status);
    QFETCH(int, bytes);
    QFETCH(QByteArray, location);
    const auto server = started();
    Socket socket = Socket::to(server->port());
    QVERIFY(socket.send(get(target.toStdString())));
    const std::string answer = socket.answer();
    QVERIFY2(answer.starts_with("HTTP/1.1 " + status.toStdString() + "\r\n"), answer.c_str());
    QCOMPARE(answer.find("\r\nLocation: " + location.toStdString() + "\r\n") != std::string::npos,
             !location.isEmpty());
    const std::string body = body_of(answer);
    QVERIFY(bytes < 0 ? body.starts_with("<!doctype html>")
                      : body.size() == static_cast<std::size_t>(bytes));
    QVERIFY(answers(*server));
  }

  void latency_isWaitedOut() {
    const auto server = started();
    Socket socket = Socket::to(server->port());
    const std::uint64_t begin = trace::now_ns();
    QVERIFY(socket.send(get("/?latency_ns=30000000")));
    QVERIFY(!socket.answer().empty());
    QVERIFY(trace::now_ns() - begin >= 30'000'000);
  }

  void head_isAnsweredWithoutBody() {
    const auto server = started();
    Socket socket = Socket::to(server->port());
    QVERIFY(socket.send("HEAD /?bytes=50 HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    const std::string answer = socket.answer(false);
    QCOMPARE(Socket::content_length(answer), std::size_t(50));
    QVERIFY(socket.send(get("/")));
    QVERIFY(socket.answer().starts_with("HTTP/1.1 200 OK\r\n"));  // no body came between
  }

  void connection_isKept_unlessTheClientWantsItClosed() {
    const auto server = started();
    Socket socket = Socket::to(server->port());
    for (int i = 0; i < 3; ++i) {
      QVERIFY(socket.send(get("/")));
      QVERIFY(!socket.answer().empty());
    }
    QCOMPARE(server->connections(), std::uint64_t(1));
    QCOMPARE(server->requests(), std::uint64_t(3));
    QVERIFY(socket.send(get("/", "Connection: close\r\n")));
    QVERIFY(!socket.answer().empty());
    QVERIFY(socket.closed_by_other());
  }

  void pipelinedRequests_areAnsweredInOrder() {
    const auto server = started();
    Socket socket = Socket::to(server->port());
    QVERIFY(socket.send(get("/?bytes=1&latency_ns=5000000") + get("/?bytes=2") + get("/?bytes=3")));
    for (std::size_t bytes = 1; bytes <= 3; ++bytes) {
      QCOMPARE(body_of(socket.answer()).size(), bytes);
    }
  }

  void maxConcurrent_letsNoMoreIn() {
    const auto server = started(2);
    std::vector<Socket> sockets;
    for (int i = 0; i < 6; ++i) {
      sockets.push_back(Socket::to(server->port()));
      QVERIFY(sockets.back().send(get(kAnHour)));
    }
    QVERIFY(eventually([&] { return server->requests() == 6; }));
    QCOMPARE(server->peak_in_service(), std::uint64_t(2));
  }

  void whoWaitsAtTheGate_isLetInOnceOthersAreDone() {
    const auto server = started(1);
    constexpr int kWaiting = 300;
    std::vector<Socket> sockets;
    const std::uint64_t begin = trace::now_ns();
    for (std::uint64_t i = 0; i < kWaiting; ++i) {
      sockets.push_back(Socket::to(server->port()));
      QVERIFY(sockets.back().send(get(i == 0 ? "/?latency_ns=50000000" : "/")));
      QVERIFY(i != 0 || eventually([&] { return server->requests() == 1; }));
    }
    QVERIFY(!sockets.back().answer().empty());
    QVERIFY(trace::now_ns() - begin >= 50'000'000);
    for (std::size_t i = 0; i + 1 < sockets.size(); ++i) {
      QVERIFY(!sockets[i].answer().empty());
    }
    QCOMPARE(server->peak_in_service(), std::uint64_t(1));
  }

  void destructor_closesAll_alsoThoseThatWait() {
    auto server = started(1);
    Socket idle = Socket::to(server->port());
    Socket half = Socket::to(server->port());
    QVERIFY(half.send("GET / HT"));
    std::vector<Socket> waiting;
    for (int i = 0; i < 5; ++i) {
      waiting.push_back(Socket::to(server->port()));
      QVERIFY(waiting.back().send(get(kAnHour)));
    }
    QVERIFY(eventually([&] { return server->requests() == 5; }));
    server.reset();
    QVERIFY(idle.closed_by_other());
    QVERIFY(half.closed_by_other());
    for (Socket& socket : waiting) {
      QVERIFY(socket.closed_by_other());
    }
  }

  void malformedRequest_doesNotHurtOthers_data() {
    QTest::addColumn<QByteArray>("request");
    const auto row = [](const char* name, const QByteArray& request) {
      QTest::newRow(name) << request;
    };
    row("rubbish", "hello, is this the right door?\r\n\r\n");
    row("binary", QByteArray("\x16\x03\x01\x02\0\x01\0\xff\xfe\r\n\r\n", 14));
    row("unknown version", "GET / HTTP/9.9\r\n\r\n");
    row("bad field", "GET / HTTP/1.1\r\nHost localhost\r\n\r\n");
    row("head without end", "GET / HTTP/1.1\r\nX: " + QByteArray(70'000, 'x') + "\r\n\r\n");
    row("target without end", "GET /" + QByteArray(70'000, 'x') + " HTTP/1.1\r\n\r\n");
    row("bad length", "POST / HTTP/1.1\r\nContent-Length: -4\r\n\r\nbody");
    row("huge length", "POST / HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\nbody");
    row("bad chunk", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nbody\r\n");
    row("large body",
        "POST / HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n" + QByteArray(2'000'000, 'x'));
  }
  void malformedRequest_doesNotHurtOthers() {
    QFETCH(QByteArray, request);
    const auto server = started();
    Socket other = Socket::to(server->port());
    Socket socket = Socket::to(server->port());
    // It may be closed before all was sent.
    socket.send({request.data(), static_cast<std::size_t>(request.size())});
    QVERIFY(socket.closed_by_other());
    QCOMPARE(server->requests(), std::uint64_t(0));
    QVERIFY(other.send(get("/")));
    QVERIFY(!other.answer().empty());
    QVERIFY(answers(*server));
  }

  void longestLocation_isAnswered() {
    const auto server = started();
    Socket socket = Socket::to(server->port());
    const std::string location(65'400, 'x');
    QVERIFY(socket.send("GET /?location=" + location + " HTTP/1.1\r\n\r\n"));
    QVERIFY(socket.answer().find("\r\nLocation: " + location + "\r\n") != std::string::npos);
    QVERIFY(answers(*server));
  }

  void clientThatLeaves_doesNotHurtOthers() {
    const auto server = started(1);
    for (int i = 0; i < 5; ++i) {
      Socket during_latency = Socket::to(server->port());
      QVERIFY(during_latency.send(get("/?latency_ns=2000000")));
      during_latency.reset();
      Socket during_answer = Socket::to(server->port());
      QVERIFY(during_answer.send(get("/?bytes=67108864")));
      if (i % 2 == 0) {
        during_answer.reset();
      }
    }
    QVERIFY(answers(*server));
  }
};

QTEST_APPLESS_MAIN(LocalServerTest)
#include "local_server_test.moc"
