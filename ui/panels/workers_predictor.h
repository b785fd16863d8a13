// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/session_prediction.h"
#include "core/session/snapshot.h"
#include "ui/panels/latest_job.h"

#include <QObject>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

namespace poolscope::ui {

/// What so many workers would do with the work that a pool has had.
struct WorkersPrediction {
  int workers = 0;
  experiment::PredictedFigures figures = {};
  std::size_t fromTasks = 0;  ///< how many tasks it is made from
  /// It does not even give what was seen with the recorded number, so it says nothing of others.
  bool isDoubtful = false;

  friend bool operator==(const WorkersPrediction&, const WorkersPrediction&) = default;
};

/// Or why nothing is predicted.
using WorkersAnswer = tl::expected<WorkersPrediction, experiment::NoWork>;

/// Predicts by simulation, on a thread of its own: of questions that come faster than answers only
/// the latest is answered. The work of a session that goes on is read anew at most once a second.
/// Threads: the GUI thread; predicted() comes there.
class WorkersPredictor : public QObject {
  Q_OBJECT
 public:
  struct Question {
    std::shared_ptr<const session::Snapshot> snapshot = {};
    /// Of a session that is over the part to predict from: [begin, end] of its busiest pool;
    /// nothing: the last seconds of one that goes on.
    std::optional<std::pair<session::TimeNs, session::TimeNs>> part = {};
    experiment::SessionWorkHints hints = {};  ///< its other_cpu is found out by itself
    std::size_t cores = 1;
    int workers = 1;
  };

  explicit WorkersPredictor(QObject* parent = nullptr);
  ~WorkersPredictor() override;

  /// To be called a few times a second while the pool runs: what the process computes beside its
  /// tasks and this thread. Cost: two clocks.
  void watch(const session::Snapshot& snapshot);
  void ask(const Question& question);
  /// Another session: forget all of the last one.
  void reset();

 Q_SIGNALS:
  void predicted(int workers, const poolscope::ui::WorkersAnswer& answer);

 private:
  struct Model;
  struct Usage {
    double wall = 0;  // seconds
    double cpu = 0;   // of the process without this thread, seconds
    std::uint64_t finished = 0;
  };
  double cpuPerTask() const;

  std::shared_ptr<Model> model_;  // what is in it the job's thread alone touches
  std::deque<Usage> usage_;       // of the last seconds
  LatestJob job_;                 // last: it ends before what it uses
};

}  // namespace poolscope::ui
