// SPDX-License-Identifier: Apache-2.0
#include "core/workload/url.h"

#include <QtTest>

using namespace poolscope::workload;

class UrlTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void url_isTold_data() {
    QTest::addColumn<QByteArray>("url");
    QTest::addColumn<bool>("web");
    QTest::addColumn<bool>("loopback");
    QTest::addColumn<QByteArray>("host");
    QTest::addColumn<QByteArray>("hostAndPort");
    const auto row = [](const char* url, bool web, bool loopback, const char* host,
                        const char* host_and_port) {
      QTest::newRow(url) << QByteArray(url) << web << loopback << QByteArray(host)
                         << QByteArray(host_and_port);
    };
    row("http://example.org/a?b=c", true, false, "example.org", "example.org");
    row("https://example.org:8443", true, false, "example.org", "example.org:8443");
    row("http://localhost:80/", true, true, "localhost", "localhost:80");
    row("http://127.0.0.1:1", true, true, "127.0.0.1", "127.0.0.1:1");
    row("http://127.8.9.10/", true, true, "127.8.9.10", "127.8.9.10");
    row("http://[::1]:99/", true, true, "[::1]", "[::1]:99");
    row("http://128.0.0.1/", true, false, "128.0.0.1", "128.0.0.1");
    row("http://localhost.example.org/", true, false, "localhost.example.org",
        "localhost.example.org");
    row("http://127.0.0.1@example.org/", true, false, "example.org", "example.org");
    row("http://2130706433/", true, true, "127.0.0.1", "127.0.0.1");
    row("ftp://example.org/", false, false, "example.org", "example.org");
    row("file:///etc/passwd", false, false, "file:///etc/passwd", "file:///etc/passwd");
    row("example.org", false, false, "example.org", "example.org");
    row("/page", false, false, "/page", "/page");
    row("", false, false, "", "");
  }
  void url_isTold() {
    QFETCH(QByteArray, url);
    QFETCH(bool, web);
    QFETCH(bool, loopback);
    QFETCH(QByteArray, host);
    QFETCH(QByteArray, hostAndPort);
    QCOMPARE(is_web_url(url.toStdString()), web);
    QCOMPARE(is_loopback_url(url.toStdString()), loopback);
    QCOMPARE(QByteArray::fromStdString(host_of(url.toStdString())), host);
    QCOMPARE(QByteArray::fromStdString(host_and_port(url.toStdString())), hostAndPort);
  }

  void path_isPrintableAscii_fromASlash_data() {
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<bool>("good");
    QTest::newRow("root") << QByteArray("/") << true;
    QTest::newRow("query") << QByteArray("/a/b?c=d&e=%20") << true;
    QTest::newRow("empty") << QByteArray("") << false;
    QTest::newRow("no slash") << QByteArray("page") << false;
    QTest::newRow("space") << QByteArray("/a b") << false;
    QTest::newRow("line break") << QByteArray("/a\r\nHost: b") << false;
    QTest::newRow("fragment") << QByteArray("/a#b") << false;
    QTest::newRow("not ASCII") << QByteArray("/\xc3\xa4") << false;
    QTest::newRow("delete") << QByteArray("/\x7f") << false;
  }
  void path_isPrintableAscii_fromASlash() {
    QFETCH(QByteArray, path);
    QFETCH(bool, good);
    QCOMPARE(is_url_path({path.data(), static_cast<std::size_t>(path.size())}), good);
  }
};

QTEST_APPLESS_MAIN(UrlTest)
#include "url_test.moc"
