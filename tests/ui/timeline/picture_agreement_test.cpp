// SPDX-License-Identifier: Apache-2.0
#include "lane_truth.h"
#include "random_stream.h"
#include "seed.h"
#include "session_pair.h"
#include "ui/timeline/round_step.h"
#include "ui/timeline/task_kinds.h"
#include "ui/timeline/timeline_layout.h"
#include "ui/timeline/timeline_painter.h"

#include <QImage>
#include <QPainter>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <random>

using namespace poolscope;
using namespace poolscope::session;
using namespace poolscope::test;
using namespace poolscope::ui;

/// What is painted of the workers' lanes, pixel by pixel, is what all their tasks together say:
/// how much of a column is busy, with what, in which colour.
class PictureAgreementTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyPixelColumn_ofRandomViews_isAsAllTasksSay_data();
  void everyPixelColumn_ofRandomViews_isAsAllTasksSay();
  void foldedRowsAndQueues_ofRandomViews_areAsAllTasksSay_data();
  void foldedRowsAndQueues_ofRandomViews_areAsAllTasksSay();
};

namespace {

/// One random view of a session, painted.
struct Picture {
  TimelineScene scene;
  QImage image;
  Theme theme;
  Frame frame;
  qreal ratio = 1;

  QRgb at(int x, int y) const { return image.pixel(x, y) | 0xff000000U; }
};

/// Leaves what this test reads: lanes with their columns and bars.
void stripOverlays(TimelineScene& scene) {
  scene.gridLines.clear();
  scene.flags.clear();
  scene.nowX.reset();
  scene.streams.clear();
  scene.flights.clear();
  for (LanePane& pane : scene.panes) {
    pane.leavings = {};
    pane.held = {};
    pane.labels.clear();
    pane.ghosts.clear();
    for (TaskBar& bar : pane.bars) {
      bar.label.clear();
    }
  }
}

Picture paint(const Frame& frame, const ViewState& view, const QSize& size, const Theme& theme,
              LayoutCache& layouts, SpriteCache& sprites) {
  Picture picture{.scene = layOutTimeline(frame, view, size, theme, layouts),
                  .image = QImage(size * view.devicePixelRatio, QImage::Format_RGB32),
                  .theme = theme,
                  .frame = frame,
                  .ratio = view.devicePixelRatio};
  stripOverlays(picture.scene);
  picture.image.setDevicePixelRatio(view.devicePixelRatio);
  picture.image.fill(Qt::magenta);
  QPainter painter(&picture.image);
  paintTimeline(painter, picture.scene, theme, sprites);
  return picture;
}

/// How many pixels of a column are of which sort; `kinds` are those whose colours are in it.
struct Levels {
  int bright = 0;
  int shade = 0;
  int lock = 0;
  int failed = 0;
  int ground = 0;
  int other = 0;
  std::set<int> kinds = {};
};

class RowCheck {
 public:
  RowCheck(const Picture& picture, const LanePane& pane, const LaneRow& row, const Pair& pair)
      : p_(picture),
        pane_(pane),
        row_(row),
        axis_(*picture.scene.axis),
        pair_(pair),
        kinds_(*picture.frame.snapshot),
        origin_(picture.frame.snapshot->begin()) {
    const TimeRange range = axis_.range();
    const TimeNs slack = static_cast<TimeNs>(axis_.nsPerPixel() * 24) + 4;
    for (const LaneId lane : row.lanes) {
      const auto thread = static_cast<trace::ThreadId>(
          picture.frame.snapshot->lanes()[static_cast<std::size_t>(lane)].os_id);
      truths_.emplace_back(pair.model.threads().at(thread), range.begin - slack, range.end + slack);
    }
    for (const TaskBar& bar : pane.bars) {
      if (bar.rect.top() >= row.rect.top() && bar.rect.bottom() <= row.rect.bottom()) {
        bars_.push_back(&bar);
      }
    }
    cellNs_ = std::max<TimeNs>(1, static_cast<TimeNs>(std::round(axis_.nsPerPixel() * 2)));
    const qreal inset = snap(std::min(picture.theme.px(5), row.rect.height() * 0.13));
    top_ = pixel(row.rect.top() + inset);
    bottom_ = pixel(row.rect.top() + inset + row.rect.height() - 2 * inset - 1);
  }

