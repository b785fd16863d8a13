// SPDX-License-Identifier: Apache-2.0
#include "core/session/activity_track.h"

#include "seed.h"

#include <QTest>

#include <algorithm>
#include <cstdio>
#include <random>
#include <utility>
#include <vector>

using namespace poolscope::session;

/// Sums of changes against the changes themselves.
class ActivityTrackTest : public QObject {
  Q_OBJECT
 private slots:
  void sums_inAnyOrderAndTakenBack_areThoseOfTheChanges_data();
  void sums_inAnyOrderAndTakenBack_areThoseOfTheChanges();
  void cells_ofALongSession_areFew();
  void clock_decadesAhead_leavesTheSumsRight();
};

namespace {

struct Change {
  TimeNs time;
  int change;
};

void compare(const ActivityTrack& track, const std::vector<Change>& changes, TimeNs begin,
             TimeNs end) {
  ActivityTrack::Walk walk(track, ActivityTrack::running);
  walk.go_to(begin);
  const std::int64_t count = walk.count();
  const Area area = walk.area();
  walk.go_to(end);
  std::int64_t expectedCount = 0;
  Area expectedArea = 0;
  std::int64_t expectedBefore = 0;
  for (const Change& change : changes) {
    expectedBefore += change.time < begin ? change.change : 0;
    expectedCount += change.time < end ? change.change : 0;
    const TimeNs covered = end - std::clamp(change.time, begin, end);
    expectedArea += Area{change.change} * covered;
  }
  QCOMPARE(count, expectedBefore);
  QCOMPARE(walk.count(), expectedCount);
  QVERIFY(walk.area() - area == expectedArea);
}

}  // namespace

void ActivityTrackTest::sums_inAnyOrderAndTakenBack_areThoseOfTheChanges_data() {
  QTest::addColumn<quint64>("span");
  QTest::newRow("within a cell") << quint64(10);
  QTest::newRow("some cells") << quint64(3'000);
  QTest::newRow("cells that widen") << quint64(40'000'000);
  QTest::newRow("days") << quint64(400'000'000'000'000);
}

void ActivityTrackTest::sums_inAnyOrderAndTakenBack_areThoseOfTheChanges() {
  QFETCH(quint64, span);
  std::mt19937_64 random(seed());
  std::printf("POOLSCOPE_SEED=%llu\n", static_cast<unsigned long long>(seed()));
  ActivityTrack track;
  std::vector<Change> changes;
  const auto add = [&](TimeNs time, int change) {
    track.add(ActivityTrack::running, time, change);
    changes.push_back({time, change});
  };
  for (int i = 0; i < 3'000; ++i) {
    const auto from = static_cast<TimeNs>(random() % span);
    const auto to = static_cast<TimeNs>(random() % span);
    add(std::min(from, to), 1);
    add(std::max(from, to), -1);
    if (random() % 5 == 0) {  // it was a mistake
      add(std::min(from, to), -1);
      add(std::max(from, to), 1);
    }
    if (random() % 500 == 0) {
      track.freeze();
    }
  }
  track.freeze();
  const auto cells = static_cast<std::uint64_t>(static_cast<TimeNs>(span) / track.cell() + 2);
  for (int i = 0; i < 200; ++i) {
    const auto a = static_cast<TimeNs>(random() % cells) * track.cell();
    const auto b = static_cast<TimeNs>(random() % (cells + 10)) * track.cell();
    compare(track, changes, std::min(a, b), std::max(a, b));
  }
}

void ActivityTrackTest::cells_ofALongSession_areFew() {
  ActivityTrack track;
  constexpr TimeNs kStep = 1'000'000;
  constexpr TimeNs kTasks = 100'000;
  for (TimeNs i = 0; i < kTasks; ++i) {
    track.add(ActivityTrack::running, i * kStep, 1);
    track.add(ActivityTrack::running, i * kStep + kStep / 2, -1);
  }
  track.freeze();
  QVERIFY(track.cell() >= 16 * kStep);
  QVERIFY2(track.bytes() < 2 * kTasks, qPrintable(QString::number(track.bytes())));
}

void ActivityTrackTest::clock_decadesAhead_leavesTheSumsRight() {
  ActivityTrack track;
  std::vector<Change> changes;
  const auto add = [&](TimeNs time, int change) {
    track.add(ActivityTrack::running, time, change);
    changes.push_back({time, change});
  };
  constexpr TimeNs kFar = TimeNs{1} << 61;
  for (int i = 0; i < 2'000; ++i) {
    add(1'000 + i, 1);
  }
  add(kFar, -1);
  add(20, 1);
  track.freeze();
  compare(track, changes, 0, kFar / track.cell() * track.cell());
  compare(track, changes, track.cell(), 3 * track.cell());
}

QTEST_APPLESS_MAIN(ActivityTrackTest)
#include "activity_track_test.moc"
