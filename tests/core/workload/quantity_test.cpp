// SPDX-License-Identifier: Apache-2.0
#include "core/workload/quantity.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

using namespace poolscope::workload;
using namespace std::chrono_literals;

namespace {

QByteArray text_of(const std::string& text) {
  return QByteArray::fromStdString(text);
}

std::vector<double> draws(const DurationSpec& spec, std::uint64_t seed, std::size_t count) {
  Random random(seed);
  std::vector<double> values(count);
  std::ranges::generate(values, [&] { return static_cast<double>(draw(spec, random).count()); });
  return values;
}

}  // namespace

class QuantityTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void duration_isRead_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<qint64>("ns");
    const auto row = [](const char* text, std::chrono::nanoseconds time) {
      QTest::newRow(text) << QByteArray(text) << qint64(time.count());
    };
    row("0", 0ns);
    row("-0", 0ns);
    row("250ns", 250ns);
    row("3us", 3us);
    row("3\u00b5s", 3us);
    row("20ms", 20ms);
    row("1.5s", 1500ms);
    row("2min", 2min);
    row("24h", 24h);
    row("1e3ms", 1s);
    row(".5s", 500ms);
    row("  20  ms ", 20ms);
    row("0.4ns", 0ns);
  }
  void duration_isRead() {
    QFETCH(QByteArray, text);
    QFETCH(qint64, ns);
    const auto parsed = parse_duration(text.toStdString());
    QVERIFY2(parsed, parsed ? "" : parsed.error().c_str());
    QCOMPARE(qint64(parsed->count()), ns);
  }

  void duration_thatIsNone_isRefused_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("why");
    const auto row = [](const char* text, const char* why) {
      QTest::newRow(*text == '\0' ? "empty" : text) << QByteArray(text) << QByteArray(why);
    };
    row("", "is no duration: ''");
    row("5", "is no duration: '5'");
    row("ms", "is no duration: 'ms'");
    row("5 m s", "is no duration: '5 m s'");
    row("5MS", "is no duration: '5MS'");
    row("1,5s", "is no duration: '1,5s'");
    row("0x10ms", "is no duration: '0x10ms'");
    row("+5ms", "is no duration: '+5ms'");
    row("infs", "is no duration: 'infs'");
    row("nan s", "is no duration: 'nan s'");
    row("1e999s", "is no duration: '1e999s'");
    row("-5ms", "must not be negative: '-5ms'");
    row("25h", "is longer than a day");
    row("1e300s", "is longer than a day");
  }
  void duration_thatIsNone_isRefused() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, why);
    const auto parsed = parse_duration(text.toStdString());
    QVERIFY(!parsed);
    QCOMPARE(text_of(parsed.error()), why);
  }

  void distribution_isRead_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("kind");
    QTest::addColumn<qint64>("a");
    QTest::addColumn<qint64>("b");
    QTest::addColumn<double>("shape");
    using Kind = DurationSpec::Kind;
    const auto row = [](const char* text, Kind kind, std::chrono::nanoseconds a,
                        std::chrono::nanoseconds b, double shape) {
      QTest::newRow(text) << QByteArray(text) << int(kind) << qint64(a.count()) << qint64(b.count())
                          << shape;
    };
    row("20ms", Kind::fixed, 20ms, 0ns, 0);
    row("uniform(1s,2s)", Kind::uniform, 1s, 2s, 0);
    row(" uniform ( 20 ms ,  40 ms ) ", Kind::uniform, 20ms, 40ms, 0);
    row("uniform(5ms, 5ms)", Kind::uniform, 5ms, 5ms, 0);
    row("exponential(1s)", Kind::exponential, 1s, 0ns, 0);
    row("lognormal(60ms, 0.5)", Kind::lognormal, 60ms, 0ns, 0.5);
    row("lognormal(60ms, 0)", Kind::lognormal, 60ms, 0ns, 0);
    row("pareto(2ms,1.5)", Kind::pareto, 2ms, 0ns, 1.5);
  }
  void distribution_isRead() {
    QFETCH(QByteArray, text);
    QFETCH(int, kind);
    QFETCH(qint64, a);
    QFETCH(qint64, b);
    QFETCH(double, shape);
    const auto parsed = parse_duration_spec(text.toStdString());
    QVERIFY2(parsed, parsed ? "" : parsed.error().c_str());
    QCOMPARE(int(parsed->kind), kind);
    QCOMPARE(qint64(parsed->a.count()), a);
    QCOMPARE(qint64(parsed->b.count()), b);
    QCOMPARE(parsed->shape, shape);
    QCOMPARE(text_of(parsed->text), text.trimmed());
  }

  void distribution_thatIsNone_isRefused_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("why");
    const auto row = [](const char* text, const char* why) {
      QTest::newRow(text) << QByteArray(text) << QByteArray(why);
    };
    row("gauss(1s, 2s)", "has an unknown distribution 'gauss'");
    row("uniform(1s)", "must be written uniform(low, high)");
    row("uniform(1s, 2s, 3s)", "must be written uniform(low, high)");
    row("exponential(1s, 2)", "must be written exponential(mean)");
    row("lognormal()", "must be written lognormal(median, sigma)");
    row("uniform(2s, 1s)", "has its bounds in the wrong order");
    row("uniform(-1s, 1s)", "must not be negative: '-1s'");
    row("uniform(1s, 2)", "is no duration: '2'");
    row("exponential()", "is no duration: ''");
    row("lognormal(60ms, -1)", "has a wrong shape: sigma must not be negative");
    row("lognormal(60ms, x)", "has a wrong shape: sigma is not a number: 'x'");
    row("lognormal(60ms, 11)", "has a wrong shape: sigma is above 10");
    row("pareto(60ms, 0)", "has a wrong shape: alpha must be above 0");
    row("pareto(60ms, nan)", "has a wrong shape: alpha is not a number: 'nan'");
    row("pareto(60ms, 1ms)", "has a wrong shape: alpha is not a number: '1ms'");
    row("uniform(1s, 2s", "is no duration: 'uniform(1s, 2s'");
    row(")(", "is no duration: ')('");
  }
  void distribution_thatIsNone_isRefused() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, why);
    const auto parsed = parse_duration_spec(text.toStdString());
    QVERIFY(!parsed);
    QCOMPARE(text_of(parsed.error()), why);
  }

  void rate_isRead_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<double>("perSecond");
    QTest::addColumn<QByteArray>("why");
    const auto row = [](const char* text, double per_second, const char* why = "") {
      QTest::newRow(*text == '\0' ? "empty" : text)
          << QByteArray(text) << per_second << QByteArray(why);
    };
    row("50/s", 50);
    row("3000/min", 50);
    row("1.5 /h", 1.5 / 3600);
    row("1000000/s", 1e6);
    row("0/s", 0, "must be above 0");
    row("-1/s", 0, "must be above 0");
    row("1000001/s", 0, "is above a million a second");
    row("50", 0, "is no rate: '50'");
    row("50/ms", 0, "is no rate: '50/ms'");
    row("", 0, "is no rate: ''");
  }
  void rate_isRead() {
    QFETCH(QByteArray, text);
    QFETCH(double, perSecond);
    QFETCH(QByteArray, why);
    const auto parsed = parse_rate(text.toStdString());
    QCOMPARE(parsed.value_or(0), perSecond);
    QCOMPARE(parsed ? QByteArray() : text_of(parsed.error()), why);
  }

  void byteCount_isRead_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<qulonglong>("bytes");
    QTest::addColumn<QByteArray>("why");
    const auto row = [](const char* text, qulonglong bytes, const char* why = "") {
      QTest::newRow(*text == '\0' ? "empty" : text) << QByteArray(text) << bytes << QByteArray(why);
    };
    row("0", 0);
    row("4096", 4096);
    row("12B", 12);
    row("64KiB", 65536);
    row("1.5 MiB", 1572864);
    row("1GiB", 1073741824);
    row("2kB", 2000);
    row("3MB", 3000000);
    row("1GB", 1000000000);
    row("2GB", 0, "is above 1 GiB");
    row("1073741825", 0, "is above 1 GiB");
    row("-1", 0, "must not be negative: '-1'");
    row("4kb", 0, "is no size: '4kb'");
    row("", 0, "is no size: ''");
  }
  void byteCount_isRead() {
    QFETCH(QByteArray, text);
    QFETCH(qulonglong, bytes);
    QFETCH(QByteArray, why);
    const auto parsed = parse_byte_count(text.toStdString());
    QCOMPARE(qulonglong(parsed.value_or(0)), bytes);
    QCOMPARE(parsed ? QByteArray() : text_of(parsed.error()), why);
  }

  // Median, mean and bounds of many draws against those of the distribution. The seed is fixed, so
  // the outcome is, too.
  void draws_followTheirDistribution_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<double>("median");
    QTest::addColumn<double>("mean");
    QTest::addColumn<double>("least");
    QTest::addColumn<double>("most");
    const double day = 86'400e9;
    QTest::newRow("fixed") << QByteArray("20ms") << 20e6 << 20e6 << 20e6 << 20e6;
    QTest::newRow("uniform") << QByteArray("uniform(20ms, 40ms)") << 30e6 << 30e6 << 20e6 << 40e6;
    QTest::newRow("exponential") << QByteArray("exponential(10ms)") << 10e6 * std::log(2.0) << 10e6
                                 << 0.0 << day;
    QTest::newRow("lognormal") << QByteArray("lognormal(60ms, 0.5)") << 60e6
                               << 60e6 * std::exp(0.125) << 0.0 << day;
    QTest::newRow("lognormal without spread")
        << QByteArray("lognormal(60ms, 0)") << 60e6 << 60e6 << 60e6 << 60e6;
    QTest::newRow("pareto") << QByteArray("pareto(2ms, 4)") << 2e6 * std::pow(2.0, 0.25)
                            << 2e6 * 4 / 3 << 2e6 << day;
  }
  void draws_followTheirDistribution() {
    QFETCH(QByteArray, text);
    QFETCH(double, median);
    QFETCH(double, mean);
    QFETCH(double, least);
    QFETCH(double, most);
    auto values = draws(*parse_duration_spec(text.toStdString()), 1, 20'000);
    std::ranges::sort(values);
    QVERIFY(values.front() >= least);
    QVERIFY(values.back() <= most);
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    QVERIFY(std::abs(sum / static_cast<double>(values.size()) / mean - 1) < 0.02);
    QVERIFY(std::abs(values[values.size() / 2] / median - 1) < 0.02);
  }

  void draws_dependOnTheSeedAlone() {
    const auto spec = *parse_duration_spec("lognormal(60ms, 0.5)");
    QCOMPARE(draws(spec, 7, 100), draws(spec, 7, 100));
    QVERIFY(draws(spec, 7, 100) != draws(spec, 8, 100));
    QVERIFY(Random(1, 0, 0).next() != Random(1, 1, 0).next());
    QVERIFY(Random(1, 0, 0).next() != Random(1, 0, 1).next());
  }

  void wildDistribution_isKeptWithinADay_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("lognormal") << QByteArray("lognormal(24h, 10)");
    QTest::newRow("lognormal of nothing") << QByteArray("lognormal(0, 10)");
    QTest::newRow("pareto") << QByteArray("pareto(1ns, 0.001)");
    QTest::newRow("pareto of nothing") << QByteArray("pareto(0, 0.0001)");
    QTest::newRow("exponential") << QByteArray("exponential(24h)");
  }
  void wildDistribution_isKeptWithinADay() {
    QFETCH(QByteArray, text);
    const auto spec = *parse_duration_spec(text.toStdString());
    for (const double ns : draws(spec, 3, 5'000)) {
      QVERIFY(ns >= 0 && ns <= 86'400e9);
    }
  }
};

QTEST_APPLESS_MAIN(QuantityTest)
#include "quantity_test.moc"
