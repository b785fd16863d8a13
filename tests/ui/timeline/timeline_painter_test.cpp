// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/timeline_painter.h"

#include "tests/ui/timeline/demo_session.h"
#include "ui/timeline/timeline_layout.h"

#include <QImage>
#include <QTest>

#include <algorithm>
#include <random>

using namespace poolscope;
using namespace poolscope::test;
using namespace poolscope::ui;

class TimelinePainterTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void frame_paintedTwice_isTheSamePicture();
  void frames_inAnyOrder_areTheSamePictures_data();
  void frames_inAnyOrder_areTheSamePictures();
  void bar_failed_showsTheColourOfFailure_data();
  void bar_failed_showsTheColourOfFailure();
  void bar_waiting_differsFromComputingWithoutColour();
  void emptyFrame_isPaintedWithoutLanes();
  void painting_translated_isTheSamePictureMoved();
  void text_numbered_isItsNameAndItsDigits_data();
  void text_numbered_isItsNameAndItsDigits();
  void painting_onAnImage_isAsThePaintersOwn_data();
  void painting_onAnImage_isAsThePaintersOwn();
};

namespace {

constexpr QSize kSize(900, 400);

QImage blank(QSize size, qreal ratio, QImage::Format format = QImage::Format_RGB32) {
  QImage image(size * ratio, format);
  image.setDevicePixelRatio(ratio);
  image.fill(Qt::black);
  return image;
}

QImage picture(const TimelineScene& scene, const Theme& theme, SpriteCache& sprites, qreal ratio) {
  QImage image = blank(kSize, ratio);
  QPainter painter(&image);
  paintTimeline(painter, scene, theme, sprites);
  return image;
}

ViewState viewAt(const FakeSnapshot& s, TimeNs now, qreal ratio) {
  ViewState view;
  view.devicePixelRatio = ratio;
  view.advance(s.begin_, now);
  return view;
}

}  // namespace

void TimelinePainterTest::frame_paintedTwice_isTheSamePicture() {
  const auto s = demoSession();
  const Frame frame{s, s->end_, true};
  const Theme theme = Theme::dark();
  LayoutCache cache;
  SpriteCache sprites;
  const ViewState view = viewAt(*s, frame.now, 1);
  const QImage first = picture(layOutTimeline(frame, view, kSize, theme, cache), theme, sprites, 1);
  const QImage again = picture(layOutTimeline(frame, view, kSize, theme, cache), theme, sprites, 1);
  SpriteCache cold;
  const QImage fresh = picture(layOutTimeline(frame, view, kSize, theme), theme, cold, 1);
  QCOMPARE(again, first);
  QCOMPARE(fresh, first);
}

void TimelinePainterTest::frames_inAnyOrder_areTheSamePictures_data() {
  QTest::addColumn<qreal>("ratio");
  QTest::newRow("1") << 1.0;
  QTest::newRow("1.5") << 1.5;
  QTest::newRow("2") << 2.0;
}

void TimelinePainterTest::frames_inAnyOrder_areTheSamePictures() {
  QFETCH(qreal, ratio);
  const auto s = demoSession();
  const Theme theme = Theme::light();
  LayoutCache cache;
  SpriteCache sprites;
  const auto at = [&](int i) {
    const TimeNs now = s->begin_ + 400 * kMs + i * 190 * kMs;
    return picture(
        layOutTimeline(Frame{s, now, false}, viewAt(*s, now, ratio), kSize, theme, cache), theme,
        sprites, ratio);
  };
  QList<QImage> inOrder;
  QList<int> order;
  for (int i = 0; i < 10; ++i) {
    inOrder.append(at(i));
    order.append(i);
  }
  std::mt19937 random(7);
  std::shuffle(order.begin(), order.end(), random);
  for (const int i : order) {
    QCOMPARE(at(i), inOrder[i]);
  }
  QVERIFY(inOrder[0] != inOrder[1]);
}