  /// The first thing that is wrong; empty if nothing is.
  QString run() {
    if (top_ < 0 || top_ < pixel(pane_.clip.top()) || bottom_ > pixel(pane_.clip.bottom())) {
      return {};
    }
    for (const TaskBar* bar : bars_) {
      if (const QString wrong = checkEnds(*bar); !wrong.isEmpty()) {
        return wrong;
      }
    }
    for (int x = pixel(p_.scene.canvas.left()); x < p_.image.width(); ++x) {
      const QString wrong = checkColumn(x);
      if (!wrong.isEmpty()) {
        return QStringLiteral("x %1, row at %2: %3").arg(x).arg(top_).arg(wrong);
      }
    }
    return {};
  }

  int checked() const { return checked_; }

 private:
  qreal snap(qreal v) const { return std::round(v * p_.ratio) / p_.ratio; }
  int pixel(qreal v) const { return qRound(v * p_.ratio); }
  TimeNs timeAt(qreal x) const { return axis_.toTime(x / p_.ratio); }

  const LaneTruth::Run* runOf(const TaskBar& bar) const {
    for (std::size_t i = 0; i < truths_.size(); ++i) {
      if (row_.lanes[static_cast<qsizetype>(i)] != bar.lane) {
        continue;
      }
      for (const LaneTruth::Run& run : truths_[i].runs()) {
        if (run.task == bar.task.task) {
          return &run;
        }
      }
    }
    return nullptr;
  }
  const LaneTruth& truthOf(LaneId lane) const {
    return truths_[static_cast<std::size_t>(row_.lanes.indexOf(lane))];
  }
  int kindOf(std::uint64_t task) const {
    const auto& tasks = pair_.model.tasks();
    const auto name = pair_.snapshot->directory(0)->name(tasks.at(task).name);
    return kinds_(name) % static_cast<int>(Theme::kKinds);
  }

  QString checkEnds(const TaskBar& bar) const {
    const LaneTruth::Run* run = runOf(bar);
    if (run == nullptr) {
      return QStringLiteral("task %1 did not run here").arg(bar.task.task);
    }
    const TimeNs end = std::min(run->end, p_.frame.now);
    const qreal left = std::max(axis_.toX(run->begin), p_.scene.canvas.left() - 16);
    const qreal right = std::min(axis_.toX(end), p_.scene.canvas.right() + 16);
    if (std::abs(bar.rect.left() - left) > 0.51 ||
        std::abs(bar.rect.right() + (bar.open ? 0 : 1) - right) > 0.51) {
      return QStringLiteral("task %1 is drawn from %2 to %3, was from %4 to %5")
          .arg(bar.task.task)
          .arg(bar.rect.left())
          .arg(bar.rect.right())
          .arg(left)
          .arg(right);
    }
    const bool failed =
        run->ended && run->outcome == trace::Outcome::error && run->end <= p_.frame.now;
    if (bar.failed != failed || bar.open != (run->end > p_.frame.now)) {
      return QStringLiteral("task %1: failed %2, open %3")
          .arg(bar.task.task)
          .arg(bar.failed)
          .arg(bar.open);
    }
    return {};
  }

  QString checkColumn(int x) {
    ++checked_;
    QString wrong;
    bool isInBar = false;
    for (const TaskBar* bar : bars_) {
      if (x >= pixel(bar->rect.left()) && x < pixel(bar->rect.right())) {
        isInBar = true;
        wrong = checkBar(x, *bar);
        if (wrong.isEmpty()) {
          return {};
        }
      }
    }
    if (isInBar) {
      return wrong;
    }
    // A column stands at rounded places: any of the two or three that touch this pixel will do.
    const TimeNs first = (timeAt(x - 0.6) - origin_) / cellNs_ - 1;
    for (TimeNs cell = first;; ++cell) {
      const TimeNs begin = origin_ + cell * cellNs_;
      if (axis_.toX(begin) * p_.ratio > x + 1.6) {
        return wrong;
      }
      if (axis_.toX(begin + cellNs_) * p_.ratio < x - 0.6) {
        continue;
      }
      const QString here = checkCell(x, begin);
      if (here.isEmpty()) {
        return {};
      }
      wrong += here + QStringLiteral("; ");
    }
  }

