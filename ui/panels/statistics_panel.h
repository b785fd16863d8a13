// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "ui/theme/theme.h"

#include <QWidget>

class QGridLayout;
class QLabel;
class QTableView;

namespace poolscope::ui {

class WorkerTableModel;

/// Figures of the whole session so far, or of a selected range, and a table of its workers.
class StatisticsPanel : public QWidget {
  Q_OBJECT
 public:
  explicit StatisticsPanel(QWidget* parent = nullptr);

  /// `about` says what of: "Whole session", "Selected range".
  void showStatistics(const QString& about, const session::Snapshot& snapshot,
                      const session::Statistics& statistics);
  /// There is nothing to count yet.
  void showNothing();
  void setTheme(const Theme& theme);

 private:
  QLabel* addFigure(QGridLayout* grid, int row, int column, const QString& name,
                    const QString& objectName);
  void showDistribution(int row, const std::optional<session::Distribution>& distribution);

  QLabel* about_;
  QLabel* tasks_;
  QLabel* throughput_;
  QLabel* utilization_;
  QLabel* queue_;
  QLabel* peak_;
  QLabel* distributions_[2][4] = {};
  QTableView* table_;
  WorkerTableModel* model_;
};

}  // namespace poolscope::ui
