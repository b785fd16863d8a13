// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/types.h"
#include "ui/panels/figure_table_model.h"

#include <QString>

#include <vector>

namespace poolscope::ui {

/// A row a kind of task: how many of a stretch, and how they ended. Qt::UserRole holds the number
/// itself, to sort by. Threads: the GUI thread.
class KindTableModel : public FigureTableModel {
  Q_OBJECT
 public:
  enum Column { kind, finished, failed, cancelled };
  /// Of more kinds than this the rest is one row: names that are made up anew for each task are no
  /// kinds.
  static constexpr std::size_t kMostRows = 200;

  explicit KindTableModel(QObject* parent = nullptr);

  void setKinds(const std::vector<session::KindStatistics>& kinds);

 private:
  std::size_t rows() const override { return rows_.size(); }
  QVariant cell(std::size_t row, int column, int role) const override;

  struct Row {
    QString name;
    session::KindStatistics figures;  // its name is not used: it may not live as long
  };
  std::vector<Row> rows_;
};

}  // namespace poolscope::ui
