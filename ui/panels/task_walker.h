// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "ui/panels/latest_job.h"

#include <QElapsedTimer>
#include <QObject>
#include <QString>

#include <cstdint>
#include <memory>
#include <optional>

namespace poolscope::ui {

/// By what one task leads to the next.
enum class WalkBy { slowest, longest_queued, failed, same_kind };

/// Where a walk begins, and among which tasks.
struct WalkFrom {
  std::shared_ptr<const session::Snapshot> snapshot = {};
  session::TaskKey task = {};  ///< the selected one, or none
  session::TimeNs time = 0;    ///< where the user looks, if none is
  bool hasRange = false;       ///< only tasks of [begin, end)
  session::TimeNs begin = 0, end = session::kForever;
};

/// Where a walk led to.
struct WalkStep {
  WalkBy by = WalkBy::slowest;
  session::TaskKey task = {};  ///< none: there is none
  std::uint64_t position = 0;  ///< from 1
  std::uint64_t total = 0;
  QString kind = {};      ///< of walks by kind
  bool isOfNone = false;  ///< no task is selected whose kind it could be
  bool wasLast = false;   ///< there is none further on: the task is the one before
  bool inRange = false;
  std::optional<session::TimeNs> since = {};  ///< only those that were not over by then, on the
                                              ///< session's time
};

/// "3rd slowest of 12,345 tasks", "No task has failed".
QString walkText(const WalkStep& step);

/// How the run of a task compares to others.
struct WalkStanding {
  session::TaskKey task = {};
  QString kind = {};         ///< compared to tasks of this kind; empty: to all
  std::uint64_t faster = 0;  ///< of the others, which took less time
  std::uint64_t others = 0;
  bool inRange = false;
};

/// "71 % of fetch page". Empty where there is none to compare with.
QString standingText(const WalkStanding& standing);
/// What that is from.
QString standingNote(const WalkStanding& standing);

/// Leads from task to task by a criterion, and tells how the selected one compares. Without a
/// window. Threads: the GUI thread; what takes long is done on others.
class TaskWalker : public QObject {
  Q_OBJECT
 public:
  explicit TaskWalker(QObject* parent = nullptr);

  /// One on, or back. By length the first step leads to the head, from wherever.
  void step(WalkBy by, bool forward, const WalkFrom& from);
  /// What is selected now; asks how it compares, again now and then while the session grows.
  void showTask(const WalkFrom& from);
  /// Another session: nothing is known of it.
  void reset();

  const QString& note() const { return note_; }
  const std::optional<WalkStanding>& standing() const { return standing_; }

 Q_SIGNALS:
  void taskChosen(poolscope::session::TaskKey task);
  void noteChanged(const QString& note);
  void standingChanged();

 private:
  void ask();
  void take(const WalkStep& step, int steps);
  void setNote(const QString& note);

  std::optional<WalkStep> led_;  ///< what the last step led to
  session::TaskKey noted_ = {};  ///< that was selected when the note came
  WalkFrom from_;
  WalkBy by_ = WalkBy::slowest;
  int steps_ = 0;  ///< wanted and not made yet
  QString note_;

  WalkFrom compared_;  ///< of the last question
  std::optional<WalkStanding> standing_;
  QElapsedTimer sinceCompared_;
  qint64 comparingMs_ = 0;

  LatestJob stepping_;
  LatestJob comparison_;
};

}  // namespace poolscope::ui
