// SPDX-License-Identifier: Apache-2.0
// The way of the selected task, in arrows: from the submit on its caller's lane through the queue
// to its worker, and from there to who got the result.
#include "ui/timeline/layout_context.h"
#include "ui/timeline/name_text.h"
#include "ui/timeline/time_text.h"

#include <QObject>

#include <algorithm>

namespace poolscope::ui {

using session::LaneId;
using session::Task;
using session::TaskState;
using session::TimeNs;

namespace {

constexpr qreal kBend = 26;
constexpr qreal kEdge = 7;        // room for an arrow's head at a pane's edge
constexpr qreal kMostName = 200;  // of a lane, in a word beside the path
constexpr std::size_t kMostHeld = 4096;

class PathLayout {
 public:
  PathLayout(const LayoutContext& context, const Task& task, TimelineScene& scene)
      : c_(context),
        task_(task),
        scene_(scene),
        queueRow_(context.plan.queueOf(task.pool)),
        bend_(context.theme.px(kBend)) {}

  void run() {
    if (task_.queued && queueRow_ != nullptr) {
      addWayIn(*task_.queued);
    }
    if (task_.finished && task_.worker && task_.state != TaskState::cancelled) {
      task_.delivered ? addWayOut(*task_.finished, *task_.delivered) : addNotTaken(*task_.finished);
    }
  }

 private:
  /// The height at which a lane is met: its own, or the edge of the picture behind which it is.
  struct Level {
    qreal y = 0;
    QString unseen = {};  ///< says where the lane is; empty: it is in sight
  };

  Level levelOf(const PlannedRow* row, const QString& name, qreal otherwise) const {
    if (row == nullptr) {
      return {otherwise, name};
    }
    const QRectF& clip = scene_.panes[row->pinned ? 1 : 0].clip;
    const qreal middle = c_.middleOf(*row);
    if (middle > clip.bottom() - 2) {
      return {clip.bottom() - c_.theme.px(kEdge), QObject::tr("%1, further down").arg(name)};
    }
    if (middle < clip.top() + 2) {
      return {clip.top() + c_.theme.px(kEdge), QObject::tr("%1, further up").arg(name)};
    }
    return {middle, {}};
  }
  Level levelOf(std::optional<LaneId> lane, qreal otherwise) const {
    return lane ? levelOf(c_.plan.rowOf(*lane), laneName(*lane), otherwise)
                : Level{otherwise, QObject::tr("an unknown thread")};
  }
  QString laneName(LaneId lane) const {
    return c_.cache.elided(nameText(c_.laneOf(lane).name), TextRole::note, c_.theme.px(kMostName),
                           Qt::ElideMiddle);
  }

  bool isBefore(TimeNs time) const { return c_.axis.toX(time) < c_.canvas.left(); }
  bool isAfter(TimeNs time) const { return c_.axis.toX(time) > c_.canvas.right(); }
  /// The x of a moment, or of the edge behind which it is.
  qreal xOf(TimeNs time) const {
    return std::clamp(c_.axis.toX(time), c_.canvas.left(), c_.canvas.right() - 1);
  }

  Curve curve() const { return {.color = c_.theme.text, .width = c_.theme.px(1.6)}; }

  /// A word beside a place of the path, wherever there is room near by.
  void addWord(const QPointF& at, const QString& text) {
    const qreal height = c_.theme.px(17);
    const qreal gap = c_.theme.px(6);
    const qreal width = c_.cache.textWidth(text, TextRole::note) + c_.theme.px(12);
    const bool leftOf = at.x() + gap + width > c_.canvas.right();
    QRectF rect(leftOf ? at.x() - gap - width : at.x() + gap, at.y() - height - gap / 2, width,
                height);
    rect.moveLeft(std::max(rect.left(), c_.canvas.left()));
    rect.moveTop(std::clamp(rect.top(), c_.canvas.top(), c_.canvas.bottom() - height));
    for (const TextLabel& other : scene_.selectionWords) {
      if (other.rect.intersects(rect)) {
        rect.moveTop(other.rect.bottom() + 1);
      }
    }
    scene_.selectionWords.append({rect, text, TextRole::note, c_.theme.text, Qt::AlignCenter});
  }

