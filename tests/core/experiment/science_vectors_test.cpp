// SPDX-License-Identifier: Apache-2.0
// The published, exact and textbook values of tests/data/science-vectors.json, each a row: what
// the code makes of `given` must be what is expected, key by key, within the vector's tolerance.
#include "core/base/cores.h"
#include "core/experiment/bootstrap.h"
#include "core/experiment/interval.h"
#include "core/experiment/queueing.h"
#include "core/experiment/recommendation.h"
#include "core/experiment/scaling_laws.h"
#include "core/experiment/steadiness.h"
#include "core/experiment/usl_fit.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMap>
#include <QRegularExpression>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <functional>

using namespace poolscope::experiment;

class ScienceVectorsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void vector_isMet_data();
  void vector_isMet();
};

namespace {

using Compute = std::function<QJsonObject(const QJsonObject&)>;

double real(const QJsonObject& given, const char* key) {
  return given.value(QLatin1String(key)).toDouble();
}

std::uint64_t whole(const QJsonObject& given, const char* key) {
  return static_cast<std::uint64_t>(given.value(QLatin1String(key)).toInteger());
}

std::vector<double> reals(const QJsonValue& array) {
  std::vector<double> values;
  for (const QJsonValue& value : array.toArray()) {
    values.push_back(value.toDouble());
  }
  return values;
}

template <typename Values>
QJsonArray array(const Values& values) {
  QJsonArray result;
  for (const auto& value : values) {
    result.append(static_cast<double>(value));
  }
  return result;
}

template <typename T>
QJsonValue orNull(const std::optional<T>& value) {
  return value ? QJsonValue(static_cast<double>(*value)) : QJsonValue(QJsonValue::Null);
}

QJsonObject uslFit(const QJsonObject& given) {
  std::vector<Measurement> points;
  for (const QJsonValue& point : given.value(QLatin1String("points")).toArray()) {
    points.push_back({static_cast<std::uint64_t>(point.toArray()[0].toInteger()),
                      point.toArray()[1].toDouble()});
  }
  const auto fit = fit_usl(points);
  if (!fit) {
    return {{"fit", QJsonValue::Null},
            {"reason", fit.error() == NoFit::too_few_points ? "too_few_points" : "no_throughput"}};
  }
  return {{"lambda", fit->model.lambda},
          {"sigma", fit->model.sigma},
          {"kappa", fit->model.kappa},
          {"r2", orNull(fit->r2)},
          {"rse", orNull(fit->error)},
          {"peak_workers", orNull(fit->model.peak_workers())},
          {"residuals", array(fit->residuals)},
          {"limit", orNull(fit->model.limit())},
          {"optimal_workers", orNull(fit->model.knee_workers())}};
}

QJsonObject littlesLaw(const QJsonObject& given) {
  if (given.contains(QLatin1String("queue_area"))) {
    const QueueMeans means =
        little_means(real(given, "queue_area"), real(given, "duration"), whole(given, "started"));
    return {{"mean_queue", means.queue}, {"mean_wait", means.wait}};
  }
  const bool running = given.contains(QLatin1String("run_time"));
  const double inside = little_in_system(real(given, "throughput"),
                                         real(given, running ? "run_time" : "time_in_system"));
  return {{running ? "busy_workers" : "in_system", inside}};
}

QJsonObject openPool(const QJsonObject& given) {
  const auto m =
      mmc(real(given, "arrival_rate"), real(given, "service_rate"), whole(given, "servers"));
  return {{"utilization", m->utilization},
          {"wait_probability", m->wait_probability},
          {"wq", m->wq},
          {"lq", m->lq},
          {"w", m->w},
          {"l", m->l},
          {"wait_p50", m->wait_quantile(0.5)},
          {"wait_p90", m->wait_quantile(0.9)},
          {"wait_p99", m->wait_quantile(0.99)}};
}

QJsonObject closedNetwork(const QJsonObject& given) {
  const ClosedNetwork network{real(given, "think"), reals(given.value(QLatin1String("demands")))};
  std::vector<double> throughputs;
  std::vector<double> bounds;
  for (const double n : reals(given.value(QLatin1String("workers")))) {
    throughputs.push_back(network.throughput(static_cast<std::uint64_t>(n)));
    bounds.push_back(network.upper_bound(static_cast<std::uint64_t>(n)));
  }
  return {{"throughput", array(throughputs)},
          {"saturation_workers", network.saturation_workers()},
          {"upper_bound", array(bounds)}};
}

QJsonObject closedPool(const QJsonObject& given) {
  const ClosedPool pool{real(given, "latency"), real(given, "cpu"), whole(given, "cores")};
  std::vector<double> throughputs;
  std::vector<double> bounds;
  for (const double n : reals(given.value(QLatin1String("workers")))) {
    throughputs.push_back(pool.throughput(static_cast<std::uint64_t>(n)));
    bounds.push_back(pool.upper_bound(static_cast<std::uint64_t>(n)));
  }
  return {{"throughput", array(throughputs)},
          {"upper_bound", array(bounds)},
          {"goetz", orNull(goetz_workers(real(given, "cores"), 1, pool.latency, pool.cpu))}};
}

QJsonObject interval(const QJsonObject& given) {
  const auto values = reals(given.value(QLatin1String("values")));
  const MeanInterval result = mean_interval(values, real(given, "level"));
  return {{"mean", result.mean},
          {"sd", result.standard_deviation},
          {"half_width", orNull(result.half_width)},
          {"ci_low", result.low()},
          {"ci_high", result.high()}};
}

QJsonObject quantiles(const QJsonObject& given) {
  std::vector<double> found;
  for (const double p : reals(given.value(QLatin1String("p")))) {
    found.push_back(quantile(reals(given.value(QLatin1String("values"))), p));
  }
  return {{"q", array(found)}};
}

QJsonObject bootstrapped(const QJsonObject& given) {
  const bool median = given.value(QLatin1String("statistic")) == QLatin1String("median");
  const auto statistic = [median](std::span<const double> values) {
    return median ? quantile({values.begin(), values.end()}, 0.5) : mean(values);
  };
  const BootstrapInterval result =
      bootstrap(reals(given.value(QLatin1String("values"))), statistic, real(given, "level"));
  return {{"resamples", static_cast<double>(result.resamples)},
          {"ci_low", result.interval.low},
          {"ci_high", result.interval.high}};
}

QJsonObject warmUp(const QJsonObject& given) {
  const auto values = reals(given.value(QLatin1String("values")));
  const WarmUp found = find_warm_up(values, whole(given, "batch"));
  return {{"batches", static_cast<double>(found.batches)},
          {"truncate_batches", static_cast<double>(found.cut_batches)},
          {"truncate_values", static_cast<double>(found.cut_values)},
          {"statistic", found.statistic},
          {"steady", found.steady},
          {"mean_after", mean(std::span<const double>(values).subspan(found.cut_values))}};
}

QJsonObject welch(const QJsonObject& given) {
  const WelchTest test =
      welch_test(reals(given.value(QLatin1String("a"))), reals(given.value(QLatin1String("b"))));
  return {{"t", test.t}, {"df", test.df}, {"p", test.p}};
}

QJsonObject recommended(const QJsonObject& given) {
  std::vector<RepeatedPoint> points;
  for (const QJsonValue& value : given.value(QLatin1String("points")).toArray()) {
    const QJsonObject point = value.toObject();
    const QJsonValue wait = point.value(QLatin1String("queue_wait_p99"));
    points.push_back({whole(point, "workers"), reals(point.value(QLatin1String("throughputs"))),
                      wait.isNull() ? std::nullopt : std::optional(wait.toDouble())});
  }
  RecommendationRules rules{.within = real(given, "within"), .level = real(given, "level")};
  if (const QJsonValue limit = given.value(QLatin1String("queue_wait_p99_limit"));
      !limit.isNull()) {
    rules.queue_wait_p99_limit = limit.toDouble();
  }
  const Recommendation result = recommend(points, rules);
  return {{"recommended_workers", orNull(result.workers)},
          {"reason", QString::fromLatin1(name_of(result.code).data())}};
}

QJsonObject interleaving(const QJsonObject& given) {
  std::vector<std::size_t> counts;
  for (const double n : reals(given.value(QLatin1String("workers")))) {
    counts.push_back(static_cast<std::size_t>(n));
  }
  QJsonArray order;
  for (const auto& repeat : interleaved(counts, whole(given, "repeats"))) {
    order.append(array(repeat));
  }
  return {{"order", order}};
}

const QMap<QString, Compute>& computations() {
  static const QMap<QString, Compute> all{
      {"usl_fit", uslFit},
      {"usl_value",
       [](const QJsonObject& g) {
         const Usl model{real(g, "lambda"), real(g, "sigma"), real(g, "kappa")};
         return QJsonObject{{"throughput", model.throughput(real(g, "n"))}};
       }},
      {"usl_peak",
       [](const QJsonObject& g) {
         const Usl model{1, real(g, "sigma"), real(g, "kappa")};
         return QJsonObject{{"peak_workers", orNull(model.peak_workers())},
                            {"best_integer_workers", orNull(model.best_whole_workers())}};
       }},
      {"amdahl",
       [](const QJsonObject& g) {
         const double p = real(g, "parallel_fraction");
         return QJsonObject{{"speedup", amdahl_speedup(p, real(g, "n"))},
                            {"limit", orNull(amdahl_limit(p))}};
       }},
      {"gustafson",
       [](const QJsonObject& g) {
         return QJsonObject{
             {"scaled_speedup", gustafson_speedup(real(g, "serial_fraction"), real(g, "n"))}};
       }},
      {"erlang_b",
       [](const QJsonObject& g) {
         return QJsonObject{{"blocking", erlang_b(whole(g, "servers"), real(g, "offered_load"))}};
       }},
      {"erlang_c",
       [](const QJsonObject& g) {
         const double load = real(g, "offered_load");
         return QJsonObject{{"wait_probability", erlang_c(whole(g, "servers"), load)},
                            {"stable", mmc(load, 1, whole(g, "servers")).has_value()}};
       }},
      {"mmc", openPool},
      {"allen_cunneen",
       [](const QJsonObject& g) {
         return QJsonObject{{"wq", orNull(allen_cunneen_wait(
                                       real(g, "arrival_rate"), real(g, "mean_service"),
                                       whole(g, "servers"), real(g, "ca2"), real(g, "cs2")))}};
       }},
      {"little", littlesLaw},
      {"goetz",
       [](const QJsonObject& g) {
         const auto threads = goetz_workers(real(g, "cores"), real(g, "target_utilization"),
                                            real(g, "wait"), real(g, "compute"));
         return QJsonObject{{"threads", orNull(threads)}, {"rounded", std::round(*threads)}};
       }},
      {"rules_of_thumb",
       [](const QJsonObject& g) {
         const std::uint64_t cores = whole(g, "cores");
         return QJsonObject{
             {"seed_rule", static_cast<double>(poolscope::rule_of_thumb_workers(cores))},
             {"python_default", static_cast<double>(python_default_workers(cores))}};
       }},
      {"mva", closedNetwork},
      {"closed_pool", closedPool},
      {"t_quantile",
       [](const QJsonObject& g) {
         return QJsonObject{{"t", t_quantile(real(g, "p"), real(g, "df"))}};
       }},
      {"t_interval", interval},
      {"quantile_type7", quantiles},
      {"bootstrap_exhaustive", bootstrapped},
      {"mser5", warmUp},
      {"welch", welch},
      {"lag1_autocorrelation",
       [](const QJsonObject& g) {
         const auto values = reals(g.value(QLatin1String("values")));
         return QJsonObject{{"r1", lag1_autocorrelation(values)},
                            {"von_neumann", von_neumann_ratio(values)}};
       }},
      {"recommend", recommended},
      {"interleave", interleaving}};
  return all;
}

/// How far `actual` may be from `expected` by words such as "rel 1e-4 or abs 1e-6; ...": the widest
/// of what they allow. `largest` stands for max(throughput).
double allowance(const QString& words, double expected, double largest) {
  static const QRegularExpression pattern(QStringLiteral(R"((rel|abs) ([0-9.e-]+)(\*max)?)"));
  // The file has twelve digits: what it says is right to half of the last one.
  double widest =
      expected == 0 ? 0 : 0.5 * std::pow(10, std::floor(std::log10(std::abs(expected))) - 11);
  auto matches = pattern.globalMatch(words);
  while (matches.hasNext()) {
    const auto match = matches.next();
    const double size = match.captured(2).toDouble();
    const bool relative = match.captured(1) == QLatin1String("rel");
    const double unit = !match.captured(3).isEmpty() ? largest : 1;
    widest = std::max(widest, relative ? size * std::abs(expected) : size * unit);
  }
  return widest;
}

QString difference(const QJsonValue& actual, const QJsonValue& expected, const QString& words,
                   double largest) {
  if (expected.isArray()) {
    const QJsonArray left = actual.toArray();
    const QJsonArray right = expected.toArray();
    if (left.size() != right.size()) {
      return QStringLiteral("another number of values");
    }
    for (qsizetype i = 0; i < left.size(); ++i) {
      if (const QString text = difference(left[i], right[i], words, largest); !text.isEmpty()) {
        return QStringLiteral("at %1: %2").arg(i).arg(text);
      }
    }
    return {};
  }
  if (!expected.isDouble() || !actual.isDouble()) {
    return actual == expected ? QString() : QStringLiteral("another value");
  }
  const double off = std::abs(actual.toDouble() - expected.toDouble());
  if (off <= allowance(words, expected.toDouble(), largest)) {
    return {};
  }
  return QStringLiteral("%1 instead of %2")
      .arg(actual.toDouble(), 0, 'g', 12)
      .arg(expected.toDouble(), 0, 'g', 12);
}

double largestThroughput(const QJsonObject& given) {
  double largest = 0;
  for (const QJsonValue& point : given.value(QLatin1String("points")).toArray()) {
    largest = std::max(largest, point.toArray().at(1).toDouble());
  }
  return largest;
}

}  // namespace

