// SPDX-License-Identifier: Apache-2.0
// The window itself, on whatever display there is: how soon it shows, and how the default scenario
// runs in it.
#include "app/live_engine.h"
#include "app/run_window.h"
#include "app/signals.h"
#include "core/session/snapshot.h"
#include "core/workload/scenario.h"
#include "tests/bench/kit.h"
#include "ui/timeline/timeline_view.h"
#include "ui/window/main_window.h"
#include "ui/window/settings.h"

#include <QApplication>
#include <QEventLoop>
#include <QProcess>
#include <QTemporaryDir>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace poolscope::bench {
namespace {

using session::TimeNs;

/// Says on stdout when the timeline has been painted for the first time, and ends the program.
class FirstPaint final : public QObject {
 protected:
  bool eventFilter(QObject* watched, QEvent* event) override {
    const bool timeline = qobject_cast<ui::TimelineView*>(watched->parent()) != nullptr;
    if (event->type() == QEvent::Paint && timeline && !seen_) {
      seen_ = true;
      // Once the event loop is back, all of the window is painted and handed to the display.
      QTimer::singleShot(0, this, [] {
        std::printf("%llu\n", static_cast<unsigned long long>(trace::now_ns()));
        std::fflush(stdout);
        std::_Exit(0);  // how the program ends is not measured
      });
    }
    return QObject::eventFilter(watched, event);
  }

 private:
  bool seen_ = false;
};

/// What `poolscope` does when it is started without arguments, until its first frame.
int startWindow(int argc, char** argv) {
  app::StopSignals signals;
  QApplication application(argc, argv);
  FirstPaint firstPaint;
  application.installEventFilter(&firstPaint);
  return app::runWindow({}, signals);
}

/// Seconds from the start of a process to the first frame of its window; 0 if it showed none.
double firstFrame() {
  QProcess program;
  program.setProcessChannelMode(QProcess::ForwardedErrorChannel);
  const std::uint64_t begin = trace::now_ns();
  program.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--start-window")});
  constexpr int kPatienceMs = 30'000;
  program.waitForFinished(kPatienceMs);
  const std::uint64_t shown = program.readAllStandardOutput().trimmed().toULongLong();
  return shown > begin ? static_cast<double>(shown - begin) * 1e-9 : 0;
}

/// Busy time of all workers over max_workers times the time in which tasks were waiting, looked at
/// in spans of a millisecond.
double utilizationWhileQueued(const session::Snapshot& snapshot) {
  constexpr TimeNs kSpan = 1'000'000;
  const TimeNs begin = snapshot.begin();
  const auto spans = static_cast<int>((snapshot.end() - begin) / kSpan);
  if (spans == 0 || snapshot.pools().empty()) {
    return 0;
  }
  const session::PoolIndex pool = snapshot.pools()[0].index;
  const auto queue = snapshot.queue_columns(pool, begin, begin + spans * kSpan, spans);
  std::vector<double> busy(queue.size());
  for (const session::Lane& lane : snapshot.lanes()) {
    if (lane.kind == session::LaneKind::worker && lane.pool == pool) {
      const auto columns = snapshot.lane_columns(lane.id, begin, begin + spans * kSpan, spans);
      for (std::size_t i = 0; i < busy.size(); ++i) {
        busy[i] += static_cast<double>(columns[i].busy);
      }
    }
  }
  double worked = 0;
  double could = 0;
  for (std::size_t i = 0; i < busy.size(); ++i) {
    if (queue[i].min > 0) {
      worked += busy[i];
      could += snapshot.max_workers_at(pool, begin + static_cast<TimeNs>(i) * kSpan);
    }
  }
  return could > 0 ? worked / could : 0;
}

QJsonObject runWebScraping(bool quick) {
  ui::Settings settings;
  app::LiveEngine engine(settings, {});
  ui::MainWindow window(engine, {.settings = &settings});
  window.resize(1920, 1080);
  engine.startScenario(QString::fromStdString(workload::gallery().front().name), false);
  window.show();
  QEventLoop loop;
  // The first second shows a window being opened, not a window at work.
  QTimer::singleShot(1'000, &window, [&] { window.paintIntervals().clear(); });
  QTimer::singleShot(quick ? 9'000 : 16'000, &loop, &QEventLoop::quit);
  loop.exec();
  const double p99 = window.property("paintIntervalP99Ms").toDouble();
  const double median = window.paintIntervals().quantileMs(0.5);
  const auto snapshot = engine.snapshot();
  const auto statistics = snapshot->statistics();
  QObject::connect(&engine, &ui::Engine::quitReady, &loop, &QEventLoop::quit);
  engine.prepareQuit();
  QTimer::singleShot(5'000, &loop, &QEventLoop::quit);
  loop.exec();
  return {{QStringLiteral("utilization_while_queued"), rounded(utilizationWhileQueued(*snapshot))},
          {QStringLiteral("paint_interval_p99_ms"), rounded(p99)},
          {QStringLiteral("paint_interval_median_ms"), rounded(median)},
          {QStringLiteral("tasks"), static_cast<double>(statistics.finished)},
          {QStringLiteral("lost_events"), static_cast<double>(snapshot->lost_events())},
          {QStringLiteral("seconds"), rounded(statistics.duration)}};
}

QJsonObject measure(bool quick) {
  wakeAllCores();
  std::vector<double> first;
  firstFrame();  // the files of the libraries are in memory from here on
  for (int round = 0; round < (quick ? 1 : 9); ++round) {
    first.push_back(firstFrame());
  }
  QJsonObject figures{{QStringLiteral("web_scraping"), runWebScraping(quick)}};
  if (std::ranges::all_of(first, [](double seconds) { return seconds > 0; })) {
    figures[QStringLiteral("first_frame_s")] = rounded(median(first));
  }
  return figures;
}

}  // namespace
}  // namespace poolscope::bench

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--start-window") {
    return poolscope::bench::startWindow(argc, argv);
  }
  const auto call = poolscope::bench::readCall(argc, argv);
  // The user's own settings neither count nor change.
  const QTemporaryDir settings;
  qputenv("XDG_CONFIG_HOME", settings.path().toUtf8());
  const QApplication application(argc, argv);
  poolscope::bench::printFigures(poolscope::bench::measure(call.quick));
  return 0;
}
