// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "ui/panels/latest_job.h"

#include <QObject>
#include <QString>

#include <memory>
#include <optional>
#include <stop_token>

namespace poolscope::ui {

/// What is looked for, and what of it.
struct FindRequest {
  QString text = {};
  std::shared_ptr<const session::Snapshot> snapshot = {};
  int columns = 0;                ///< of the whole session; 0: matches are not to be counted
  session::TaskMatch place = {};  ///< the match that is current, or from where one is looked for
  int steps = 0;                  ///< matches to go from there; back if negative; round at the ends
  bool first = false;             ///< the match at `place` or after it, if there are no steps
};

struct FindAnswer {
  session::FoundTasks found = {};                ///< `before` is of `match`, else of the place
  std::optional<session::TaskMatch> match = {};  ///< where the steps led
  session::TimeNs begin = 0, end = 0;            ///< what the columns are of
};

/// Looks for tasks on a thread of its own; of questions that wait only the latest is answered, and
/// one under way for another text is given up. Destroying it stops what is under way. Threads: the
/// GUI thread; its signals come there.
class FindWorker : public QObject {
  Q_OBJECT
 public:
  explicit FindWorker(QObject* parent = nullptr);

  void ask(FindRequest request);
  /// A question waits or is being answered.
  bool isBusy() const { return job_.isBusy(); }

 Q_SIGNALS:
  /// Not for questions that were given up.
  void ready(const poolscope::ui::FindRequest& request, const poolscope::ui::FindAnswer& answer);

 private:
  std::optional<FindAnswer> answer(const FindRequest& request, const std::stop_token& stop);

  std::optional<session::TaskQuery> query_;  // the thread's own: what it has read stays
  LatestJob job_;                            // last: it ends before what it uses
};

}  // namespace poolscope::ui