void TimelinePainterTest::bar_failed_showsTheColourOfFailure_data() {
  QTest::addColumn<bool>("dark");
  QTest::addColumn<bool>("failed");
  QTest::newRow("dark, failed") << true << true;
  QTest::newRow("dark, fine") << true << false;
  QTest::newRow("light, failed") << false << true;
}

void TimelinePainterTest::bar_failed_showsTheColourOfFailure() {
  QFETCH(bool, dark);
  QFETCH(bool, failed);
  auto s = std::make_shared<FakeSnapshot>();
  const auto pool = s->addPool(0, 1);
  const auto caller = s->addCaller("main");
  const auto worker = s->addWorker(pool, 0, 1);
  s->runTask(s->addTask(pool, caller, 5 * kMs), worker, 20 * kMs, 900 * kMs, failed);
  const Theme theme = Theme::make(dark);
  const Frame frame{s, 1'000 * kMs, false};
  const auto scene = layOutTimeline(frame, viewAt(*s, frame.now, 1), kSize, theme);
  SpriteCache sprites;
  const QImage image = picture(scene, theme, sprites, 1);
  const QRectF bar = scene.panes[0].bars.front().rect;
  const QColor seen = image.pixelColor(
      QPoint(static_cast<int>(bar.right()) - 20, static_cast<int>(bar.center().y())));
  QCOMPARE(seen == theme.badBar, failed);
  QCOMPARE(seen == theme.kinds[0], !failed);
}

void TimelinePainterTest::bar_waiting_differsFromComputingWithoutColour() {
  auto s = std::make_shared<FakeSnapshot>();
  const auto pool = s->addPool(0, 1);
  const auto caller = s->addCaller("main");
  const auto worker = s->addWorker(pool, 0, 1);
  Task& task = s->addTask(pool, caller, 5 * kMs, "t");
  s->runTask(task, worker, 20 * kMs, 870 * kMs);
  using trace::PhaseKind;
  const PhaseKind kinds[] = {PhaseKind::compute,  PhaseKind::io_wait,   PhaseKind::sleep,
                             PhaseKind::command,  PhaseKind::lock_wait, PhaseKind::file_io,
                             PhaseKind::lock_held};
  for (int i = 0; i < 7; ++i) {
    s->addPhase(task, kinds[i], (100 + 110 * i) * kMs, (210 + 110 * i) * kMs);
  }
  const Theme theme = Theme::dark();
  const Frame frame{s, 1'000 * kMs, false};
  const auto scene = layOutTimeline(frame, viewAt(*s, frame.now, 1), kSize, theme);
  SpriteCache sprites;
  const QImage grey = picture(scene, theme, sprites, 1).convertToFormat(QImage::Format_Grayscale8);
  QList<QImage> seen;
  for (const BarPart& part : scene.panes[0].bars.front().parts) {
    const QRect middle(static_cast<int>(part.rect.center().x()) - 10,
                       static_cast<int>(part.rect.top()) + 4, 20,
                       static_cast<int>(part.rect.height()) - 6);
    const QImage patch = grey.copy(middle);
    QVERIFY(!seen.contains(patch));
    seen.append(patch);
  }
  QCOMPARE(seen.size(), 7);
}

void TimelinePainterTest::emptyFrame_isPaintedWithoutLanes() {
  const Theme theme = Theme::dark();
  SpriteCache sprites;
  const QImage image =
      picture(layOutTimeline(Frame{}, ViewState{}, kSize, theme), theme, sprites, 1);
  QCOMPARE(image.pixelColor(450, 200), theme.background);
}

void TimelinePainterTest::painting_translated_isTheSamePictureMoved() {
  const auto s = demoSession();
  const Theme theme = Theme::dark();
  const Frame frame{s, s->end_, true};
  const auto scene = layOutTimeline(frame, viewAt(*s, frame.now, 2), kSize, theme);
  SpriteCache sprites;
  const QImage plain = picture(scene, theme, sprites, 2);
  QImage moved = blank(kSize + QSize(30, 20), 2);
  QPainter painter(&moved);
  painter.translate(30, 20);
  paintTimeline(painter, scene, theme, sprites);
  painter.end();
  QImage part = moved.copy(60, 40, kSize.width() * 2, kSize.height() * 2);
  part.setDevicePixelRatio(2);
  QCOMPARE(part, plain);
}

void TimelinePainterTest::text_numbered_isItsNameAndItsDigits_data() {
  QTest::addColumn<QString>("name");
  QTest::addColumn<bool>("isPutTogether");
  QTest::newRow("words") << QStringLiteral("fetch page ") << true;
  QTest::newRow("a number alone") << QString() << true;
  QTest::newRow("written from the right") << QString::fromUtf8("עמוד ") << false;
}

void TimelinePainterTest::text_numbered_isItsNameAndItsDigits() {
  QFETCH(QString, name);
  QFETCH(bool, isPutTogether);
  SpriteCache sprites;
  sprites.prepare(Theme::dark(), 1);
  const auto text = [&](const QString& words) {
    return sprites.text(words, TextRole::bar, Qt::white);
  };
  const QImage whole = text(name + QStringLiteral("07"));
  // Without its edges, into which its neighbour hangs over.
  const QImage last = text(QStringLiteral("7"));
  const QImage end = last.copy(2, 0, last.width() - 4, last.height());
  bool found = false;
  for (int x = whole.width() - last.width(); x <= whole.width() - end.width(); ++x) {
    found = found || whole.copy(x, 0, end.width(), end.height()) == end;
  }
  if (isPutTogether) {
    QVERIFY(found);
    const QImage begin = text(name.isEmpty() ? QStringLiteral("0") : name);
    QCOMPARE(whole.copy(0, 0, begin.width() - 3, begin.height()),
             begin.copy(0, 0, begin.width() - 3, begin.height()));
  } else {
    QVERIFY(!found);  // the name stands to the right of its number
  }
}

void TimelinePainterTest::painting_onAnImage_isAsThePaintersOwn_data() {
  QTest::addColumn<bool>("near");
  QTest::addColumn<qreal>("ratio");
  for (const qreal ratio : {1.0, 1.5, 2.0}) {
    QTest::addRow("bars, %g", ratio) << true << ratio;
    QTest::addRow("columns, %g", ratio) << false << ratio;
  }
}

/// Pixels are written past the painter where the image's format allows it.
void TimelinePainterTest::painting_onAnImage_isAsThePaintersOwn() {
  QFETCH(bool, near);
  QFETCH(qreal, ratio);
  const auto s = demoSession();
  const Theme theme = Theme::dark();
  ViewState view = viewAt(*s, s->end_, ratio);
  view.zoom(near ? 2 : 0.05);
  view.selectedRange = TimeRange{s->end_ - 700 * kMs, s->end_ - 300 * kMs};
  auto scene = layOutTimeline(Frame{s, s->end_, true}, view, kSize, theme);
  const LanePane& lanes = scene.panes[0];
  QVERIFY(near ? !lanes.bars.isEmpty() : !lanes.strips.isEmpty());
  // A stream's bends are the painter's own work on any image, and the edge of a curve tells even
  // the offset below: of streams the trunks are left.
  QVERIFY(!scene.streams.isEmpty());
  for (Stream& stream : scene.streams) {
    stream.from.setX(stream.trunkX);
    stream.to.setX(stream.trunkX);
    stream.bend = 0;
  }
  const auto painted = [&](QImage::Format format, qreal offset) {
    QImage image = blank(kSize, ratio, format);
    SpriteCache sprites;
    QPainter painter(&image);
    // Half a lane is cut off at the edge.
    painter.translate(offset, -120);
    paintTimeline(painter, scene, theme, sprites);
    painter.end();
    return image;
  };
  // Too little to be seen, but not in whole pixels: only the painter can do that.
  constexpr qreal kOffset = 1e-5;
  for (const auto format : {QImage::Format_RGB32, QImage::Format_ARGB32_Premultiplied}) {
    QCOMPARE(painted(format, 0), painted(format, kOffset));
  }
}

QTEST_MAIN(TimelinePainterTest)
#include "timeline_painter_test.moc"
