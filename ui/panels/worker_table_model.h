// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "ui/panels/figure_table_model.h"

#include <QString>

#include <vector>

namespace poolscope::ui {

/// A row a worker: what it did in a stretch. Qt::UserRole holds the number itself, to sort by.
/// Threads: the GUI thread.
class WorkerTableModel : public FigureTableModel {
  Q_OBJECT
 public:
  enum Column { worker, tasks, busy, utilization };

  explicit WorkerTableModel(QObject* parent = nullptr);

  /// `statistics` of a stretch of `snapshot`; workers that did not exist in it are left out.
  void setStatistics(const session::Snapshot& snapshot, const session::Statistics& statistics);
  void clear();
  session::LaneId laneOf(int row) const {
    return rows_[static_cast<std::size_t>(row)].figures.lane;
  }

 private:
  std::size_t rows() const override { return rows_.size(); }
  QVariant cell(std::size_t index, int column, int role) const override;

  struct Row {
    QString name;
    session::WorkerStatistics figures;
  };
  std::vector<Row> rows_;
};

}  // namespace poolscope::ui