  QString checkBar(int x, const TaskBar& bar) const {
    const LaneTruth& truth = truthOf(bar.lane);
    // What has very many phases is told column by column.
    const qreal reach = pair_.snapshot->phases(bar.task, 1000).size() > 48 ? 2.1 * p_.ratio : 0.6;
    const std::set<BarFill> fills =
        truth.fills(bar.task.task, timeAt(x - reach), timeAt(x + 1 + reach) + 1);
    const int kind = kindOf(bar.task.task);
    const QColor bright = bar.failed ? p_.theme.badBar : p_.theme.kind(kind);
    const QColor shade = bar.failed ? p_.theme.badShade : p_.theme.kindShade(kind);
    const int middle = (top_ + bottom_) / 2;
    const auto isColor = [&](const QColor& color) { return p_.at(x, middle) == color.rgb(); };
    if (isColor(bright)) {
      return fills.contains(BarFill::bright) || fills.contains(BarFill::held)
                 ? QString()
                 : QStringLiteral("task %1 did not compute").arg(bar.task.task) +
                       QStringLiteral(" %1..%2 fills %3")
                           .arg(timeAt(x - reach))
                           .arg(timeAt(x + 1 + reach) + 1)
                           .arg(static_cast<int>(*fills.begin()));
    }
    if (isColor(p_.theme.lane)) {
      return fills.contains(BarFill::thin)
                 ? QString()
                 : QStringLiteral("task %1 waited for no lock").arg(bar.task.task);
    }
    if (isBetween(p_.at(x, middle), shade, p_.theme.hatch)) {
      return std::any_of(fills.begin(), fills.end(), LaneTruth::isShade)
                 ? QString()
                 : QStringLiteral("task %1 did not wait").arg(bar.task.task);
    }
    return QStringLiteral("task %1 has a colour that is not its own: %2")
        .arg(bar.task.task)
        .arg(p_.at(x, middle), 0, 16);
  }

  /// `color` is `ground` with some of the translucent `over` on it.
  static bool isBetween(QRgb color, const QColor& ground, const QColor& over) {
    const QColor most = mixed(QColor(over.rgb()), ground, over.alphaF());
    const auto within = [](int value, int a, int b) {
      return value >= std::min(a, b) - 2 && value <= std::max(a, b) + 2;
    };
    return within(qRed(color), ground.red(), most.red()) &&
           within(qGreen(color), ground.green(), most.green()) &&
           within(qBlue(color), ground.blue(), most.blue());
  }

  Levels levelsAt(int x) const {
    Levels levels;
    for (int y = top_; y < bottom_; ++y) {
      count(p_.at(x, y), levels);
    }
    return levels;
  }
  void count(QRgb color, Levels& levels) const {
    if (color == p_.theme.lane.rgb()) {
      ++levels.ground;
      return;
    }
    if (color == p_.theme.badBar.rgb()) {
      ++levels.failed;
      return;
    }
    for (int kind = 0; kind < static_cast<int>(Theme::kKinds); ++kind) {
      int* level = color == p_.theme.kind(kind).rgb()                               ? &levels.bright
                   : color == p_.theme.kindShade(kind).rgb()                        ? &levels.shade
                   : color == mixed(p_.theme.kind(kind), p_.theme.lane, 0.25).rgb() ? &levels.lock
                                                                                    : nullptr;
      if (level != nullptr) {
        ++*level;
        levels.kinds.insert(kind);
        return;
      }
    }
    ++levels.other;
  }

  /// What is not under bars of [begin, end), a whole column.
  StretchTruth rest(TimeNs begin, TimeNs end, std::set<int>& kinds) const {
    StretchTruth sum;
    for (std::size_t i = 0; i < truths_.size(); ++i) {
      TimeNs from = begin;
      std::vector<std::pair<TimeNs, TimeNs>> barred;
      for (const TaskBar* bar : bars_) {
        const LaneTruth::Run* run = runOf(*bar);
        if (run != nullptr && bar->lane == row_.lanes[static_cast<qsizetype>(i)]) {
          barred.emplace_back(run->begin, run->end);
        }
      }
      std::sort(barred.begin(), barred.end());
      barred.emplace_back(end, end);
      for (const auto& [barBegin, barEnd] : barred) {
        const TimeNs to = std::min(barBegin, end);
        if (to > from) {
          truths_[i].addTo(sum, from, to, p_.frame.now);
          for (const std::uint64_t task : truths_[i].longest(from, to, p_.frame.now)) {
            kinds.insert(kindOf(task));
          }
        }
        from = std::max(from, barEnd);
      }
    }
    return sum;
  }

