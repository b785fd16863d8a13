// SPDX-License-Identifier: Apache-2.0
#include "tests/ui/timeline/fake_snapshot.h"
#include "ui/timeline/layout_cache.h"
#include "ui/timeline/timeline_layout.h"
#include "ui/timeline/timeline_painter.h"

#include <QFontMetricsF>
#include <QImage>
#include <QPainter>
#include <QTest>

#include <memory>
#include <string>

using namespace poolscope;
using namespace poolscope::test;
using namespace poolscope::ui;

/// Whatever a task, a worker, a lock or an error is called, the picture stays one of short lines
/// in which one text leaves the others alone.
class OddNamesTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyText_isAShortLine_data();
  void everyText_isAShortLine();
  void hoverBox_holdsItsTexts_data();
  void hoverBox_holdsItsTexts();
  void otherRows_stayAsTheyAre_data();
  void otherRows_stayAsTheyAre();
};

namespace {

constexpr QSize kSize(900, 300);

void addNames() {
  QTest::addColumn<QByteArray>("name");
  QTest::newRow("lines") << QByteArray("first\nsecond\r\nthird\tfourth");
  QTest::newRow("control characters") << QByteArray("a\0b\x1b[31mc\x7f", 9);
  QTest::newRow("right to left") << QByteArray("\u05e9\u05dc\u05d5\u05dd 7");
  QTest::newRow("override") << QByteArray("photo\u202egnp.exe");
  QTest::newRow("isolate that is not closed") << QByteArray("\u2067 1 2 3");
  QTest::newRow("not UTF-8") << QByteArray("\xff\xfe\x80 x");
  QTest::newRow("a megabyte") << QByteArray(1'000'000, 'x');
  QTest::newRow("a megabyte of Arabic") << QByteArray("\u0639").repeated(500'000);
  QTest::newRow("placeholders") << QByteArray("%1 %2 %n %L1");
}

/// Two workers; the first, its task, a lock and the error are called `name`.
std::shared_ptr<FakeSnapshot> sessionWith(const QByteArray& name) {
  auto s = std::make_shared<FakeSnapshot>();
  const PoolIndex pool = s->addPool(0, 2, "web");
  const LaneId caller = s->addCaller("main");
  const LaneId odd = s->addWorker(pool, 0, 0);
  const LaneId plain = s->addWorker(pool, 1, 0);
  s->lanes_[static_cast<std::size_t>(odd)].name = s->text(name.toStdString());
  s->runTask(s->addTask(pool, caller, 0, name.toStdString()), odd, 100 * kMs, 600 * kMs, true);
  s->tasks_[0].error = s->text(name.toStdString());
  s->runTask(s->addTask(pool, caller, 0, name.toStdString()), odd, 700 * kMs, {});
  s->addPhase(s->tasks_[1], trace::PhaseKind::lock_wait, 750 * kMs, kForever, name.toStdString());
  s->runTask(s->addTask(pool, caller, 0, "fetch page"), plain, 100 * kMs, 900 * kMs);
  s->end_ = 1'000 * kMs;
  return s;
}

TimelineScene sceneOf(const std::shared_ptr<FakeSnapshot>& snapshot,
                      std::optional<QPointF> pointer = {}) {
  ViewState view;
  view.reduceMotion = true;
  view.advance(0, snapshot->end_);
  view.zoomTo({0, snapshot->end_});
  view.pointer = pointer;
  return layOutTimeline({snapshot, snapshot->end_, false}, view, kSize, Theme::dark());
}

QImage picture(const TimelineScene& scene) {
  QImage image(kSize, QImage::Format_RGB32);
  image.fill(Qt::black);
  QPainter painter(&image);
  paintTimeline(painter, scene, Theme::dark());
  return image;
}

QStringList textsOf(const TimelineScene& scene) {
  QStringList texts;
  for (const LanePane& pane : scene.panes) {
    for (const LaneHead& head : pane.heads) {
      texts << head.name.text << head.state.text << head.share.text;
    }
    for (const TaskBar& bar : pane.bars) {
      texts << bar.label;
    }
    for (const LaneRow& row : pane.rows) {
      texts << row.name;
    }
    for (const TextLabel& label : pane.labels) {
      texts << label.text;
    }
  }
  if (scene.hover) {
    texts << scene.hover->title << scene.hover->error << scene.hover->outcome;
    for (const HoverBox::Line& line : scene.hover->lines) {
      texts << line.name << line.value;
    }
  }
  return texts;
}

QPointF middleOfFirstBar(const TimelineScene& scene) {
  for (const LanePane& pane : scene.panes) {
    if (!pane.bars.isEmpty()) {
      return pane.bars.first().rect.center();
    }
  }
  return {};
}

}  // namespace

void OddNamesTest::everyText_isAShortLine_data() {
  addNames();
}

void OddNamesTest::everyText_isAShortLine() {
  QFETCH(QByteArray, name);
  const auto snapshot = sessionWith(name);
  const TimelineScene scene = sceneOf(snapshot, middleOfFirstBar(sceneOf(snapshot)));
  QVERIFY(scene.hover.has_value());
  QVERIFY(!scene.hover->error.isEmpty());
  for (const QString& text : textsOf(scene)) {
    QVERIFY2(text.size() < 320, qPrintable(QString::number(text.size())));
    int isolates = 0;
    for (const QChar c : text) {
      isolates += c == QChar(0x2068) ? 1 : c == QChar(0x2069) ? -1 : 0;
      QVERIFY(c.category() != QChar::Other_Control);
      QVERIFY(!(c >= QChar(0x202a) && c <= QChar(0x202e)) && c != QChar(0x2067));
    }
    QVERIFY2(isolates >= 0, qPrintable(text));
  }
}

void OddNamesTest::hoverBox_holdsItsTexts_data() {
  addNames();
}

void OddNamesTest::hoverBox_holdsItsTexts() {
  QFETCH(QByteArray, name);
  const auto snapshot = sessionWith(name);
  const TimelineScene scene = sceneOf(snapshot, middleOfFirstBar(sceneOf(snapshot)));
  QVERIFY(scene.hover.has_value());
  const Theme theme = Theme::dark();
  const auto widthOf = [&](const QString& text, TextRole role) {
    return QFontMetricsF(fontOf(role, theme)).horizontalAdvance(text);
  };
  const qreal room = scene.hover->rect.width() - theme.px(24);
  bool namesTheWorker = false;
  for (const HoverBox::Line& line : scene.hover->lines) {
    namesTheWorker = namesTheWorker || line.name == QStringLiteral("worker");
    QVERIFY2(widthOf(line.name, TextRole::box) + widthOf(line.value, TextRole::box) < room,
             qPrintable(line.value));
  }
  QVERIFY(namesTheWorker);
  QVERIFY(widthOf(scene.hover->title, TextRole::box_title) +
              widthOf(scene.hover->outcome, TextRole::flag) <
          room);
  QVERIFY(widthOf(scene.hover->error, TextRole::box) <= room);
}

void OddNamesTest::otherRows_stayAsTheyAre_data() {
  addNames();
}

void OddNamesTest::otherRows_stayAsTheyAre() {
  QFETCH(QByteArray, name);
  const TimelineScene odd = sceneOf(sessionWith(name));
  const TimelineScene plain = sceneOf(sessionWith("plain"));
  const auto& rows = odd.panes[0].rows.isEmpty() ? odd.panes[1].rows : odd.panes[0].rows;
  const QRect other = rows.last().rect.toAlignedRect();
  QVERIFY(!other.isEmpty());
  QCOMPARE(rows.last().name, QStringLiteral("web_1"));
  QCOMPARE(picture(odd).copy(other), picture(plain).copy(other));
  // And beside it: what the bar of the odd task leaves free.
  const QRectF bar = odd.panes[0].bars.first().rect;
  const QRect before(QPoint(qRound(odd.canvas.left()), qRound(bar.top())),
                     QPoint(qRound(bar.left()) - 1, qRound(bar.bottom()) - 1));
  QCOMPARE(picture(odd).copy(before), picture(plain).copy(before));
}

QTEST_MAIN(OddNamesTest)
#include "odd_names_test.moc"
