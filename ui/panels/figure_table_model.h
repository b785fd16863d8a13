// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAbstractTableModel>
#include <QStringList>

#include <utility>
#include <vector>

namespace poolscope::ui {

/// A table whose first column names what its rows are of, and whose others are figures of it.
/// Threads: the GUI thread.
class FigureTableModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 protected:
  explicit FigureTableModel(QStringList heads, QObject* parent);

  virtual std::size_t rows() const = 0;
  /// Of any role but alignment; an invalid one for those that it does not know.
  virtual QVariant cell(std::size_t row, int column, int role) const = 0;

  /// Puts `fresh` in the place of `rows`. While they are as many the view keeps its selection and
  /// its place.
  template <typename Row>
  void replaceRows(std::vector<Row>& rows, std::vector<Row> fresh) {
    if (fresh.size() == rows.size()) {
      rows = std::move(fresh);
      if (!rows.empty()) {
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
      }
      return;
    }
    beginResetModel();
    rows = std::move(fresh);
    endResetModel();
  }

 private:
  const QStringList heads_;
};

}  // namespace poolscope::ui
