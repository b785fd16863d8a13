// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/types.h"

#include <QAbstractTableModel>
#include <QString>

#include <vector>

namespace poolscope::ui {

/// A row a kind of task: how many of a stretch, and how they ended. Qt::UserRole holds the number
/// itself, to sort by. Threads: the GUI thread.
class KindTableModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { kind, finished, failed, cancelled, column_count };
  /// Of more kinds than this the rest is one row: names that are made up anew for each task are no
  /// kinds.
  static constexpr std::size_t kMostRows = 200;

  using QAbstractTableModel::QAbstractTableModel;

  void setKinds(const std::vector<session::KindStatistics>& kinds);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  struct Row {
    QString name;
    session::KindStatistics figures;  // its name is not used: it may not live as long
  };
  std::vector<Row> rows_;
};

}  // namespace poolscope::ui
