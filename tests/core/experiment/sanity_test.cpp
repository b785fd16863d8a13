// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/sanity.h"

#include <QTest>

#include <cmath>

using namespace poolscope;
using namespace poolscope::experiment;

class SanityTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void aFullPool_agreesWithLittle_andHasNoErlang();
  void aRunThatDisagrees_isTold();
  void littlesLaw_isOfWhatHappened_notOfWhatWasNamed();
  void notes_standOnceEach_withTheirCounts();
  void poissonArrivals_haveErlangsWait();
  void tooManyArrivals_haveNoSteadyWait();
  void lateArrivals_haveNoErlang();
};

namespace {

SweepPoint point(std::uint64_t workers, const RunFigures& run) {
  return sum_up(workers, {run, run, run});
}

bool says(const Sanity& sanity, const char* word) {
  return sanity.note().find(word) != std::string::npos;
}

}  // namespace

void SanityTest::aFullPool_agreesWithLittle_andHasNoErlang() {
  const Sanity sanity = sanity_of(point(8, {.throughput = 400,
                                            .run_time_mean = 0.02,
                                            .utilization = 0.99,
                                            .busy_workers = 7.92,
                                            .finish_rate = 400}),
                                  {.pattern = workload::LoadPattern::map});
  QVERIFY(std::abs(sanity.busy_workers - 7.92) < 1e-9);
  QVERIFY(std::abs(sanity.busy_by_littles_law - 8) < 1e-9);
  QVERIFY(!sanity.queue_wait_by_erlang_c);
  QVERIFY2(says(sanity, "holds") && says(sanity, "not for this load"), sanity.note().c_str());
}

void SanityTest::aRunThatDisagrees_isTold() {
  const Sanity sanity =
      sanity_of(point(8, {.run_time_mean = 0.02, .busy_workers = 8, .finish_rate = 200}), {});
  QVERIFY2(says(sanity, "off by 50 %"), sanity.note().c_str());
  QVERIFY(says(sanity_of(point(8, {}), {}), "Nothing was finished"));
}

/// Workers start when they are needed: all of them need not be there, and what is named in the
/// scenario is not what came in this run.
void SanityTest::littlesLaw_isOfWhatHappened_notOfWhatWasNamed() {
  const Sanity sanity = sanity_of(point(16, {.throughput = 350,
                                             .run_time_mean = 0.02,
                                             .utilization = 0.5,
                                             .busy_workers = 7.1,
                                             .finish_rate = 355}),
                                  {.pattern = workload::LoadPattern::poisson, .rate_per_s = 350});
  QVERIFY(std::abs(sanity.busy_workers - 7.1) < 1e-9);
  QVERIFY(std::abs(sanity.busy_by_littles_law - 7.1) < 1e-9);
  QVERIFY2(says(sanity, "holds"), sanity.note().c_str());
}

void SanityTest::notes_standOnceEach_withTheirCounts() {
  const RunFigures agrees{.run_time_mean = 0.02, .busy_workers = 2, .finish_rate = 100};
  RunFigures disagrees = agrees;
  disagrees.busy_workers = 4;
  SweepResult result{.load = {.pattern = workload::LoadPattern::map},
                     .points = {point(1, agrees), point(2, disagrees), point(4, agrees)}};
  const std::vector<std::string> notes = sanity_notes(result);
  QCOMPARE(notes.size(), std::size_t(3));
  QVERIFY2(notes[0].starts_with("1 and 4 workers: Little's law holds"), notes[0].c_str());
  QVERIFY2(notes[1].starts_with("2 workers: Little's law is off by 50 %"), notes[1].c_str());
  QVERIFY2(notes[2].starts_with("Erlang's formulas"), notes[2].c_str());  // the same for all
  result.points = {point(1, agrees), point(2, agrees)};
  QVERIFY(sanity_notes(result)[0].starts_with("Little's law holds"));
}

void SanityTest::poissonArrivals_haveErlangsWait() {
  const Sanity sanity = sanity_of(
      point(
          10,
          {.throughput = 400, .queue_wait_mean = 0.004, .run_time_mean = 0.02, .utilization = 0.8}),
      {.pattern = workload::LoadPattern::poisson, .rate_per_s = 400});
  QVERIFY(sanity.queue_wait_by_erlang_c.has_value());
  QVERIFY(std::abs(*sanity.queue_wait_by_erlang_c - 0.00409180150796) < 1e-9);
  QCOMPARE(sanity.queue_wait_mean, 0.004);
  QVERIFY(!says(sanity, "hand a task over"));
  const Sanity idle =
      sanity_of(point(40, {.queue_wait_mean = 5e-5, .run_time_mean = 0.02, .finish_rate = 400}),
                {.pattern = workload::LoadPattern::poisson, .rate_per_s = 400});
  QVERIFY2(says(idle, "hand a task over"), idle.note().c_str());
  const Sanity nothing =
      sanity_of(point(4, {}), {.pattern = workload::LoadPattern::poisson, .rate_per_s = 400});
  QVERIFY2(says(nothing, "need a run time"), nothing.note().c_str());
}

void SanityTest::tooManyArrivals_haveNoSteadyWait() {
  const Sanity sanity =
      sanity_of(point(4, {.throughput = 200, .run_time_mean = 0.02, .utilization = 1}),
                {.pattern = workload::LoadPattern::poisson, .rate_per_s = 400});
  QVERIFY(!sanity.queue_wait_by_erlang_c);
  QVERIFY2(says(sanity, "no steady value"), sanity.note().c_str());
}

/// They waited for a place in the queue, which Erlang's has for all.
void SanityTest::lateArrivals_haveNoErlang() {
  const Sanity sanity = sanity_of(point(10, {.run_time_mean = 0.02, .arrivals_late = true}),
                                  {.pattern = workload::LoadPattern::poisson, .rate_per_s = 400});
  QVERIFY(!sanity.queue_wait_by_erlang_c);
  QVERIFY2(says(sanity, "these were late"), sanity.note().c_str());
}

QTEST_APPLESS_MAIN(SanityTest)
#include "sanity_test.moc"
