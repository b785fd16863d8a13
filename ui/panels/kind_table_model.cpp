// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/kind_table_model.h"

#include "ui/timeline/name_text.h"
#include "ui/timeline/time_text.h"

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

KindTableModel::KindTableModel(QObject* parent)
    : FigureTableModel({tr("Kind"), tr("Done"), tr("Failed"), tr("Cancelled")}, parent) {}

void KindTableModel::setKinds(const std::vector<session::KindStatistics>& kinds) {
  std::vector<Row> rows;
  for (const session::KindStatistics& each : kinds) {
    if (rows.size() < kMostRows) {
      const QString name = nameText(each.name);
      rows.push_back({isBlank(name) ? tr("(without a name)") : name, each});
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
  replaceRows(rows_, std::move(rows));
}

QVariant KindTableModel::cell(std::size_t row, int column, int role) const {
  if (column == kind) {
    return role == Qt::DisplayRole || role == Qt::UserRole || role == Qt::ToolTipRole
               ? QVariant(rows_[row].name)
               : QVariant();
  }
  const std::uint64_t figure = figureOf(rows_[row].figures, column);
  if (role == Qt::UserRole) {
    return static_cast<qulonglong>(figure);
  }
  return role == Qt::DisplayRole ? QVariant(countText(figure)) : QVariant();
}

}  // namespace poolscope::ui
