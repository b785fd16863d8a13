// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/recommendation.h"

#include <QTest>

using namespace poolscope::experiment;

class RecommendationTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void unsortedPoints_areSorted();
  void fewRepeats_giveNone();
  void aLimitThatNobodyMeets_givesNone();
  void aSmallerCountThatMightDo_isNamed();
  void manyMoreThatAreSlower_areTold();
  void tasksThatComeByThemselves_waitLessWithMore();
  void asManyWorkersAsTasks_needNoWiderSweep();
  void throughputBetweenPoints_liesOnTheLine();
  void reason_isASentence_data();
  void reason_isASentence();
};

namespace {

std::vector<RepeatedPoint> saturating() {
  return {{1, {49.9, 50.0, 50.1}, 9}, {2, {99.8, 100, 100.1}, 4}, {4, {199, 200, 199.5}, 2},
          {8, {395, 396, 396.5}, 1},  {16, {401, 400, 402}, 0.5}, {32, {400, 401, 399}, 0.2}};
}

}  // namespace

void RecommendationTest::unsortedPoints_areSorted() {
  std::vector<RepeatedPoint> points = saturating();
  std::swap(points[0], points[4]);
  std::swap(points[1], points[3]);
  const Recommendation result = recommend(points);
  QCOMPARE(result.workers.value_or(0), std::uint64_t{8});
  QCOMPARE(result.code, ReasonCode::knee);
  QCOMPARE(result.points.front().workers, std::uint64_t{1});
}

void RecommendationTest::fewRepeats_giveNone() {
  std::vector<RepeatedPoint> points = saturating();
  points[2].throughputs.pop_back();
  const Recommendation result = recommend(points);
  QVERIFY(!result.workers);
  QCOMPARE(result.code, ReasonCode::too_few_repeats);
}

void RecommendationTest::aLimitThatNobodyMeets_givesNone() {
  const Recommendation result = recommend(saturating(), {.queue_wait_p99_limit = 0.1});
  QVERIFY(!result.workers);
  QCOMPARE(result.code, ReasonCode::queue_wait_too_long);
  std::vector<RepeatedPoint> unknown = saturating();
  for (RepeatedPoint& point : unknown) {
    point.queue_wait_p99.reset();  // what is not known meets no limit
  }
  QCOMPARE(recommend(unknown, {.queue_wait_p99_limit = 100}).code, ReasonCode::queue_wait_too_long);
}

void RecommendationTest::aSmallerCountThatMightDo_isNamed() {
  std::vector<RepeatedPoint> points = saturating();
  points[3].throughputs = {350, 396, 440};
  const Recommendation result = recommend(points);
  QCOMPARE(result.workers.value_or(0), std::uint64_t{16});
  QCOMPARE(result.code, ReasonCode::knee_unsure);
  QCOMPARE(result.might_do.value_or(0), std::uint64_t{8});
}

void RecommendationTest::manyMoreThatAreSlower_areTold() {
  std::vector<RepeatedPoint> points = saturating();
  points.back().throughputs = {250, 251, 252};
  const std::string text = reason_text(recommend(points));
  QVERIFY2(text.find("Many more are slower: 251/s at 32.") != std::string::npos, text.c_str());
  QVERIFY(reason_text(recommend(saturating())).find("More only add memory.") != std::string::npos);
}