  void addWayIn(TimeNs queued) {
    const TimeNs left = task_.started ? *task_.started : task_.finished.value_or(c_.now);
    if (isBefore(left) || isAfter(queued)) {
      return;
    }
    const qreal queueY = levelOf(queueRow_, QObject::tr("queue"), c_.canvas.top()).y;
    const qreal from = xOf(queued);
    const qreal to = std::max(xOf(left), from);
    const qreal bend = std::clamp((to - from) / 2, c_.theme.px(3), bend_);
    Curve in = curve();
    if (isBefore(queued)) {
      in.path.moveTo(from, queueY);
      const QString by =
          task_.caller ? QObject::tr(" by %1").arg(laneName(*task_.caller)) : QString();
      addWord({from, queueY},
              QObject::tr("submitted%1 %2 earlier")
                  .arg(by, durationText(c_.axis.toTime(c_.canvas.left()) - queued)));
    } else {
      const Level caller = levelOf(task_.caller, queueY);
      in.dot = true;
      in.path.moveTo(from, caller.y);
      in.path.cubicTo(QPointF(from, caller.y + (queueY - caller.y) * 0.7),
                      QPointF(from + bend * 0.3, queueY), QPointF(from + bend, queueY));
      if (!caller.unseen.isEmpty()) {
        addWord({from, caller.y}, QObject::tr("submitted by %1").arg(caller.unseen));
      }
    }
    in.path.lineTo(std::max(to - bend, in.path.currentPosition().x()), queueY);
    if (isAfter(left)) {
      in.path.lineTo(to, queueY);
      in.head = true;
      addWord({to, queueY}, task_.started
                                ? QObject::tr("starts %1 later")
                                      .arg(durationText(left - c_.axis.toTime(c_.canvas.right())))
                                : QObject::tr("still queued later"));
    } else if (task_.started) {
      enterWorker(to, queueY, bend, in);
    } else {
      in.path.lineTo(to, queueY);
      if (task_.state == TaskState::cancelled) {
        scene_.selectionEnd = QPointF(to, queueY);
      }
    }
    scene_.selectionPath.append(in);
  }

  void enterWorker(qreal x, qreal queueY, qreal bend, Curve& in) {
    const Level worker = levelOf(task_.worker, queueY);
    in.head = true;
    if (worker.unseen.isEmpty()) {
      in.path.cubicTo(QPointF(x - bend * 0.3, queueY), QPointF(x - bend * 0.7, worker.y),
                      QPointF(x, worker.y));
      return;
    }
    in.path.cubicTo(QPointF(x - bend * 0.3, queueY), QPointF(x, queueY + (worker.y - queueY) * 0.3),
                    QPointF(x, worker.y));
    addWord({x, worker.y}, QObject::tr("ran on %1").arg(worker.unseen));
  }

  /// From the task's end to where its result was received, dashed: the result waits, nobody works
  /// on it.
  void addWayOut(TimeNs finished, TimeNs delivered) {
    if (isBefore(delivered) || isAfter(finished)) {
      return;
    }
    const Level worker = levelOf(task_.worker, c_.canvas.top());
    const Level receiver = levelOf(task_.receiver, worker.y);
    const QPointF from(xOf(finished), worker.y);
    const QPointF to(xOf(delivered), receiver.y);
    Curve out = curve();
    out.dashed = true;
    out.head = true;
    if (task_.state == TaskState::failed) {
      out.color = c_.theme.bad;
    }
    out.path.moveTo(from);
    if (isAfter(delivered)) {
      const QPointF last(to.x() - bend_, to.y());
      if (last.x() > from.x()) {
        out.path.cubicTo(QPointF(from.x() + bend_, from.y()), QPointF(last.x() - bend_, to.y()),
                         last);
      }
      out.path.lineTo(to);
      addWord(to, QObject::tr("delivered to %1 %2 later")
                      .arg(task_.receiver ? laneName(*task_.receiver) : QObject::tr("its caller"),
                           durationText(delivered - c_.axis.toTime(c_.canvas.right()))));
    } else {
      const qreal bend = std::clamp((to.x() - from.x()) / 2, c_.theme.px(3), bend_);
      out.path.cubicTo(QPointF(from.x() + bend, from.y()),
                       QPointF(to.x(), to.y() + (from.y() - to.y()) * 0.4), to);
      if (!receiver.unseen.isEmpty()) {
        addWord(to, QObject::tr("delivered to %1").arg(receiver.unseen));
      }
    }
    scene_.selectionPath.append(out);
  }

  void addNotTaken(TimeNs finished) {
    const Level worker = levelOf(task_.worker, c_.canvas.top());
    if (isBefore(finished) || isAfter(finished) || !worker.unseen.isEmpty()) {
      return;
    }
    const auto held =
        task_.caller ? c_.snapshot.held_results(*task_.caller, c_.now, kMostHeld) : HeldResults{};
    const bool isHeld = std::ranges::find(held.tasks, task_.key) != held.tasks.end();
    addWord({xOf(finished), worker.y},
            isHeld ? QObject::tr("done, waits for task %1 to be taken first").arg(held.awaited.task)
                   : QObject::tr("result not taken yet"));
  }

  using HeldResults = session::HeldResults;

  const LayoutContext& c_;
  const Task& task_;
  TimelineScene& scene_;
  const PlannedRow* const queueRow_;
  const qreal bend_;
};

}  // namespace

void layOutPath(const LayoutContext& c, const Task& task, TimelineScene& scene) {
  PathLayout(c, task, scene).run();
}

}  // namespace poolscope::ui
