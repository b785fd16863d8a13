// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/prediction_table_model.h"

#include "ui/panels/format.h"
#include "ui/timeline/time_text.h"

namespace poolscope::ui {
namespace {

QVariant orNothing(const std::optional<double>& value) {
  return value ? QVariant(*value) : QVariant();
}

QString text(const QVariant& number, int column, bool deadlock) {
  using Table = PredictionTableModel;
  if (deadlock && column == Table::predicted) {
    return Table::tr("deadlock");
  }
  if (deadlock && (column == Table::predictedWait || column == Table::predictedBusy)) {
    return QStringLiteral("\u2013");
  }
  if (!number.isValid()) {
    return column == Table::predictedWait ? Table::tr("grows") : QStringLiteral("\u2013");
  }
  switch (column) {
    case Table::workers:
      return number.toString();
    case Table::predicted:
    case Table::seen:
      return rateText(number.toDouble());
    case Table::predictedWait:
      return QString::fromStdString(experiment::wait_text(number.toDouble()));
    case Table::seenWait:
      return formatSeconds(number.toDouble());
    default:
      return formatShare(number.toDouble());
  }
}

}  // namespace

PredictionTableModel::PredictionTableModel(QObject* parent)
    : FigureTableModel({tr("Workers"), tr("Predicted"), tr("Wait p99"), tr("Busy"), tr("Seen"),
                        tr("Wait p99"), tr("Busy")},
                       parent) {}

void PredictionTableModel::setPrediction(const experiment::SessionPrediction& prediction) {
  replaceRows(points_, prediction.points);
}

QVariant PredictionTableModel::number(const experiment::PredictedPoint& point, int column) {
  const auto& were = point.seen;
  switch (column) {
    case workers:
      return static_cast<qulonglong>(point.workers);
    case predicted:
      return point.predicted.throughput;
    case predictedWait:
      return orNothing(point.predicted.queue_wait_p99);
    case predictedBusy:
      return point.predicted.utilization;
    case seen:
      return were ? QVariant(were->throughput) : QVariant();
    case seenWait:
      return were ? orNothing(were->queue_wait_p99) : QVariant();
    default:
      return were ? QVariant(were->utilization) : QVariant();
  }
}

QVariant PredictionTableModel::cell(std::size_t row, int column, int role) const {
  const QVariant value = number(points_[row], column);
  return role == Qt::DisplayRole
             ? QVariant(text(value, column, points_[row].predicted.stands_still))
         : role == Qt::UserRole ? value
                                : QVariant();
}

}  // namespace poolscope::ui
