// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/worker_table_model.h"

#include "ui/panels/format.h"
#include "ui/timeline/time_text.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace poolscope::ui {

void WorkerTableModel::setStatistics(const session::Snapshot& snapshot,
                                     const session::Statistics& statistics) {
  std::vector<Row> rows;
  const auto lanes = snapshot.lanes();
  for (const session::WorkerStatistics& each : statistics.workers) {
    const auto lane = static_cast<std::size_t>(each.lane);
    if (each.existed > 0 && lane < lanes.size()) {
      const std::string_view name = lanes[lane].name;
      rows.push_back({QString::fromUtf8(name), each});
    }
  }
  // By their numbers: threads that start at once are first seen in any order.
  std::ranges::stable_sort(rows, {}, [&](const Row& row) {
    const session::Lane& lane = lanes[static_cast<std::size_t>(row.figures.lane)];
    return std::tuple(lane.process, lane.pool, lane.index);
  });
  // While the same workers are there the view keeps its selection and its place.
  if (rows.size() == rows_.size()) {
    rows_ = std::move(rows);
    if (!rows_.empty()) {
      Q_EMIT dataChanged(index(0, 0), index(static_cast<int>(rows_.size()) - 1, column_count - 1));
    }
    return;
  }
  beginResetModel();
  rows_ = std::move(rows);
  endResetModel();
}

void WorkerTableModel::clear() {
  beginResetModel();
  rows_.clear();
  endResetModel();
}

int WorkerTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int WorkerTableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : column_count;
}

QVariant WorkerTableModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) {
    return {};
  }
  const Row& row = rows_[static_cast<std::size_t>(index.row())];
  if (role == Qt::TextAlignmentRole) {
    return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter) |
                               (index.column() == worker ? Qt::AlignLeft : Qt::AlignRight));
  }
  if (role != Qt::DisplayRole && role != Qt::UserRole) {
    return {};
  }
  const bool shown = role == Qt::DisplayRole;
  switch (index.column()) {
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

QVariant WorkerTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) {
    return {};
  }
  if (role == Qt::TextAlignmentRole) {
    return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter) |
                               (section == worker ? Qt::AlignLeft : Qt::AlignRight));
  }
  if (role != Qt::DisplayRole) {
    return {};
  }
  switch (section) {
    case worker:
      return tr("Worker");
    case tasks:
      return tr("Tasks");
    case busy:
      return tr("Busy");
    case utilization:
      return tr("Used");
    default:
      return {};
  }
}

}  // namespace poolscope::ui
