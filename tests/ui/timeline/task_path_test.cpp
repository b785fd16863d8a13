// SPDX-License-Identifier: Apache-2.0
// The arrows of the selected task, and what is held up behind one task.
#include "tests/ui/timeline/fake_snapshot.h"
#include "ui/timeline/hit_test.h"
#include "ui/timeline/task_words.h"
#include "ui/timeline/timeline_layout.h"
#include "ui/timeline/timeline_painter.h"

#include <QImage>
#include <QPainter>
#include <QTest>
#include <QtMath>

#include <algorithm>

using namespace poolscope;
using namespace poolscope::test;
using namespace poolscope::ui;

namespace {

constexpr QSizeF kSize(1000, 400);

/// One pool, one caller, and workers; task 1 is queued at 10, runs on the last worker from 30 to
/// 60 and is delivered at 80 ms.
struct Sample {
  explicit Sample(std::uint32_t workers = 1) {
    pool = s.addPool(0, workers);
    caller = s.addCaller("main");
    for (std::uint32_t i = 0; i < workers; ++i) {
      worker = s.addWorker(pool, i, 1);
    }
    Task& task = s.addTask(pool, caller, 10 * kMs);
    s.runTask(task, worker, 30 * kMs, 60 * kMs);
    task.delivered = 80 * kMs;
    task.receiver = caller;
    s.end_ = 200 * kMs;
  }
  Task& task() { return s.tasks_[0]; }
  TimelineScene show(TimeNs begin, TimeNs end, TimeNs now = 150 * kMs, QSizeF size = kSize,
                     std::optional<QPointF> pointer = {}, bool selected = true) {
    ViewState view;
    view.advance(0, now);
    view.zoomTo({begin, end});
    view.pointer = pointer;
    if (selected) {
      view.selectedTask = {0, 1};
    }
    const std::shared_ptr<FakeSnapshot> shared(std::shared_ptr<void>(), &s);
    return layOutTimeline(Frame{shared, now, true}, view, size, Theme::dark());
  }
  FakeSnapshot s = {};
  PoolIndex pool = {};
  LaneId caller = {};
  LaneId worker = {};
};

QStringList words(const TimelineScene& scene) {
  QStringList all;
  for (const TextLabel& label : scene.selectionWords) {
    all << QString(label.text).replace(QChar(0x00a0), u' ');
  }
  return all;
}

bool isInSight(const TimelineScene& scene, const QPointF& at) {
  return scene.canvas.adjusted(-1, -1, 1, 1).contains(at);
}

/// A caller that waits in map() for task 1 from 20 ms on; 2 to 5 are done behind it, but for 4,
/// which still runs.
struct Held {
  Held() {
    pool = s.addPool(0, 4);
    caller = s.addCaller("main");
    for (std::uint32_t i = 0; i < 4; ++i) {
      workers.push_back(s.addWorker(pool, i, 1));
    }
    for (int i = 0; i < 5; ++i) {
      s.addTask(pool, caller, 10 * kMs);
    }
    s.runTask(s.tasks_[0], workers[0], 20 * kMs, 150 * kMs);
    s.runTask(s.tasks_[1], workers[1], 20 * kMs, 40 * kMs);
    s.runTask(s.tasks_[2], workers[2], 20 * kMs, 50 * kMs);
    s.runTask(s.tasks_[3], workers[3], 20 * kMs, 140 * kMs);
    s.runTask(s.tasks_[4], workers[1], 40 * kMs, 70 * kMs);
    for (Task& task : s.tasks_) {
      task.delivered = 151 * kMs;
      task.receiver = caller;
    }
    s.blocked_.push_back({caller,
                          {.reason = trace::BlockReason::map,
                           .awaited = {0, 1},
                           .begin = 20 * kMs,
                           .end = 151 * kMs}});
    s.end_ = 200 * kMs;
  }
  TimelineScene at(TimeNs now, std::optional<QPointF> pointer = {}) {
    ViewState view;
    view.advance(0, now);
    view.zoomTo({0, 200 * kMs});
    view.pointer = pointer;
    const std::shared_ptr<FakeSnapshot> shared(std::shared_ptr<void>(), &s);
    return layOutTimeline(Frame{shared, now, true}, view, kSize, Theme::dark());
  }
  FakeSnapshot s = {};
  PoolIndex pool = {};
  LaneId caller = {};
  std::vector<LaneId> workers = {};
};

/// The marks below a worker's lane that end where `until` is.
qsizetype tailsUntil(const TimelineScene& scene, TimeNs until) {
  const qreal x = scene.axis->toX(until);
  return std::ranges::count_if(scene.panes[0].held.rects, [&](const QRectF& rect) {
    return rect.width() > 6 && rect.height() <= 2 && std::abs(rect.right() - x) <= 1;
  });
}

QString labelOfCaller(const TimelineScene& scene) {
  for (const TextLabel& label : scene.panes[1].labels) {
    if (label.text.startsWith(QStringLiteral("waits for"))) {
      return label.text;
    }
  }
  return {};
}

}  // namespace

class TaskPathTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void whole_hasADotWhereItBegins_andArrowsWhereItArrives() {
    Sample sample;
    const auto scene = sample.show(0, 110 * kMs);
    QCOMPARE(scene.selectionPath.size(), 2);
    QVERIFY(scene.selectionPath[0].dot && scene.selectionPath[0].head);
    QVERIFY(scene.selectionPath[1].dashed && scene.selectionPath[1].head);
    QCOMPARE(words(scene), QStringList());
    // Through the queue: it is there from the submit to the pick.
    const QRectF queue = scene.panes[1].rows[1].rect;
    const QPainterPath& in = scene.selectionPath[0].path;
    int inQueue = 0;
    for (int i = 0; i <= 100; ++i) {
      inQueue += queue.contains(in.pointAtPercent(i / 100.0)) ? 1 : 0;
    }
    QVERIFY(inQueue > 40);
  }

  void beginOutOfSight_comesFromTheEdge_andIsTold() {
    Sample sample;
    const auto scene = sample.show(20 * kMs, 110 * kMs);
    QCOMPARE(scene.selectionPath.size(), 2);
    QVERIFY(!scene.selectionPath[0].dot);
    QVERIFY(isInSight(scene, scene.selectionPath[0].path.elementAt(0)));
    QCOMPARE(words(scene).size(), 1);
    QVERIFY(words(scene)[0].startsWith(QStringLiteral("submitted by main")));
    QVERIFY(words(scene)[0].endsWith(QStringLiteral("earlier")));
  }

  void startOutOfSight_leavesByTheEdge_andIsTold() {
    Sample sample;
    const auto scene = sample.show(0, 20 * kMs);
    QCOMPARE(scene.selectionPath.size(), 1);
    QVERIFY(scene.selectionPath[0].head);
    QVERIFY(isInSight(scene, scene.selectionPath[0].path.currentPosition()));
    QCOMPARE(words(scene).size(), 1);
    QVERIFY(words(scene)[0].startsWith(QStringLiteral("starts ")));
  }

  void deliveryOutOfSight_leavesByTheEdge_andIsTold() {
    Sample sample;
    const auto scene = sample.show(0, 70 * kMs);
    QCOMPARE(scene.selectionPath.size(), 2);
    QVERIFY(isInSight(scene, scene.selectionPath[1].path.currentPosition()));
    QCOMPARE(words(scene).size(), 1);
    QVERIFY(words(scene)[0].startsWith(QStringLiteral("delivered to main")));
  }

  void allElsewhere_drawsNothing() {
    Sample sample;
    QCOMPARE(sample.show(100 * kMs, 140 * kMs).selectionPath.size(), 0);
    QCOMPARE(sample.show(1 * kMs, 5 * kMs).selectionPath.size(), 0);
    // Only its run is in sight: nothing arrives, nothing leaves.
    const auto scene = sample.show(40 * kMs, 50 * kMs);
    QCOMPARE(scene.selectionPath.size(), 0);
    QVERIFY(scene.selectionOutline.has_value());
  }

  void lostSubmit_leavesWhatIsKnown() {
    Sample sample;
    sample.task().queued.reset();
    sample.task().caller.reset();
    const auto scene = sample.show(0, 100 * kMs);
    QVERIFY(scene.selectionOutline.has_value());
    QCOMPARE(scene.selectionPath.size(), 1);
    QVERIFY(scene.selectionPath[0].dashed);  // to who got the result
    // Not before it started.
    QVERIFY(!sample.show(0, 100 * kMs, 20 * kMs).selectionOutline.has_value());
  }

  void workerScrolledAway_isPointedTo() {
    Sample sample(60);
    const auto scene = sample.show(0, 110 * kMs);
    QCOMPARE(scene.selectionPath.size(), 2);
    const QPointF end = scene.selectionPath[0].path.currentPosition();
    QVERIFY(isInSight(scene, end));
    QVERIFY(end.y() > kSize.height() - 20);
    QCOMPARE(words(scene), QStringList{QStringLiteral("ran on web_59, further down")});
    for (const TextLabel& word : scene.selectionWords) {
      QVERIFY(isInSight(scene, word.rect.topLeft()) && isInSight(scene, word.rect.bottomRight()));
    }
  }

  void queued_running_cancelled_notTaken_data() {
    QTest::addColumn<int>("now");
    QTest::addColumn<bool>("cancelled");
    QTest::addColumn<int>("curves");
    QTest::addColumn<bool>("head");
    QTest::addColumn<QString>("word");
    QTest::newRow("still queued") << 20 << false << 1 << false << QString();
    QTest::newRow("running") << 50 << false << 1 << true << QString();
    QTest::newRow("done, not taken") << 70 << false << 1 << true << "result not taken yet";
    QTest::newRow("taken") << 90 << false << 2 << true << QString();
    QTest::newRow("cancelled") << 90 << true << 1 << false << QString();
  }
  void queued_running_cancelled_notTaken() {
    QFETCH(int, now);
    QFETCH(bool, cancelled);
    QFETCH(QString, word);
    Sample sample;
    if (cancelled) {
      sample.task() = {.key = {0, 1},
                       .pool = sample.pool,
                       .name = "fetch page",
                       .queued = 10 * kMs,
                       .caller = sample.caller};
      sample.s.cancelTask(sample.task(), 40 * kMs);
    }
    const auto scene = sample.show(0, 110 * kMs, now * kMs);
    QTEST(static_cast<int>(scene.selectionPath.size()), "curves");
    QTEST(scene.selectionPath[0].head, "head");
    QCOMPARE(scene.selectionEnd.has_value(), cancelled);
    QCOMPARE(words(scene), word.isEmpty() ? QStringList() : QStringList{word});
  }

  void failed_isDeliveredInRed() {
    Sample sample;
    sample.task().state = TaskState::failed;
    const auto scene = sample.show(0, 110 * kMs);
    QCOMPARE(scene.selectionPath[1].color, Theme::dark().bad);
  }

  void nested_beginsAtTheWorkerThatSubmitted() {
    Sample sample(2);
    Task& child = sample.s.addTask(sample.pool, sample.worker, 40 * kMs);
    sample.s.runTask(child, LaneId{1}, 45 * kMs, 50 * kMs);
    child.delivered = 52 * kMs;
    child.receiver = sample.worker;
    ViewState view;
    view.advance(0, 150 * kMs);
    view.zoomTo({0, 110 * kMs});
    view.selectedTask = child.key;
    const std::shared_ptr<FakeSnapshot> shared(std::shared_ptr<void>(), &sample.s);
    const auto scene = layOutTimeline(Frame{shared, 150 * kMs, true}, view, kSize, Theme::dark());
    QCOMPARE(scene.selectionPath.size(), 2);
    const QRectF parent = scene.panes[0].rows[1].rect;
    QVERIFY(parent.contains(QPointF(scene.selectionPath[0].path.elementAt(0))));
    QVERIFY(parent.contains(scene.selectionPath[1].path.currentPosition()));
  }

  void painted_inBothLooks_isSeenOverBars() {
    Sample sample;
    for (const Theme& theme : {Theme::dark(), Theme::light()}) {
      const auto scene = sample.show(0, 110 * kMs);
      TimelineScene without = scene;
      without.selectionPath.clear();
      const auto paint = [&](const TimelineScene& what) {
        QImage image(kSize.toSize(), QImage::Format_RGB32);
        QPainter painter(&image);
        paintTimeline(painter, what, theme);
        return image;
      };
      // The head's inside has the colour of text wherever it is.
      TimelineScene recoloured = scene;
      for (Curve& curve : recoloured.selectionPath) {
        curve.color = theme.text;
      }
      const QImage with = paint(recoloured);
      QVERIFY(with != paint(without));
      // Some pixel of the head is of nothing else: its rim takes part of the others.
      const QPainterPath& in = scene.selectionPath[0].path;
      double nearest = 21;
      for (qreal back = 3; back < 9; ++back) {
        const QPointF at = in.pointAtPercent(in.percentAtLength(in.length() - back));
        nearest =
            std::min(nearest, static_cast<double>(contrastRatio(
                                  with.pixelColor(qFloor(at.x()), qFloor(at.y())), theme.text)));
      }
      QVERIFY2(nearest < 1.3, QByteArray::number(nearest));
    }
  }

  void held_areMarkedFromTheirEndOn() {
    Held held;
    QVERIFY(held.at(30 * kMs).panes[0].held.rects.isEmpty());
    QCOMPARE(tailsUntil(held.at(45 * kMs), 45 * kMs), 1);
    const auto scene = held.at(100 * kMs);
    QCOMPARE(tailsUntil(scene, 100 * kMs), 3);
    QCOMPARE(labelOfCaller(scene), QStringLiteral("waits for task 1 · 3 later done"));
    const auto& heads = scene.panes[1].heads;
    QVERIFY(std::ranges::any_of(heads, [](const LaneHead& head) {
      return head.state.text.contains(QStringLiteral("3 done behind task 1"));
    }));
    QVERIFY(held.at(160 * kMs).panes[0].held.rects.isEmpty());  // all was taken
    // Of a wait that is over the band goes on to tell, also of 4.
    QCOMPARE(labelOfCaller(held.at(160 * kMs)), QStringLiteral("waits for task 1 · 4 later done"));
  }

  void pointerAtTheWait_tellsOfThatMoment() {
    Held held;
    const auto still = held.at(180 * kMs);
    const QRectF caller = still.panes[1].rows[0].rect;
    const QPointF pointer(still.axis->toX(60 * kMs), caller.center().y());
    const auto scene = held.at(180 * kMs, pointer);
    QCOMPARE(tailsUntil(scene, 60 * kMs), 2);
    QVERIFY(scene.hover.has_value());
    QCOMPARE(scene.hover->outcome, QStringLiteral("2 later done"));
    QCOMPARE(scene.hover->note.join(u' '),
             QStringLiteral("map() yields results in order: 2 later ones are done, but the loop "
                            "waits for task 1."));
    const QPointF before(still.axis->toX(5 * kMs), caller.center().y());
    QVERIFY(!held.at(180 * kMs, before).hover);
  }

  void count_thatIsCutOff_saysSo() {
    HeldResults held{.awaited = {0, 1}, .tasks = std::vector<TaskKey>(1000), .complete = false};
    QCOMPARE(heldCount(held), QStringLiteral("1,000 or more"));
  }
};

QTEST_MAIN(TaskPathTest)
#include "task_path_test.moc"
