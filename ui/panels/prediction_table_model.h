// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/session_prediction.h"
#include "ui/panels/figure_table_model.h"

#include <vector>

namespace poolscope::ui {

/// What a session lets expect of each number of workers, beside what was seen of it, a row each.
/// Qt::UserRole holds the number itself, an invalid one where there is none. Threads: the GUI
/// thread.
class PredictionTableModel : public FigureTableModel {
  Q_OBJECT
 public:
  enum Column { workers, predicted, predictedWait, predictedBusy, seen, seenWait, seenBusy };

  explicit PredictionTableModel(QObject* parent = nullptr);

  void setPrediction(const experiment::SessionPrediction& prediction);

 protected:
  std::size_t rows() const override { return points_.size(); }
  QVariant cell(std::size_t row, int column, int role) const override;

 private:
  static QVariant number(const experiment::PredictedPoint& point, int column);

  std::vector<experiment::PredictedPoint> points_;
};

}  // namespace poolscope::ui