/// The throughput is that of the arrivals; what more workers are good for is the wait.
void RecommendationTest::tasksThatComeByThemselves_waitLessWithMore() {
  const std::vector<RepeatedPoint> knee{
      {1, {50, 50, 50}, 9}, {2, {80, 80, 80}, 0.382}, {32, {80, 80, 80}, 0.022}};
  const RecommendationRules rules{.tasks_come_by_themselves = true};
  const std::string text = reason_text(recommend(knee, rules));
  QVERIFY2(
      text.find("shorten the wait in the queue: its 99th percentile is 382 ms at 2, 22.0 ms at "
                "32.") != std::string::npos,
      text.c_str());
  QVERIFY(text.find("--queue-wait-p99") != std::string::npos);
  QVERIFY(text.find("only add memory") == std::string::npos);
  const std::vector<RepeatedPoint> flat{
      {2, {80, 80, 80}, 0.382}, {4, {80, 80, 80}, 0.2}, {8, {80, 80, 80}, 0.08}};
  const std::string no_difference = reason_text(recommend(flat, rules));
  QVERIFY2(no_difference.find("no difference to the throughput") != std::string::npos &&
               no_difference.find("80.0 ms at 8") != std::string::npos,
           no_difference.c_str());
  // As they are handed over at once, more workers are memory alone.
  const std::vector<RepeatedPoint> idle{
      {1, {50, 50, 50}, 9}, {2, {80, 80, 80}, 8e-5}, {32, {80, 80, 80}, 2e-5}};
  QVERIFY(reason_text(recommend(idle, rules)).find("More only add memory.") != std::string::npos);
}

void RecommendationTest::asManyWorkersAsTasks_needNoWiderSweep() {
  const std::vector<RepeatedPoint> rising{
      {2, {40, 40, 40}}, {4, {80, 80, 80}}, {6, {120, 120, 120}}};
  const auto text = [&](std::uint64_t tasks) {
    return reason_text(recommend(rising, {.tasks_at_a_time = tasks}));
  };
  QVERIFY2(
      text(6).find("A batch has no more than 6 tasks: more workers would have nothing to do.") !=
          std::string::npos,
      text(6).c_str());
  QVERIFY(text(6).find("widen") == std::string::npos);
  QVERIFY(text(7).find("widen the sweep") != std::string::npos);
}

void RecommendationTest::throughputBetweenPoints_liesOnTheLine() {
  const Recommendation result = recommend(saturating());
  QCOMPARE(throughput_at(result.points, 8).value_or(0), (395 + 396 + 396.5) / 3);
  QVERIFY(qAbs(throughput_at(result.points, 6).value_or(0) - 297.67) < 0.1);
  QVERIFY(!throughput_at(result.points, 64));
  // Nested tasks on too few workers: between a deadlock and none.
  const std::vector<PointSummary> deadlocked{
      {.workers = 2}, {.workers = 4}, {.workers = 8, .throughput = {.mean = 390}}};
  QVERIFY(!throughput_at(deadlocked, 6));
  QCOMPARE(throughput_at(deadlocked, 3), std::optional<double>(0));
  QCOMPARE(throughput_at(deadlocked, 4), std::optional<double>(0));
}

void RecommendationTest::reason_isASentence_data() {
  QTest::addColumn<double>("limit");  // 0: none
  QTest::addColumn<int>("points");
  QTest::addColumn<QStringList>("words");
  QTest::newRow("knee") << 0.0 << 6
                        << QStringList{"8 workers: 396/s", "5 %", "401/s at 16", "95 % confidence",
                                       "cores + 4 = 6"};
  QTest::newRow("queue wait") << 0.6 << 6 << QStringList{"16 workers", "600 ms"};
  QTest::newRow("still rising") << 0.0 << 4 << QStringList{"8 workers", "at least"};
  QTest::newRow("too few points") << 0.0 << 2 << QStringList{"Can't tell", "three"};
}

void RecommendationTest::reason_isASentence() {
  QFETCH(double, limit);
  QFETCH(int, points);
  QFETCH(QStringList, words);
  std::vector<RepeatedPoint> some = saturating();
  some.resize(static_cast<std::size_t>(points));
  RecommendationRules rules;
  if (limit > 0) {
    rules.queue_wait_p99_limit = limit;
  }
  const QString text = QString::fromStdString(reason_text(recommend(some, rules), 6));
  for (const QString& word : words) {
    QVERIFY2(text.contains(word), qPrintable(word + QStringLiteral(" in: ") + text));
  }
  QVERIFY(text.endsWith(QLatin1Char('.')));
}

QTEST_APPLESS_MAIN(RecommendationTest)
#include "recommendation_test.moc"