  QString checkCell(int x, TimeNs begin) const {
    const TimeNs end = std::min(begin + cellNs_, std::max(p_.frame.now, begin));
    const Levels seen = levelsAt(x);
    if (end <= begin) {
      return seen.ground == bottom_ - top_ ? QString() : QStringLiteral("something is after now");
    }
    std::set<int> kinds;
    const StretchTruth truth = rest(begin, end, kinds);
    const int height = bottom_ - top_;
    const double scale = height / static_cast<double>(end - begin);
    const int busy = seen.bright + seen.shade + seen.lock + seen.failed;
    // Each level is rounded to a pixel: a part lies between two, and failures cover a third.
    const auto isNear = [](int value, double expected) {
      return std::abs(value - expected) <= 1.5 + 0.01 * expected;
    };
    const bool isAsBusy = std::abs(busy - truth.busy * scale) <= 1 + 0.005 * truth.busy * scale;
    const double failedLevel =
        truth.failed > 0 ? std::clamp(truth.failed * scale, std::min(3.0, truth.busy * scale),
                                      truth.busy * scale)
                         : 0;
    const double sound = truth.busy * scale - failedLevel;
    const double bright = std::min(truth.bright() * scale, sound);
    const double shade = std::min((truth.bright() + truth.shade) * scale, sound) - bright;
    const double lock = std::max(0.0, sound - bright - shade);
    // Who took no time is seen, too, but for what would stand right beside a bar.
    const bool isBarNear = std::any_of(bars_.begin(), bars_.end(), [&](const TaskBar* bar) {
      return x >= pixel(bar->rect.left()) - 3 && x <= pixel(bar->rect.right()) + 3;
    });
    const bool isRight =
        seen.other == 0 && isAsBusy && isNear(seen.failed, failedLevel) &&
        (truth.loose > 0 ||
         (isNear(seen.bright, bright) && isNear(seen.shade, shade) && isNear(seen.lock, lock))) &&
        (truth.tasks == 0 || busy > 0 || isBarNear);
    const bool hasColor = std::all_of(seen.kinds.begin(), seen.kinds.end(),
                                      [&](int kind) { return kinds.contains(kind); });
    if (isRight && hasColor) {
      return {};
    }
    return QStringLiteral(
               "column %1..%2 shows %3/%4/%5/%6 (other %7) of %8, should be %9/%10/%11/%12%13")
        .arg(begin)
        .arg(end)
        .arg(seen.bright)
        .arg(seen.shade)
        .arg(seen.lock)
        .arg(seen.failed)
        .arg(seen.other)
        .arg(height)
        .arg(bright)
        .arg(shade)
        .arg(lock)
        .arg(failedLevel)
        .arg(hasColor ? QString() : QStringLiteral(" in another colour"));
  }

