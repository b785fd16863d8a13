// SPDX-License-Identifier: Apache-2.0
// A frame of the timeline, laid out and painted, in sessions of 10 thousand to 10 million tasks.
#include "core/session/session.h"
#include "tests/bench/kit.h"
#include "tests/bench/synthetic.h"
#include "tests/bench/timeline_frames.h"

#include <QGuiApplication>

#include <algorithm>
#include <cmath>
#include <memory>

namespace poolscope::bench {
namespace {

using session::TimeNs;

std::unique_ptr<session::Session> makeSession(std::uint64_t tasks, std::uint32_t workers) {
  // The last tasks have phases: they are those that are seen from near.
  SyntheticPool pool(
      {.workers = workers, .phases_from = tasks - std::min<std::uint64_t>(tasks, 20'000)});
  auto session = std::make_unique<session::Session>();
  const auto sink = session->add_process(pool.directory());
  std::vector<trace::Event> events;
  for (std::uint64_t done = 0; done < tasks;) {
    done = std::min<std::uint64_t>(tasks, done + 10'000);
    pool.until(done, events);
    sink->consume(events);
    events.clear();
  }
  sink->consume({});
  return session;
}

struct Spread {
  double median = 0;
  double p99 = 0;
  double cpu_median = 0;
  QJsonObject json() const {
    return {{QStringLiteral("median"), rounded(median)},
            {QStringLiteral("p99"), rounded(p99)},
            {QStringLiteral("cpu_median"), rounded(cpu_median)}};
  }
};

/// Frames of a view of `span` that ends at the session's end, `now` moving on by 1/60 s a frame.
Spread animate(TimelineFrames& frames, const std::shared_ptr<const session::Snapshot>& snapshot,
               TimeNs span, int count) {
  constexpr TimeNs kStep = 1'000'000'000 / 60;
  constexpr int kWarm = 20;
  const TimeNs steps = kStep * (count + kWarm);
  const TimeNs first = std::max(snapshot->begin() + 1, snapshot->end() - steps);
  const ui::LaneArrangement lanes = frames.view.lanes;
  frames.view.reset();
  frames.view.lanes = lanes;
  frames.view.advance(snapshot->begin(), first);
  frames.view.zoom(static_cast<double>(ui::ViewState::kFirstSpan) / static_cast<double>(span));
  std::vector<double> times;
  std::vector<double> cpuTimes;
  for (int i = 0; i < count + kWarm; ++i) {
    const TimelineFrames::Cost cost = frames.paint({snapshot, first + kStep * i, true});
    if (i >= kWarm) {
      times.push_back(cost.ms);
      cpuTimes.push_back(cost.cpu_ms);
    }
  }
  return {median(times), quantile(times, 0.99), median(cpuTimes)};
}

/// The worst over zooms from the whole session down to a few tasks.
QJsonObject measureZooms(const std::shared_ptr<const session::Snapshot>& snapshot, int count,
                         const ui::LaneArrangement& lanes = {}) {
  const TimeNs whole = snapshot->end() - snapshot->begin();
  TimelineFrames frames;
  frames.view.lanes = lanes;
  Spread worst;
  QJsonObject bySpan;
  // From 50 us within tasks, and 50 ms, a task or two a lane, by factors of ten, up to all of it.
  for (TimeNs span = 50'000;; span *= span == 50'000 ? 1000 : 10) {
    const TimeNs shown = std::min(span, whole);
    const Spread spread = animate(frames, snapshot, shown, count);
    const double seconds = static_cast<double>(shown) * 1e-9;
    bySpan[QStringLiteral("%1 s").arg(rounded(seconds))] = spread.json();
    worst = {std::max(worst.median, spread.median), std::max(worst.p99, spread.p99),
             std::max(worst.cpu_median, spread.cpu_median)};
    if (shown == whole) {
      break;
    }
  }
  QJsonObject result = worst.json();
  result[QStringLiteral("by_span_shown")] = bySpan;
  return result;
}

QJsonObject measureSession(std::uint64_t tasks, int count) {
  return measureZooms(makeSession(tasks, 32)->snapshot(), count);
}

/// 1,024 lanes, each with a row of its own and in one folded row, beside 32 with as many tasks.
QJsonObject measureManyLanes(int count, const QJsonObject& few) {
  const auto snapshot = makeSession(1'000'000, 1'024)->snapshot();
  const auto beside = [&](bool folded) {
    ui::LaneArrangement lanes;
    lanes.folded[session::PoolIndex{0}] = folded;
    QJsonObject figures = measureZooms(snapshot, count, lanes);
    const QString key = QStringLiteral("median");
    figures[QStringLiteral("ratio_to_32_lanes")] =
        rounded(figures[key].toDouble() / few[key].toDouble());
    return figures;
  };
  return {{QStringLiteral("unfolded"), beside(false)}, {QStringLiteral("folded"), beside(true)}};
}

QJsonObject measure(bool quick) {
  const int count = quick ? 60 : 600;
  const QString key = QStringLiteral("median");
  const QJsonObject few = measureSession(1'000'000, count);
  const QJsonObject least = measureSession(10'000, count);
  QJsonObject most = measureSession(10'000'000, count);
  most[QStringLiteral("ratio_to_10k")] = rounded(most[key].toDouble() / least[key].toDouble());
  return {{QStringLiteral("frame_ms"), QJsonObject{{QStringLiteral("10k"), least},
                                                   {QStringLiteral("1M"), few},
                                                   {QStringLiteral("10M"), most}}},
          {QStringLiteral("frame_1024_lanes_ms"), measureManyLanes(count, few)}};
}

}  // namespace
}  // namespace poolscope::bench

int main(int argc, char** argv) {
  const auto call = poolscope::bench::readCall(argc, argv);
  qputenv("QT_QPA_PLATFORM", "offscreen");
  const QGuiApplication application(argc, argv);
  poolscope::bench::printFigures(poolscope::bench::measure(call.quick));
  return 0;
}
