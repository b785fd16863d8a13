// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/kind_table_model.h"

#include "ui/timeline/time_text.h"

#include <algorithm>
#include <utility>

namespace poolscope::ui {
namespace {

std::uint64_t figureOf(const session::KindStatistics& figures, int column) {
  switch (column) {
    case KindTableModel::finished:
      return figures.finished;
    case KindTableModel::failed:
      return figures.failed;
    default:
      return figures.cancelled;
  }
}

}  // namespace

void KindTableModel::setKinds(const std::vector<session::KindStatistics>& kinds) {
  std::vector<Row> rows;
  for (const session::KindStatistics& each : kinds) {
    if (rows.size() < kMostRows) {
      const QString name =
          QString::fromUtf8(each.name.data(), static_cast<qsizetype>(each.name.size()));
      rows.push_back({name.isEmpty() ? tr("(without a name)") : name, each});
      rows.back().figures.name = {};
      continue;
    }
    if (rows.size() == kMostRows) {
      rows.push_back({tr("(%1 others)").arg(countText(kinds.size() - kMostRows)), {}});
    }
    session::KindStatistics& rest = rows.back().figures;
    rest.finished += each.finished;
    rest.failed += each.failed;
    rest.cancelled += each.cancelled;
  }
  // While there are as many the view keeps its selection and its place.
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

int KindTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int KindTableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : column_count;
}

QVariant KindTableModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) {
    return {};
  }
  const Row& row = rows_[static_cast<std::size_t>(index.row())];
  if (role == Qt::TextAlignmentRole) {
    return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter) |
                               (index.column() == kind ? Qt::AlignLeft : Qt::AlignRight));
  }
  if (index.column() == kind) {
    return role == Qt::DisplayRole || role == Qt::UserRole || role == Qt::ToolTipRole
               ? QVariant(row.name)
               : QVariant();
  }
  const std::uint64_t figure = figureOf(row.figures, index.column());
  if (role == Qt::UserRole) {
    return static_cast<qulonglong>(figure);
  }
  return role == Qt::DisplayRole ? QVariant(countText(figure)) : QVariant();
}

QVariant KindTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) {
    return {};
  }
  if (role == Qt::TextAlignmentRole) {
    return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter) |
                               (section == kind ? Qt::AlignLeft : Qt::AlignRight));
  }
  if (role != Qt::DisplayRole) {
    return {};
  }
  switch (section) {
    case kind:
      return tr("Kind");
    case finished:
      return tr("Done");
    case failed:
      return tr("Failed");
    case cancelled:
      return tr("Cancelled");
    default:
      return {};
  }
}

}  // namespace poolscope::ui
