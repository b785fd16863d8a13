// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "ui/theme/theme.h"

#include <QWidget>

#include <memory>

class QGridLayout;
class QLabel;

namespace poolscope::ui {

class ElidingLabel;
class FigureTable;
class HistogramView;
class KindTableModel;
class WorkerTableModel;

/// Figures of the whole session so far, or of a selected range: times with their histograms, kinds
/// of tasks, and a table of the workers. Where one worker is selected there, times and kinds are
/// its own.
class StatisticsPanel : public QWidget {
  Q_OBJECT
 public:
  explicit StatisticsPanel(QWidget* parent = nullptr);

  /// `about` says what of: "Whole session", "Selected range".
  void showStatistics(const QString& about, std::shared_ptr<const session::Snapshot> snapshot,
                      const session::Statistics& statistics);
  /// There is nothing to count yet.
  void showNothing();
  void setTheme(const Theme& theme);

 private:
  QLabel* addFigure(QGridLayout* grid, int row, int column, const QString& name,
                    const QString& objectName);
  QGridLayout* addTimes();
  /// `of`: 0 the queue wait, 1 the run time.
  void showDistribution(int of, const std::optional<session::Distribution>& distribution);
  void showTimesAndKinds();

  QLabel* about_;
  QLabel* tasks_;
  QLabel* throughput_;
  QLabel* utilization_;
  QLabel* queue_;
  QLabel* peak_;
  QLabel* distributions_[2][4] = {};  // of queue wait and run time: p50, p90, p99, max
  ElidingLabel* subject_;
  HistogramView* histograms_[2] = {};
  KindTableModel* kinds_;
  FigureTable* kindTable_;
  WorkerTableModel* model_;
  FigureTable* table_;
  std::shared_ptr<const session::Snapshot> snapshot_;  // what names in statistics_ live in
  session::Statistics statistics_ = {};
};

}  // namespace poolscope::ui
