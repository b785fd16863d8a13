// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/sanity.h"
#include "ui/panels/figure_table_model.h"

#include <cstdint>
#include <vector>

namespace poolscope::ui {

/// What theory says next to what a sweep measured at each count, a row each. Qt::UserRole holds the
/// number itself, an invalid one where theory has none. Threads: the GUI thread.
class TheoryTableModel : public FigureTableModel {
  Q_OBJECT
 public:
  enum Column { workers, busy, busyByLittlesLaw, wait, waitByErlangC };

  explicit TheoryTableModel(QObject* parent = nullptr);

  void setResult(const experiment::SweepResult& result);

 protected:
  std::size_t rows() const override { return rows_.size(); }
  QVariant cell(std::size_t row, int column, int role) const override;

 private:
  struct Row {
    std::uint64_t workers = 0;
    experiment::Sanity theory = {};
  };
  static QVariant number(const Row& row, int column);

  std::vector<Row> rows_;
};

}  // namespace poolscope::ui
