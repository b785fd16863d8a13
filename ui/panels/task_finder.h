// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/panels/find_worker.h"

#include <QElapsedTimer>
#include <QObject>
#include <QString>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace poolscope::ui {

/// What is known of a search, to be shown.
struct FindState {
  QString text = {};
  bool counted = false;  ///< else nothing is known of this text yet
  std::uint64_t total = 0;
  std::uint64_t position = 0;   ///< of the current match among all, from 1; 0: none is current
  std::uint64_t forgotten = 0;  ///< of the total: only counted, see session::FoundTasks
  session::TimeNs completeSince = 0;   ///< since the session's begin; where some are forgotten
  session::TimeNs begin = 0, end = 0;  ///< what the columns are of
  std::vector<std::uint32_t> columns = {};
};

/// "12 of 3,456 tasks", "no task found": what the search says of itself. Empty while there is
/// nothing to say.
QString findText(const FindState& state);
/// What more there is to say, for a tool tip.
QString findNote(const FindState& state);

/// A search for tasks of the session that is shown: follows the text as it is typed and the session
/// as it grows, and goes from match to match. Without a window. Threads: the GUI thread.
class TaskFinder : public QObject {
  Q_OBJECT
 public:
  static constexpr int kColumns = 400;

  explicit TaskFinder(QObject* parent = nullptr);

  /// The session is looked through from now on; `place` is where the user looks.
  void open(std::shared_ptr<const session::Snapshot> snapshot, session::TimeNs place);
  void close();
  bool isOpen() const { return open_; }
  const FindState& state() const { return state_; }
  /// An answer is still to come.
  bool isBusy() const { return worker_.isBusy(); }
  /// Of the current match, if there is one.
  std::optional<session::TimeNs> currentTime() const {
    return state_.position > 0 ? std::optional(place_.time) : std::nullopt;
  }

  /// Another text; while it is typed, the first match from the place on is chosen if `choose`.
  void setText(const QString& text, bool choose);
  /// To the next match, or the previous one; round at the session's ends.
  void step(bool forward);
  /// What the session has become; asks anew now and then, if it is another one.
  void showSnapshot(const std::shared_ptr<const session::Snapshot>& snapshot);
  /// Another session: nothing is known of it.
  void restart(std::shared_ptr<const session::Snapshot> snapshot);
  /// Where the user looks now: matches are looked for from there.
  void setPlace(const session::TaskMatch& place);

 Q_SIGNALS:
  void changed();
  void matchChosen(poolscope::session::TaskKey task);

 private:
  void ask(bool first);
  void takeStep(int steps);
  void takeCount(const FindRequest& request, const FindAnswer& answer);
  void take(const FindRequest& request, const FindAnswer& answer);

  FindWorker worker_;
  FindState state_;
  std::shared_ptr<const session::Snapshot> snapshot_;
  std::shared_ptr<const session::Snapshot> asked_;    ///< of the last question
  std::shared_ptr<const session::Snapshot> counted_;  ///< that the state tells of
  session::TaskMatch place_ = {};
  bool isMatch_ = false;  ///< what the place is
  int steps_ = 0;         ///< wanted and not made yet
  int stepsAsked_ = 0;    ///< of those, by the last question
  QElapsedTimer sinceAsked_;
  qint64 tookMs_ = 0;
  bool open_ = false;
};

}  // namespace poolscope::ui
