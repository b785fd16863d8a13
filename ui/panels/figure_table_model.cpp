// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/figure_table_model.h"

namespace poolscope::ui {
namespace {

QVariant alignmentOf(int column) {
  return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter) |
                             (column == 0 ? Qt::AlignLeft : Qt::AlignRight));
}

}  // namespace

FigureTableModel::FigureTableModel(QStringList heads, QObject* parent)
    : QAbstractTableModel(parent),
      heads_(std::move(heads)) {}

int FigureTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows());
}

int FigureTableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(heads_.size());
}

QVariant FigureTableModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) {
    return {};
  }
  return role == Qt::TextAlignmentRole
             ? alignmentOf(index.column())
             : cell(static_cast<std::size_t>(index.row()), index.column(), role);
}

QVariant FigureTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= heads_.size()) {
    return {};
  }
  if (role == Qt::TextAlignmentRole) {
    return alignmentOf(section);
  }
  return role == Qt::DisplayRole ? QVariant(heads_[section]) : QVariant();
}

}  // namespace poolscope::ui