  const Picture& p_;
  const LanePane& pane_;
  const LaneRow& row_;
  const TimeAxis axis_;
  const Pair& pair_;
  const TaskKinds kinds_;
  const TimeNs origin_;
  std::vector<LaneTruth> truths_ = {};
  std::vector<const TaskBar*> bars_ = {};
  TimeNs cellNs_ = 1;
  int top_ = 0;
  int bottom_ = 0;
  int checked_ = 0;
};

/// One worker with tasks that change what they do hundreds of times.
std::vector<trace::Event> phasedStream(const StreamOptions& options, std::mt19937_64& random) {
  using trace::EventKind;
  std::vector<trace::Event> events;
  std::uint64_t time = 1000;
  const auto caller = static_cast<trace::ThreadId>(options.workers + 1);
  const auto tell = [&](EventKind kind, std::uint64_t task, trace::ThreadId thread,
                        std::uint64_t detail) {
    time += 1 + random() % static_cast<std::uint64_t>(options.max_gap);
    events.push_back({time, task, thread, kind, trace::Outcome::ok, 1, detail});
  };
  tell(EventKind::worker_started, 0, 1, trace::worker_detail(0, 1));
  for (std::uint64_t task = 1; events.size() < static_cast<std::size_t>(options.steps); ++task) {
    tell(EventKind::task_queued, task, caller, task % 3);
    tell(EventKind::task_started, task, 1, 0);
    for (std::uint64_t phases = random() % 300; phases > 0; --phases) {
      const auto detail = trace::phase_detail(static_cast<trace::PhaseKind>(random() % 8), 0);
      tell(EventKind::phase_begin, task, 1, detail);
      tell(EventKind::phase_end, task, 1, detail);
    }
    tell(EventKind::task_finished, task, 1, trace::finished_detail(0, 0));
  }
  return events;
}

/// The columns of a strip or a band, of whole ns and counted from the session's origin.
struct Columns {
  TimeNs first = 0;
  TimeNs cell = 1;
  TimeNs begin(qsizetype i) const { return first + cell * static_cast<TimeNs>(i); }
};
Columns columnsAt(const TimeAxis& axis, const QRectF& rect, qreal columnWidth, TimeNs origin) {
  const auto cell =
      std::max<TimeNs>(1, static_cast<TimeNs>(std::round(columnWidth * axis.nsPerPixel())));
  // In the first column's middle: its edge is rounded to a pixel.
  return {origin + (axis.toTime(rect.left() + columnWidth / 2) - origin) / cell * cell, cell};
}

/// A folded pool's row against all its tasks: how many ran in each column, and what they did.
QString wrongInGroup(const Picture& picture, const LaneRow& row, const DenseStrip& strip,
                     const Pair& pair, trace::PoolId pool, qint64& checked) {
  const auto unit = static_cast<TimeNs>(picture.frame.snapshot->pool_column_unit(*row.pool));
  const Columns columns = columnsAt(*picture.scene.axis, strip.rect, strip.columnWidth, 0);
  for (qsizetype i = 0; i < strip.columns.size(); ++i) {
    const TimeNs begin = columns.begin(i);
    // The present column is told as far as it is summed up.
    const TimeNs known = picture.frame.now / unit * unit;
    const TimeNs end = begin + columns.cell <= picture.frame.now ? begin + columns.cell : known;
    if (end <= begin) {
      return QStringLiteral("a column after now");
    }
    const PoolColumn truth = pair.model.pool_column(pool, begin, end);
    const auto most = static_cast<float>(std::max(1U, row.index));
    const DenseColumn& column = strip.columns[i];
    using trace::PhaseKind;
    const auto phase = [&](PhaseKind kind) { return truth.phases[static_cast<std::size_t>(kind)]; };
    const float lock = phase(PhaseKind::lock_wait);
    const float shade = phase(PhaseKind::io_wait) + phase(PhaseKind::sleep) +
                        phase(PhaseKind::file_io) + phase(PhaseKind::command);
    const auto differs = [&](float seen, float expected) {
      return std::abs(seen * most - expected) > 1e-3F + 1e-3F * expected;
    };
    // Where ends were lost, phases may go on while nothing is known to run.
    if (differs(column.busy(), std::max(truth.running, lock + shade)) ||
        differs(column.lock, lock) || differs(column.shade, shade)) {
      return QStringLiteral("column %1..%2: %3 run and %4 wait for a lock, should be %5 and %6")
          .arg(begin)
          .arg(end)
          .arg(column.busy() * most)
          .arg(column.lock * most)
          .arg(truth.running)
          .arg(lock);
    }
    ++checked;
  }
  return {};
}

/// The band of a queue against all its tasks: the deepest it was in each column.
QString wrongInQueue(const Picture& picture, const QueueShape& shape, const Pair& pair,
                     trace::PoolId pool, qint64& checked) {
  const Columns columns = columnsAt(*picture.scene.axis, shape.rect, shape.columnWidth,
                                    picture.frame.snapshot->begin());
  double deepest = 4;
  std::vector<double> depths;
  for (qsizetype i = 0; i < shape.max.size(); ++i) {
    const TimeNs begin = columns.begin(i);
    const TimeNs end = std::min(begin + columns.cell, picture.frame.now);
    depths.push_back(end > begin ? static_cast<double>(pair.model.max_depth(pool, begin, end)) : 0);
    deepest = std::max(deepest, depths.back());
  }
  const double scale = roundCeiling(deepest);
  for (qsizetype i = 0; i < shape.max.size(); ++i) {
    const double seen = (shape.rect.bottom() - shape.max[i]) / shape.rect.height() * scale;
    const double pixel = scale / shape.rect.height();
    const double depth = depths[static_cast<std::size_t>(i)];
    if (std::abs(seen - depth) > pixel || shape.mean[i] < shape.max[i]) {
      return QStringLiteral("the queue at %1 is %2 deep, should be %3")
          .arg(columns.begin(i))
          .arg(seen)
          .arg(depth);
    }
    ++checked;
  }
  return {};
}

/// From a few ns to more than the whole session.
TimeRange randomRange(const Pair& pair, std::mt19937_64& random) {
  const double whole = static_cast<double>(pair.model.end() - pair.model.begin()) * 1.3 + 40;
  const double span = 20 * std::pow(whole / 20, std::uniform_real_distribution<>(0, 1)(random));
  const double begin = static_cast<double>(pair.model.begin()) +
                       std::uniform_real_distribution<>(-0.3, 1)(random) * (whole - span);
  return {static_cast<TimeNs>(begin), static_cast<TimeNs>(begin + span)};
}

}  // namespace

