// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QList>
#include <QTableView>

namespace poolscope::ui {

/// Shows a FigureTableModel in a narrow column: names first and elided in their middle, since their
/// ends tell them apart; it is as high as its rows. Threads: the GUI thread.
class FigureTable : public QTableView {
  Q_OBJECT
 public:
  FigureTable(QAbstractItemModel* model, const QString& objectName, const QString& name,
              QWidget* parent);

  /// Columns that go, the first of them first, where names would else have too little room to be
  /// told apart.
  void setSpareColumns(const QList<int>& columns);
  /// Rows of that height, in pixels, and no more of them at once than `mostRows`: it scrolls then.
  void setRows(int height, int mostRows);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void fitColumns();

  QList<int> spareColumns_;
};

}  // namespace poolscope::ui
