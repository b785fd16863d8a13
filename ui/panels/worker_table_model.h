// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"

#include <QAbstractTableModel>
#include <QString>

#include <vector>

namespace poolscope::ui {

/// A row a worker: what it did in a stretch. Qt::UserRole holds the number itself, to sort by.
/// Threads: the GUI thread.
class WorkerTableModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { worker, tasks, busy, utilization, column_count };

  using QAbstractTableModel::QAbstractTableModel;

  /// `statistics` of a stretch of `snapshot`; workers that did not exist in it are left out.
  void setStatistics(const session::Snapshot& snapshot, const session::Statistics& statistics);
  void clear();
  session::LaneId laneOf(int row) const {
    return rows_[static_cast<std::size_t>(row)].figures.lane;
  }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  struct Row {
    QString name;
    session::WorkerStatistics figures;
  };
  std::vector<Row> rows_;
};

}  // namespace poolscope::ui