void PictureAgreementTest::everyPixelColumn_ofRandomViews_isAsAllTasksSay_data() {
  QTest::addColumn<int>("steps");
  QTest::addColumn<int>("pools");
  QTest::addColumn<int>("workers");
  QTest::addColumn<int>("maxGap");
  QTest::addColumn<bool>("distinct");
  QTest::addColumn<double>("drop");
  QTest::addColumn<double>("swap");
  QTest::addColumn<double>("overlap");
  QTest::addColumn<int>("sessions");
  QTest::addColumn<bool>("phased");
  QTest::newRow("as it should be")
      << 1500 << 1 << 5 << 20 << false << 0.0 << 0.0 << 0.0 << 10 << false;
  QTest::newRow("two pools") << 1500 << 2 << 6 << 3000 << true << 0.0 << 0.0 << 0.0 << 10 << false;
  QTest::newRow("coarse clock") << 800 << 1 << 3 << 1 << false << 0.0 << 0.0 << 0.0 << 10 << false;
  QTest::newRow("events lost") << 1000 << 2 << 5 << 2'000'000 << true << 0.05 << 0.0 << 0.0 << 10
                               << false;
  QTest::newRow("everything wrong")
      << 800 << 2 << 5 << 20 << true << 0.1 << 0.1 << 0.3 << 10 << false;
  QTest::newRow("many workers") << 3000 << 1 << 40 << 500 << true << 0.0 << 0.0 << 0.0 << 6
                                << false;
  QTest::newRow("long") << 12'000 << 1 << 3 << 100 << false << 0.0 << 0.0 << 0.0 << 4 << false;
  QTest::newRow("many phases") << 6000 << 1 << 1 << 50 << true << 0.0 << 0.0 << 0.0 << 6 << true;
}

void PictureAgreementTest::everyPixelColumn_ofRandomViews_isAsAllTasksSay() {
  QFETCH(int, steps);
  QFETCH(int, pools);
  QFETCH(int, workers);
  QFETCH(int, maxGap);
  QFETCH(bool, distinct);
  QFETCH(double, drop);
  QFETCH(double, swap);
  QFETCH(double, overlap);
  QFETCH(int, sessions);
  QFETCH(bool, phased);
  constexpr int kViews = 20;
  qint64 checked = 0;
  for (int round = 0; round < sessions; ++round) {
    const std::uint64_t chosen = seed() + static_cast<std::uint64_t>(round);
    std::mt19937_64 random(chosen);
    const StreamOptions options{steps, pools, workers, 2, maxGap, distinct, drop, swap, overlap};
    const Pair pair(phased ? phasedStream(options, random) : random_stream(options, random),
                    options, random);
    const Theme theme = Theme::make(random() % 2 == 0);
    LayoutCache layouts;  // of one session, as in the window
    SpriteCache sprites;
    for (int i = 0; i < kViews; ++i) {
      const bool past = random() % 3 == 0;
      const TimeNs now =
          past ? pair.model.begin() +
                     static_cast<TimeNs>(random() % static_cast<std::uint64_t>(
                                                        pair.model.end() - pair.model.begin() + 1))
               : pair.model.end();
      const Frame frame{pair.snapshot, now, false};
      ViewState view;
      view.reduceMotion = true;
      view.devicePixelRatio = random() % 4 == 0 ? 2 : 1;
      view.advance(pair.model.begin(), now);
      view.zoomTo(randomRange(pair, random));
      view.scrollY = random() % 2 == 0 ? 0 : static_cast<qreal>(random() % 200);
      const QSize size(360 + static_cast<int>(random() % 300),
                       160 + static_cast<int>(random() % 240));
      const Picture picture = paint(frame, view, size, theme, layouts, sprites);
      for (const LanePane& pane : picture.scene.panes) {
        for (const LaneRow& row : pane.rows) {
          if (row.kind != LaneRow::Kind::worker) {
            continue;
          }
          RowCheck check(picture, pane, row, pair);
          const QString wrong = check.run();
          checked += check.checked();
          if (!wrong.isEmpty()) {
            picture.image.save(QStringLiteral("picture_agreement.png"));
          }
          QVERIFY2(wrong.isEmpty(),
                   qPrintable(QStringLiteral("POOLSCOPE_SEED=%1 view %2 (%3 %4 to %5, now %6): ")
                                  .arg(chosen)
                                  .arg(i)
                                  .arg(picture.scene.axis->nsPerPixel())
                                  .arg(view.range().begin)
                                  .arg(view.range().end)
                                  .arg(now) +
                              wrong));
        }
      }
    }
  }
  std::printf("POOLSCOPE_SEED=%llu: %d views, %lld pixel columns\n",
              static_cast<unsigned long long>(seed()), sessions * kViews,
              static_cast<long long>(checked));
  QVERIFY(checked > 0);
}

