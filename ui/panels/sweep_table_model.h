// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/sweep.h"
#include "ui/panels/figure_table_model.h"

#include <optional>
#include <vector>

namespace poolscope::ui {

/// What a sweep measured at each count, a row each. Threads: the GUI thread.
class SweepTableModel : public FigureTableModel {
  Q_OBJECT
 public:
  enum Column {
    workers,
    throughput,
    interval,
    predicted,
    queueWait,
    predictedWait,
    busy,
    cpu,
    memory
  };

  explicit SweepTableModel(QObject* parent = nullptr);

  void setResult(const experiment::SweepResult& result);

 protected:
  std::size_t rows() const override { return points_.size(); }
  QVariant cell(std::size_t row, int column, int role) const override;

 private:
  QString text(const experiment::SweepPoint& point, int column) const;
  static QVariant number(const experiment::SweepPoint& point, int column);

  std::vector<experiment::SweepPoint> points_;
  std::optional<std::uint64_t> recommended_;
};

}  // namespace poolscope::ui