void ScienceVectorsTest::vector_isMet_data() {
  QTest::addColumn<QJsonObject>("vector");
  QFile file(QStringLiteral(POOLSCOPE_TEST_DATA "/science-vectors.json"));
  QVERIFY(file.open(QIODevice::ReadOnly));
  const QJsonArray vectors =
      QJsonDocument::fromJson(file.readAll()).object().value(QLatin1String("vectors")).toArray();
  QVERIFY(vectors.size() >= 90);
  for (const QJsonValue& value : vectors) {
    const QJsonObject vector = value.toObject();
    QTest::newRow(qPrintable(vector.value(QLatin1String("id")).toString())) << vector;
  }
}

void ScienceVectorsTest::vector_isMet() {
  QFETCH(QJsonObject, vector);
  const QString kind = vector.value(QLatin1String("kind")).toString();
  QVERIFY2(computations().contains(kind), qPrintable(kind));
  const QJsonObject given = vector.value(QLatin1String("given")).toObject();
  const QJsonObject expected = vector.value(QLatin1String("expect")).toObject();
  const QJsonObject tolerances = vector.value(QLatin1String("tolerance")).toObject();
  const QJsonObject actual = computations()[kind](given);
  int compared = 0;
  for (const QString& key : expected.keys()) {
    if (key == QLatin1String("published") || key == QLatin1String("table")) {
      continue;  // the same again, with fewer digits
    }
    QVERIFY2(actual.contains(key), qPrintable(key));
    // What follows from the coefficients is as exact as they are.
    const QString fallback =
        kind == QLatin1String("usl_fit") ? QStringLiteral("rel 1e-3") : QString();
    const QString words =
        tolerances.value(key).toString(tolerances.value(QLatin1String("*")).toString(fallback));
    const QString wrong = difference(actual[key], expected[key], words, largestThroughput(given));
    QVERIFY2(wrong.isEmpty(), qPrintable(key + QStringLiteral(": ") + wrong));
    ++compared;
  }
  QVERIFY(compared > 0);
}

QTEST_APPLESS_MAIN(ScienceVectorsTest)
#include "science_vectors_test.moc"
