// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/sweep_table_model.h"

#include "ui/panels/format.h"
#include "ui/timeline/time_text.h"

#include <QFont>
#include <QLocale>

namespace poolscope::ui {
namespace {

QString dash() {
  return QStringLiteral("\u2013");
}

QVariant orNothing(const std::optional<double>& value) {
  return value ? QVariant(*value) : QVariant();
}

QString waitText(const std::optional<double>& seconds, bool atLeast) {
  return !seconds  ? dash()
         : atLeast ? SweepTableModel::tr("> %1").arg(formatSeconds(*seconds))
                   : formatSeconds(*seconds);
}

}  // namespace

SweepTableModel::SweepTableModel(QObject* parent)
    : FigureTableModel({tr("Workers"), tr("Tasks/s"), tr("95 % interval"), tr("Predicted"),
                        tr("Wait p99"), tr("Predicted wait"), tr("Busy"), tr("CPU"), tr("Memory")},
                       parent) {}

void SweepTableModel::setResult(const experiment::SweepResult& result) {
  recommended_ = result.recommendation.workers;
  replaceRows(points_, result.points);
}

QString SweepTableModel::text(const experiment::SweepPoint& point, int column) const {
  const auto& measured = point.throughput;
  switch (column) {
    case workers:
      return point.workers == recommended_
                 ? tr("%1 \u2713").arg(static_cast<qulonglong>(point.workers))
                 : QString::number(point.workers);
    case throughput:
      return rateText(measured.mean);
    case interval:
      return measured.half_width
                 ? tr("%1 to %2").arg(rateText(measured.low_rate()), rateText(measured.high()))
                 : dash();
    case predicted:
      return point.predicted ? rateText(*point.predicted) : dash();
    case queueWait:
      return waitText(point.queue_wait_p99, point.queue_wait_at_least);
    case predictedWait:
      return waitText(point.predicted_queue_wait_p99, point.predicted_queue_wait_at_least);
    case busy:
      return formatShare(point.utilization);
    case cpu:
      return formatShare(point.cpu);
    default:
      return QLocale().formattedDataSize(static_cast<qint64>(point.memory_bytes), 0);
  }
}

QVariant SweepTableModel::number(const experiment::SweepPoint& point, int column) {
  switch (column) {
    case workers:
      return static_cast<qulonglong>(point.workers);
    case throughput:
      return point.throughput.mean;
    case interval:
      return orNothing(point.throughput.half_width);
    case predicted:
      return orNothing(point.predicted);
    case queueWait:
      return orNothing(point.queue_wait_p99);
    case predictedWait:
      return orNothing(point.predicted_queue_wait_p99);
    case busy:
      return point.utilization;
    case cpu:
      return point.cpu;
    default:
      return static_cast<qulonglong>(point.memory_bytes);
  }
}

QVariant SweepTableModel::cell(std::size_t row, int column, int role) const {
  const experiment::SweepPoint& point = points_[row];
  if (role == Qt::DisplayRole) {
    return text(point, column);
  }
  if (role == Qt::UserRole) {
    return number(point, column);
  }
  if (role == Qt::FontRole && point.workers == recommended_) {
    QFont font;
    font.setBold(true);
    return font;
  }
  if (role == Qt::AccessibleTextRole && column == workers && point.workers == recommended_) {
    return tr("%1, recommended").arg(static_cast<qulonglong>(point.workers));
  }
  return {};
}

}  // namespace poolscope::ui
