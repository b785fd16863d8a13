// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/figure_table.h"

#include <QHeaderView>
#include <QSortFilterProxyModel>
#include <QStyleOptionHeader>

#include <algorithm>

namespace poolscope::ui {
namespace {

constexpr int kLeastName = 12;  // average characters

/// Keeps room for the arrow only in the column that has it.
class FigureHeader : public QHeaderView {
 public:
  explicit FigureHeader(QWidget* parent) : QHeaderView(Qt::Horizontal, parent) {
    setSectionsClickable(true);
    setHighlightSections(false);
  }

 protected:
  QSize sectionSizeFromContents(int section) const override {
    if (section == sortIndicatorSection()) {
      return QHeaderView::sectionSizeFromContents(section);
    }
    QStyleOptionHeader option;
    initStyleOption(&option);
    option.section = section;
    option.text = model()->headerData(section, Qt::Horizontal).toString();
    return style()->sizeFromContents(QStyle::CT_HeaderSection, &option, QSize(), this);
  }
};

}  // namespace

FigureTable::FigureTable(QAbstractItemModel* model, const QString& objectName, const QString& name,
                         QWidget* parent)
    : QTableView(parent) {
  auto* sorted = new QSortFilterProxyModel(this);
  sorted->setSourceModel(model);
  sorted->setSortRole(Qt::UserRole);
  setObjectName(objectName);
  setAccessibleName(name);
  setHorizontalHeader(new FigureHeader(this));
  setModel(sorted);
  setSortingEnabled(true);
  sortByColumn(-1, Qt::AscendingOrder);
  setShowGrid(false);
  setWordWrap(false);
  setTextElideMode(Qt::ElideMiddle);
  setTabKeyNavigation(false);
  setSelectionBehavior(QAbstractItemView::SelectRows);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  verticalHeader()->hide();
  verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
  setSizeAdjustPolicy(QAbstractScrollArea::AdjustToContents);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  connect(sorted, &QAbstractItemModel::modelReset, this, &FigureTable::fitColumns);
  connect(sorted, &QAbstractItemModel::dataChanged, this, &FigureTable::fitColumns);
}

void FigureTable::setSpareColumns(const QList<int>& columns) {
  spareColumns_ = columns;
  fitColumns();
}

void FigureTable::setRows(int height, int mostRows) {
  verticalHeader()->setDefaultSectionSize(height);
  setMaximumHeight(height * mostRows);
}

void FigureTable::resizeEvent(QResizeEvent* event) {
  QTableView::resizeEvent(event);
  fitColumns();
}

void FigureTable::fitColumns() {
  if (spareColumns_.isEmpty()) {
    return;
  }
  for (const int column : spareColumns_) {
    setColumnHidden(column, false);
  }
  const auto wanted = [this](int column) {
    return std::max(sizeHintForColumn(column), horizontalHeader()->sectionSizeHint(column));
  };
  int figures = 0;
  for (int column = 1; column < model()->columnCount(); ++column) {
    figures += wanted(column);
  }
  const int room = viewport()->width() - fontMetrics().averageCharWidth() * kLeastName;
  for (const int column : spareColumns_) {
    if (figures > room) {
      figures -= wanted(column);
      setColumnHidden(column, true);
    }
  }
}

}  // namespace poolscope::ui
