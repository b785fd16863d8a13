// SPDX-License-Identifier: Apache-2.0
#include "core/workload/http_client.h"

#include "core/workload/local_server.h"
#include "raw_connection.h"
#include "support.h"

#include <QtTest>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;
using namespace poolscope::workload;
using namespace std::chrono_literals;
using Fault = HttpResult::Fault;

namespace {

/// Wide enough for a busy machine; each test narrows what it is about.
HttpLimits patient() {
  return {.connect = 60s, .total = 120s};
}

std::string url_at(std::uint16_t port, const std::string& target = "/") {
  return "http://127.0.0.1:" + std::to_string(port) + target;
}

HttpResult fetch(const std::string& url, HttpLimits limits = patient(),
                 const std::stop_token& stop = {}) {
  return HttpClient(limits).get({url, "the page", true}, stop);
}

std::string encoded(const std::string& text) {
  return QByteArray::fromStdString(text).toPercentEncoding().toStdString();
}

/// A target that leads through so many redirects to a page.
std::string redirects(int count) {
  return count == 0 ? "/" : "/?status=302&location=" + encoded(redirects(count - 1));
}

constexpr const char* kAnHour = "/?latency_ns=3600000000000";

}  // namespace

class HttpClientTest : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<LocalServer> server_;
  std::string url(const std::string& target) const { return url_at(server_->port(), target); }

 private Q_SLOTS:
  void init() {
    auto started = LocalServer::start();
    QVERIFY(started);
    server_ = std::move(*started);
  }

  void page_isFetched() {
    const HttpResult result = fetch(url("/page?bytes=12345"));
    QVERIFY(result.fault == Fault::none);
    QCOMPARE(result.error, std::string());
    QCOMPARE(result.status, 200L);
    QCOMPARE(result.bytes, std::uint64_t(12345));
  }

  void errorStatus_isABadAnswer_data() {
    QTest::addColumn<int>("status");
    QTest::addColumn<bool>("bad");
    QTest::newRow("no content") << 204 << false;
    QTest::newRow("redirect to nowhere") << 304 << false;
    QTest::newRow("not found") << 404 << true;
    QTest::newRow("server error") << 500 << true;
  }
  void errorStatus_isABadAnswer() {
    QFETCH(int, status);
    QFETCH(bool, bad);
    const HttpResult result = fetch(url("/?status=" + std::to_string(status)));
    QCOMPARE(result.status, long(status));
    QVERIFY(result.fault == (bad ? Fault::bad_answer : Fault::none));
    QCOMPARE(result.error, bad ? "HTTP " + std::to_string(status) + " from the page" : "");
  }

  void nobodyListens_isTold() {
    const ClosedPort closed;
    const HttpResult result = fetch(url_at(closed.port()));
    QVERIFY(result.fault == Fault::nothing_answered);
    QCOMPARE(result.error, "could not connect to 127.0.0.1:" + std::to_string(closed.port()) +
                               ": Connection refused");
  }

  void unknownHost_isTold() {
    // A label of more than 63 letters is no name at all: no name server is asked.
    const std::string host = std::string(64, 'a') + ".invalid";
    const HttpResult result = fetch("http://" + host + "/");
    QVERIFY(result.fault == Fault::nothing_answered);
    QCOMPARE(result.error, "could not resolve host '" + host + "'");
  }

  void noAnswer_endsAfterTheLimit() {
    HttpClient client({.connect = 60s, .total = 300ms});
    const auto begin = std::chrono::steady_clock::now();
    const HttpResult fresh = client.get({url(kAnHour), "the page", true}, {});
    // libcurl counts in whole milliseconds.
    QVERIFY(std::chrono::steady_clock::now() - begin >= 298ms);
    QVERIFY(fresh.fault == Fault::nothing_answered);
    QCOMPARE(fresh.error, std::string("no answer within 0.3 s from the page"));
  }

  void noAnswer_onAKeptConnection_isToldAlike() {
    HttpClient client({.connect = 60s, .total = 2s});
    QVERIFY(client.get({url("/"), "the page", true}, {}).fault == Fault::none);
    const HttpResult result = client.get({url(kAnHour), "the page", true}, {});
    QVERIFY(result.fault == Fault::nothing_answered);
    QCOMPARE(result.error, std::string("no answer within 2 s from the page"));
    QCOMPARE(server_->connections(), std::uint64_t(1));
  }

  void answerWithoutEnd_isNotCalledNone() {
    const Socket listener = Socket::listening(5);
    std::jthread other([&] {
      Socket peer = listener.accept_one();
      peer.answer(false);  // reads the request
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx");
      peer.closed_by_other();
    });
    const HttpResult result = fetch(url_at(listener.port()), {.connect = 60s, .total = 2s});
    QCOMPARE(result.error, std::string("answer not done within 2 s from the page"));
    QVERIFY(result.fault == Fault::bad_answer);
  }

  void connectionThatNobodyAccepts_endsAfterTheLimit() {
    // With a backlog of 0 one connection is made; the handshake of further ones is not answered.
    const Socket listener = Socket::listening(0);
    const Socket first = Socket::to(listener.port());
    QVERIFY(listener.good() && first.good());
    const HttpResult result = fetch(url_at(listener.port()), {.connect = 200ms, .total = 60s});
    QVERIFY(result.fault == Fault::nothing_answered);
    QCOMPARE(result.error, std::string("could not connect within 0.2 s to the page"));
  }

  void largeAnswer_isNotTaken() {
    HttpLimits limits = patient();
    limits.bytes = 1'000;
    QVERIFY(fetch(url("/?bytes=1000"), limits).fault == Fault::none);
    const HttpResult result = fetch(url("/?bytes=1001"), limits);
    QVERIFY(result.fault == Fault::bad_answer);
    QCOMPARE(result.error, std::string("answer larger than 1000 bytes from the page"));
  }

  void largeAnswer_ofUnknownLength_isNotTaken() {
    const Socket listener = Socket::listening(5);
    std::jthread other([&] {
      Socket peer = listener.accept_one();
      peer.answer(false);  // reads the request
      peer.send("HTTP/1.1 200 OK\r\n\r\n" + std::string(5'000, 'x'));
    });
    HttpLimits limits = patient();
    limits.bytes = 1'000;
    const HttpResult result = fetch(url_at(listener.port()), limits);
    other.join();
    QVERIFY(result.fault == Fault::bad_answer);
    QCOMPARE(result.error, std::string("answer larger than 1000 bytes from the page"));
  }

  void connectionThatBreaks_isABadAnswer_data() {
    QTest::addColumn<QByteArray>("sent");
    QTest::addColumn<QByteArray>("error");
    QTest::newRow("nothing") << QByteArray()
                             << QByteArray("connection lost without an answer from the page");
    QTest::newRow("half a page") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
                                 << QByteArray("Transferred a partial file from the page");
    QTest::newRow("no HTTP") << QByteArray("220 mail.example.org\r\n\r\n")
                             << QByteArray("an answer that is not HTTP from the page");
  }
  void connectionThatBreaks_isABadAnswer() {
    QFETCH(QByteArray, sent);
    QFETCH(QByteArray, error);
    const Socket listener = Socket::listening(5);
    std::jthread other([&] {
      Socket peer = listener.accept_one();
      peer.answer(false);
      peer.send(sent.toStdString());
    });
    const HttpResult result = fetch(url_at(listener.port()));
    other.join();
    QVERIFY(result.fault == Fault::bad_answer);
    QCOMPARE(QByteArray::fromStdString(result.error), error);
  }

  void redirects_areFollowed_upToALimit() {
    HttpLimits limits = patient();
    limits.redirects = 2;
    const HttpResult good = fetch(url(redirects(2)), limits);
    QVERIFY(good.fault == Fault::none);
    QCOMPARE(good.status, 200L);
    QCOMPARE(server_->requests(), std::uint64_t(3));
    const HttpResult bad = fetch(url(redirects(3)), limits);
    QVERIFY(bad.fault == Fault::bad_answer);
    QCOMPARE(bad.error, std::string("more than 2 redirects from the page"));
  }

  void redirects_onThisMachine_areFollowedWhereOnlyThoseMay_data() {
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("error");
    const auto row = [](const char* name, const std::string& target, const char* error) {
      QTest::newRow(name) << QByteArray::fromStdString(target) << QByteArray(error);
    };
    row("none", "/", "");
    row("two", redirects(2), "");
    row("three", redirects(3), "more than 2 redirects from the page");
    row("nowhere", "/?status=304", "");
    row("the network", "/?status=302&location=" + encoded("http://198.51.100.1/"),
        "redirect to the network, which needs --trust, from the page");
    row("the network, later",
        "/?status=307&location=" + encoded("/?status=301&location=" + encoded("//example.org/x")),
        "redirect to the network, which needs --trust, from the page");
    row("a file", "/?status=302&location=" + encoded("file:///etc/passwd"),
        "redirect to neither http nor https from the page");
  }
  void redirects_onThisMachine_areFollowedWhereOnlyThoseMay() {
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, error);
    HttpLimits limits = patient();
    limits.redirects = 2;
    HttpClient client(limits);
    const HttpResult result = client.get({url(target.toStdString()), "the page", true, true}, {});
    QCOMPARE(QByteArray::fromStdString(result.error), error);
    QVERIFY(result.fault == (error.isEmpty() ? Fault::none : Fault::bad_answer));
    // The same client goes anywhere again when it is allowed to.
    QCOMPARE(client.get({url(redirects(1)), "the page", true}, {}).status, 200L);
  }

  void redirect_toAnotherProtocol_isRefused() {
    const HttpResult result = fetch(url("/?status=302&location=file%3A%2F%2F%2Fetc%2Fpasswd"));
    QVERIFY(result.fault == Fault::bad_answer);
    QCOMPARE(result.error, std::string("redirect to neither http nor https from the page"));
  }

  void redirect_toNobody_namesWhereItLed() {
    const ClosedPort closed;
    const std::string there = url_at(closed.port());
    const HttpResult result = fetch(url("/?status=302&location=" + encoded(there)));
    QVERIFY(result.fault == Fault::nothing_answered);
    QVERIFY(result.error.starts_with("could not connect to 127.0.0.1:" +
                                     std::to_string(closed.port())));
  }

  void stop_endsTheRequest_andTheClientGoesOn() {
    HttpClient client(patient());
    std::stop_source stop;
    HttpResult stopped;
    std::jthread other([&] {
      stopped = client.get({url(kAnHour), "the page", true}, stop.get_token());
    });
    const bool asked = eventually([&] { return server_->requests() == 1; });
    stop.request_stop();
    other.join();
    QVERIFY(asked);
    QVERIFY(stopped.fault == Fault::stopped);
    QVERIFY(client.get({url("/"), "the page", true}, stop.get_token()).fault == Fault::stopped);
    const HttpResult next = client.get({url("/"), "the page", true}, {});
    QVERIFY(next.fault == Fault::none);
    QCOMPARE(next.status, 200L);
    QCOMPARE(next.error, std::string());
  }

  void failedRequest_leavesTheClientUsable() {
    const ClosedPort closed;
    HttpClient client(patient());
    for (int i = 0; i < 3; ++i) {
      QVERIFY(client.get({url_at(closed.port()), "x", true}, {}).fault == Fault::nothing_answered);
      QVERIFY(client.get({url("/?status=500"), "x", true}, {}).fault == Fault::bad_answer);
      QVERIFY(client.get({url("/?bytes=7"), "x", true}, {}).bytes == 7);
    }
    QCOMPARE(server_->connections(), std::uint64_t(1));
  }

  void clients_keepTheirConnections() {
    HttpClients clients(patient());
    for (int i = 0; i < 5; ++i) {
      QVERIFY(clients.get({url("/"), "the page", true}, {}).fault == Fault::none);
    }
    QCOMPARE(server_->connections(), std::uint64_t(1));
    std::atomic<int> good = 0;
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 20; ++i) {
          const HttpResult result = clients.get({url("/?latency_ns=200000"), "the page", true}, {});
          good += result.fault == Fault::none ? 1 : 0;
        }
      });
    }
    threads.clear();
    QCOMPARE(good.load(), 80);
    QCOMPARE(server_->requests(), std::uint64_t(85));
    QVERIFY(server_->connections() <= 4);
  }
};

QTEST_APPLESS_MAIN(HttpClientTest)
#include "http_client_test.moc"
