// SPDX-License-Identifier: Apache-2.0
#include "core/workload/url_scenario.h"

#include "core/workload/scenario.h"

#include <QtTest>

#include <string>
#include <vector>

using namespace poolscope::workload;

class UrlScenarioTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void urls_ofAnyText_areFoundOnceAndInOrder();
  void strayLine_isTold();
  void listOfAProgram_isTakenAsItStands_data();
  void listOfAProgram_isTakenAsItStands();
  void rubbish_isStray_data();
  void rubbish_isStray();
  void emptyText_hasNone();
  void scenario_ofUrls_isParsedAsItWasMeant();
  void scenario_withoutRate_hasTheHostsDefault();
};

void UrlScenarioTest::urls_ofAnyText_areFoundOnceAndInOrder() {
  const UrlList list = urls_in(
      "# my pages\nhttps://example.org/a?b=c&d=%20\r\n\n"
      "<a href=\"http://example.org:8080/x\">x</a>, https://example.org/a?b=c&d=%20\n"
      "  http://other.example/");
  QCOMPARE(list.urls,
           (std::vector<std::string>{"https://example.org/a?b=c&d=%20", "http://example.org:8080/x",
                                     "http://other.example/"}));
  QCOMPARE(list.hosts, std::size_t{3});
  QVERIFY(!list.stray);
}

void UrlScenarioTest::strayLine_isTold() {
  const UrlList list = urls_in("http://a.example/\nexample.org/without\tscheme\nftp://b.example/");
  QCOMPARE(list.urls.size(), std::size_t{1});
  QCOMPARE(*list.stray, std::string("example.org/without scheme"));
  QCOMPARE(list.stray_line, std::size_t{2});
}

void UrlScenarioTest::listOfAProgram_isTakenAsItStands_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::newRow("one line") << QByteArray("urls = [\"http://a.example/\", 'http://b.example/']");
  QTest::newRow("Python") << QByteArray(
      "urls = [\n    'http://a.example/',  # the first\n    'http://b.example/',\n]\n");
  QTest::newRow("a tuple") << QByteArray(
      "URLS_2=(\r\n\"http://a.example/\",\r\n\"http://b.example/\")");
  QTest::newRow("another language")
      << QByteArray("urls = {\n  \"http://a.example/\",\n  \"http://b.example/\"\n};\n");
}

void UrlScenarioTest::listOfAProgram_isTakenAsItStands() {
  QFETCH(QByteArray, text);
  const UrlList list = urls_in(text.toStdString());
  QVERIFY2(!list.stray, list.stray.value_or("").c_str());
  QCOMPARE(list.urls, (std::vector<std::string>{"http://a.example/", "http://b.example/"}));
}

void UrlScenarioTest::rubbish_isStray_data() {
  QTest::addColumn<QByteArray>("text");
  for (const char* text : {"= [", "urls = 5 [", "two words = [", "urls = [] x", "\x01\x02",
                           "http:/", "https://", "javascript:alert(1)", "file:///etc/passwd"}) {
    QTest::newRow(text) << QByteArray(text);
  }
}

void UrlScenarioTest::rubbish_isStray() {
  QFETCH(QByteArray, text);
  const UrlList list = urls_in(text.toStdString());
  QVERIFY(list.urls.empty());
  QVERIFY(list.stray.has_value());
}

void UrlScenarioTest::emptyText_hasNone() {
  for (const char* text : {"", "\n\n", "# nothing\n", " , "}) {
    const UrlList list = urls_in(text);
    QVERIFY(list.urls.empty());
    QVERIFY(!list.stray);
    QCOMPARE(list.stray_line, std::size_t{0});
    QCOMPARE(list.hosts, std::size_t{0});
  }
}

void UrlScenarioTest::scenario_ofUrls_isParsedAsItWasMeant() {
  const std::vector<std::string> urls{"http://example.org/a\\b", "https://example.org/?q=1"};
  const std::string toml =
      scenario_of_urls(urls, {.max_workers = 3, .limits = {.at_a_time = 2, .rate_per_s = 0.5}});
  const auto scenario = parse_scenario(toml, "pages.toml");
  QVERIFY2(scenario, scenario ? "" : scenario.error().message().c_str());
  QCOMPARE(scenario->http.urls, urls);
  QCOMPARE(scenario->pool.thread_name_prefix, std::string("web"));  // lanes have names to read
  QCOMPARE(*scenario->max_workers, std::size_t{3});
  QCOMPARE(scenario->load.tasks, std::uint64_t{2});
  QVERIFY(!scenario->load.repeat);
  QCOMPARE(*scenario->http.per_host, std::uint64_t{2});
  QCOMPARE(*scenario->http.rate_per_host, 0.5);
  QVERIFY(scenario->needs_trust());
  QVERIFY(scenario->code.find("max_workers=3") != std::string::npos);
}

void UrlScenarioTest::scenario_withoutRate_hasTheHostsDefault() {
  const auto scenario =
      parse_scenario(scenario_of_urls({"http://127.0.0.1:1/"}, {.limits = {}}), "pages.toml");
  QVERIFY(scenario);
  QVERIFY(!scenario->http.rate_per_host);
  QVERIFY(!scenario->needs_trust());
}

QTEST_GUILESS_MAIN(UrlScenarioTest)
#include "url_scenario_test.moc"
