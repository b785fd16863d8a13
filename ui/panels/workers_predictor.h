// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/session_work.h"
#include "core/session/snapshot.h"
#include "ui/panels/latest_job.h"

#include <QObject>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>

namespace poolscope::ui {

/// What so many workers would do with the work that a pool has had in the last seconds.
struct WorkersPrediction {
  int workers = 0;
  double throughput = 0;      ///< tasks/s
  double queueWaitMean = 0;   ///< seconds
  double queueWaitP99 = 0;    ///< seconds
  std::size_t fromTasks = 0;  ///< how many tasks it is made from
};

/// Predicts by simulation, on a thread of its own: of questions that come faster than answers only
/// the latest is answered. The work is read from the session anew at most once a second. Threads:
/// the GUI thread; predicted() comes there.
class WorkersPredictor : public QObject {
  Q_OBJECT
 public:
  struct Question {
    std::shared_ptr<const session::Snapshot> snapshot = {};
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
  /// Nothing: too few tasks yet, or such that nothing can be said of.
  void predicted(int workers, const std::optional<poolscope::ui::WorkersPrediction>& prediction);

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
