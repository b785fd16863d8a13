// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QTableView>

namespace poolscope::ui {

/// Shows a FigureTableModel in a narrow column: names first and elided in their middle, since their
/// ends tell them apart; it is as high as its rows. Threads: the GUI thread.
class FigureTable : public QTableView {
  Q_OBJECT
 public:
  FigureTable(QAbstractItemModel* model, const QString& objectName, const QString& name,
              QWidget* parent);

  /// A column that goes where names would else have too little room to be told apart.
  void setSpareColumn(int column);
  /// Rows of that height, in pixels, and no more of them at once than `mostRows`: it scrolls then.
  void setRows(int height, int mostRows);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void fitColumns();

  int spareColumn_ = -1;
};

}  // namespace poolscope::ui
