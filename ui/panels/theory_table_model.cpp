// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/theory_table_model.h"

#include "ui/panels/format.h"
#include "ui/timeline/time_text.h"

#include <utility>

namespace poolscope::ui {

TheoryTableModel::TheoryTableModel(QObject* parent)
    : FigureTableModel({tr("Workers"), tr("Busy workers"), tr("by Little's law"), tr("Mean wait"),
                        tr("by Erlang's C")},
                       parent) {}

void TheoryTableModel::setResult(const experiment::SweepResult& result) {
  std::vector<Row> rows;
  for (const experiment::SweepPoint& point : result.points) {
    rows.push_back({point.workers, experiment::sanity_of(point, result.load)});
  }
  replaceRows(rows_, std::move(rows));
}

QVariant TheoryTableModel::number(const Row& row, int column) {
  switch (column) {
    case workers:
      return static_cast<qulonglong>(row.workers);
    case busy:
      return row.theory.busy_workers;
    case busyByLittlesLaw:
      return row.theory.busy_by_littles_law;
    case wait:
      return row.theory.queue_wait_mean;
    default:
      return row.theory.queue_wait_by_erlang_c ? QVariant(*row.theory.queue_wait_by_erlang_c)
                                               : QVariant();
  }
}

QVariant TheoryTableModel::cell(std::size_t row, int column, int role) const {
  const QVariant value = number(rows_[row], column);
  if (role == Qt::UserRole) {
    return value;
  }
  if (role != Qt::DisplayRole) {
    return {};
  }
  if (!value.isValid()) {
    return QStringLiteral("\u2013");
  }
  return column == workers ? QString::number(rows_[row].workers)
         : column >= wait  ? formatSeconds(value.toDouble())
                           : rateText(value.toDouble());
}

}  // namespace poolscope::ui
