// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"

#include <QObject>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace poolscope::ui {

/// A question for figures, and the answer to it.
struct StatisticsRequest {
  std::shared_ptr<const session::Snapshot> snapshot = {};
  session::TimeNs begin = 0;
  session::TimeNs end = 0;
};

/// Computes statistics of stretches on a thread of its own, one at a time; of questions that wait
/// only the latest is answered. Destroying it waits for the one that is under way. Threads: the GUI
/// thread; ready() comes there.
class StatisticsWorker : public QObject {
  Q_OBJECT
 public:
  explicit StatisticsWorker(QObject* parent = nullptr);
  ~StatisticsWorker() override;

  void ask(StatisticsRequest request);
  /// A question waits or is being answered.
  bool isBusy() const { return unanswered_ > 0; }

 Q_SIGNALS:
  void ready(const poolscope::ui::StatisticsRequest& request,
             const poolscope::session::Statistics& statistics);

 private:
  void run(const std::stop_token& stop);
  void deliver(const StatisticsRequest& request, const session::Statistics& statistics,
               int answered);

  int unanswered_ = 0;  // GUI thread only
  std::mutex mutex_;    // guards waiting_ and waitingCount_
  std::condition_variable_any wake_;
  std::optional<StatisticsRequest> waiting_;
  int waitingCount_ = 0;
  std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace poolscope::ui
