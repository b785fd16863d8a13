// SPDX-License-Identifier: Apache-2.0
// How much faster than it plays a video is made, and how long a picture of ten million tasks takes.
#include "ui/export/video.h"

#include "core/session/session.h"
#include "tests/bench/kit.h"
#include "tests/bench/synthetic.h"

#include <QGuiApplication>
#include <QTemporaryDir>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

namespace poolscope::bench {
namespace {

std::shared_ptr<const session::Snapshot> sessionOf(std::uint64_t tasks, std::uint32_t workers) {
  SyntheticPool pool({.workers = workers, .results = true});
  session::Session session;
  const auto sink = session.add_process(pool.directory());
  constexpr std::uint64_t kStep = 100'000;
  std::vector<trace::Event> events;
  for (std::uint64_t done = 0; done < tasks;) {
    events.clear();
    pool.until(done = std::min(tasks, done + kStep), events);
    sink->consume(events);
  }
  sink->consume({});
  return session.snapshot();
}

/// Seconds of video a second, at 1920x1080 and 60 frames a second.
double videoSpeed(double seconds) {
  const auto snapshot = sessionOf(20'000, 8);
  ui::PictureOptions picture;
  picture.size = QSize(1920, 1080);
  picture.begin = snapshot->begin();
  picture.end = snapshot->begin() + static_cast<session::TimeNs>(seconds * 1e9);
  const ui::VideoFrames frames(snapshot, picture, {}, ui::VideoFormat::mp4);
  const QTemporaryDir folder;
  const std::uint64_t begin = trace::now_ns();
  const auto written =
      ui::writeVideo(frames, ui::VideoFormat::mp4,
                     folder.filePath(QStringLiteral("v.mp4")).toStdString(), true, {}, {});
  if (!written) {
    std::fprintf(stderr, "%s\n", written.error().message().c_str());
    return 0;
  }
  return seconds / secondsSince(begin);
}

double pictureSeconds(std::uint64_t tasks) {
  const auto snapshot = sessionOf(tasks, 32);
  const std::uint64_t begin = trace::now_ns();
  static_cast<void>(ui::renderPicture({snapshot, snapshot->end() + 1, false},
                                      {.size = QSize(1920, 1080), .devicePixelRatio = 1}));
  return secondsSince(begin);
}

QJsonObject measure(bool quick) {
  wakeAllCores();
  std::vector<double> speeds;
  for (int round = 0; round < (quick ? 1 : 3); ++round) {
    speeds.push_back(videoSpeed(quick ? 4 : 10));
  }
  QJsonObject figures{{QStringLiteral("picture_10M_s"), rounded(pictureSeconds(10'000'000))}};
  if (median(speeds) > 0) {
    figures[QStringLiteral("video_1080p60_times_playing")] = rounded(median(speeds));
  }
  return figures;
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
