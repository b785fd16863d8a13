// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/worker_table_model.h"

#include "ui/panels/format.h"
#include "ui/timeline/name_text.h"
#include "ui/timeline/time_text.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace poolscope::ui {

WorkerTableModel::WorkerTableModel(QObject* parent)
    : FigureTableModel({tr("Worker"), tr("Tasks"), tr("Busy"), tr("Used")}, parent) {}

void WorkerTableModel::setStatistics(const session::Snapshot& snapshot,
                                     const session::Statistics& statistics) {
  std::vector<Row> rows;
  const auto lanes = snapshot.lanes();
  for (const session::WorkerStatistics& each : statistics.workers) {
    const auto lane = static_cast<std::size_t>(each.lane);
    if (each.existed > 0 && lane < lanes.size()) {
      rows.push_back({nameText(lanes[lane].name), each});
    }
  }
  // By their numbers: threads that start at once are first seen in any order.
  std::ranges::stable_sort(rows, {}, [&](const Row& row) {
    const session::Lane& lane = lanes[static_cast<std::size_t>(row.figures.lane)];
    return std::tuple(lane.process, lane.pool, lane.index);
  });
  replaceRows(rows_, std::move(rows));
}

void WorkerTableModel::clear() {
  beginResetModel();
  rows_.clear();
  endResetModel();
}

QVariant WorkerTableModel::cell(std::size_t index, int column, int role) const {
  const Row& row = rows_[index];
  if (role == Qt::ToolTipRole && column == worker) {
    return row.name;
  }
  if (role != Qt::DisplayRole && role != Qt::UserRole) {
    return {};
  }
  const bool shown = role == Qt::DisplayRole;
  switch (column) {
    case worker:
      return row.name;
    case tasks:
      return shown ? QVariant(countText(row.figures.finished))
                   : QVariant(static_cast<qulonglong>(row.figures.finished));
    case busy:
      return shown ? QVariant(formatSeconds(row.figures.busy)) : QVariant(row.figures.busy);
    case utilization:
      return shown ? QVariant(formatShare(row.figures.utilization))
                   : QVariant(row.figures.utilization);
    default:
      return {};
  }
}

}  // namespace poolscope::ui
