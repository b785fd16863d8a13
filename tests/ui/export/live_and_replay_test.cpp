// SPDX-License-Identifier: Apache-2.0
#include "core/storage/recording.h"
#include "event_samples.h"
#include "ui/export/picture.h"
#include "ui/timeline/layout_cache.h"
#include "ui/timeline/sprite_cache.h"
#include "ui/timeline/timeline_layout.h"
#include "ui/timeline/timeline_painter.h"
#include "ui/timeline/view_state.h"

#include <QImage>
#include <QList>
#include <QPainter>
#include <QTemporaryDir>
#include <QTest>

#include <memory>
#include <span>

using namespace poolscope;
using namespace poolscope::ui;

/// What was shown live, and what a recording of it shows at the same moment: the same pixels.
class LiveAndReplayTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void pictureOfAMoment_isTheSameFromTheRecording();
};

namespace {

struct Shown {
  session::TimeNs now = 0;
  ViewState view = {};
  QImage picture = {};
};

QImage paint(const std::shared_ptr<const session::Snapshot>& snapshot, session::TimeNs now,
             ViewState view) {
  constexpr QSize kSize(1000, 600);
  const Theme theme = Theme::dark();
  QImage image(kSize, QImage::Format_RGB32);
  image.fill(theme.background);
  LayoutCache layouts;
  SpriteCache sprites;
  QPainter painter(&image);
  paintTimeline(painter, layOutTimeline({snapshot, now, true}, view, QSizeF(kSize), theme, layouts),
                theme, sprites);
  return image;
}

/// As the window follows, from close by to all of it.
QList<ViewState> viewsAt(const session::Snapshot& snapshot, session::TimeNs now) {
  QList<ViewState> views(3);
  for (ViewState& view : views) {
    view.advance(snapshot.begin(), now);
  }
  views[1].zoom(50);
  views[2].fit();
  return views;
}

}  // namespace

void LiveAndReplayTest::pictureOfAMoment_isTheSameFromTheRecording() {
  const storage::SimulatedPool pool({.tasks = 600, .phases = true, .failures = true});
  const std::span<const trace::Event> events(pool.events);
  const QTemporaryDir folder;
  const std::filesystem::path path = folder.filePath(QStringLiteral("a.pftrace")).toStdString();
  session::Session live;
  const auto sink = live.add_process(pool.directory);
  const auto recorder = storage::Recorder::create(path, pool.directory, {});
  QVERIFY(recorder.has_value());
  QList<Shown> shown;
  constexpr std::size_t kStep = 397;
  for (std::size_t done = 0; done < events.size();) {
    const std::size_t next = std::min(done + kStep, events.size());
    const auto batch = events.subspan(done, next - done);
    sink->consume(batch);
    (*recorder)->consume(batch);
    done = next;
    if (done == events.size()) {
      break;
    }
    sink->consume({});
    const auto snapshot = live.snapshot();
    // All that happened up to then has arrived: the window stays behind the present for that.
    const auto now = static_cast<session::TimeNs>(events[done].time_ns) - 1;
    for (const ViewState& view : viewsAt(*snapshot, now)) {
      shown.append({now, view, paint(snapshot, now, view)});
    }
  }
  (*recorder)->consume({});
  QVERIFY((*recorder)->finish().has_value());
  QVERIFY(shown.size() > 12);

  session::Session replayed;
  QVERIFY(storage::open_recording(path, replayed).has_value());
  const auto snapshot = replayed.snapshot();
  for (const Shown& moment : shown) {
    const QImage again = paint(snapshot, moment.now, moment.view);
    if (again != moment.picture) {
      moment.picture.save(QStringLiteral("live_expected.png"));
      again.save(QStringLiteral("live_actual.png"));
    }
    QVERIFY2(again == moment.picture, qPrintable(QStringLiteral("at %1 ns, %2 ns long")
                                                     .arg(moment.now - snapshot->begin())
                                                     .arg(moment.view.range().length())));
  }
}

QTEST_MAIN(LiveAndReplayTest)
#include "live_and_replay_test.moc"