void PictureAgreementTest::foldedRowsAndQueues_ofRandomViews_areAsAllTasksSay_data() {
  QTest::addColumn<int>("pools");
  QTest::addColumn<int>("maxGap");
  QTest::addColumn<double>("drop");
  QTest::newRow("as it should be") << 2 << 200 << 0.0;
  QTest::newRow("coarse clock") << 1 << 2 << 0.0;
  QTest::newRow("long") << 1 << 2'000'000 << 0.0;
  QTest::newRow("events lost") << 2 << 2'000'000 << 0.05;
}

void PictureAgreementTest::foldedRowsAndQueues_ofRandomViews_areAsAllTasksSay() {
  QFETCH(int, pools);
  QFETCH(int, maxGap);
  QFETCH(double, drop);
  constexpr int kSessions = 5;
  constexpr int kViews = 20;
  qint64 groups = 0;
  qint64 queues = 0;
  for (int round = 0; round < kSessions; ++round) {
    const std::uint64_t chosen = seed() + static_cast<std::uint64_t>(round);
    std::mt19937_64 random(chosen);
    const StreamOptions options{1200, pools, 12, 2, maxGap, true, drop, 0, 0};
    const Pair pair(random_stream(options, random), options, random);
    const Theme theme = Theme::make(true);
    LayoutCache layouts;
    SpriteCache sprites;
    for (int i = 0; i < kViews; ++i) {
      const Frame frame{pair.snapshot, pair.model.end(), false};
      ViewState view;
      view.reduceMotion = true;
      for (const auto& [id, index] : pair.pool_index) {
        view.lanes.folded[index] = true;
      }
      view.advance(pair.model.begin(), frame.now);
      view.zoomTo(randomRange(pair, random));
      const Picture picture = paint(frame, view, QSize(700, 500), theme, layouts, sprites);
      const auto wrongIn = [&](const LanePane& pane) -> QString {
        for (const LaneRow& row : pane.rows) {
          const auto poolOf = [&] {
            return pair.snapshot->pools()[static_cast<std::size_t>(*row.pool)].id;
          };
          for (const DenseStrip& strip : pane.strips) {
            if (row.kind == LaneRow::Kind::group && row.rect.contains(strip.rect.center())) {
              if (QString wrong = wrongInGroup(picture, row, strip, pair, poolOf(), groups);
                  !wrong.isEmpty()) {
                return wrong;
              }
            }
          }
          for (const QueueShape& shape : pane.queues) {
            if (row.kind == LaneRow::Kind::queue && row.rect.contains(shape.rect.center())) {
              if (QString wrong = wrongInQueue(picture, shape, pair, poolOf(), queues);
                  !wrong.isEmpty()) {
                return wrong;
              }
            }
          }
        }
        return {};
      };
      for (const LanePane& pane : picture.scene.panes) {
        const QString wrong = wrongIn(pane);
        QVERIFY2(
            wrong.isEmpty(),
            qPrintable(
                QStringLiteral("POOLSCOPE_SEED=%1 view %2: %3").arg(chosen).arg(i).arg(wrong)));
      }
    }
  }
  std::printf("POOLSCOPE_SEED=%llu: %lld columns of folded rows, %lld of queues\n",
              static_cast<unsigned long long>(seed()), static_cast<long long>(groups),
              static_cast<long long>(queues));
  QVERIFY(groups > 1000);
  QVERIFY(queues > 1000);
}

QTEST_MAIN(PictureAgreementTest)
#include "picture_agreement_test.moc"
