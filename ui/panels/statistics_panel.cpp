// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/statistics_panel.h"

#include "ui/panels/format.h"
#include "ui/panels/worker_table_model.h"
#include "ui/timeline/time_text.h"

#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>

namespace poolscope::ui {

namespace {

constexpr int kLeastTableRows = 4;

QString dash() {
  return QStringLiteral("\u2013");
}

QLabel* makeLabel(QWidget* parent, const QString& text, const char* look) {
  auto* label = new QLabel(text, parent);
  label->setProperty("look", look);
  return label;
}

QTableView* makeTable(QWidget* parent, WorkerTableModel* model) {
  auto* sorted = new QSortFilterProxyModel(parent);
  sorted->setSourceModel(model);
  sorted->setSortRole(Qt::UserRole);
  auto* table = new QTableView(parent);
  table->setObjectName(QStringLiteral("workerTable"));
  table->setAccessibleName(StatisticsPanel::tr("Figures of each worker"));
  table->setModel(sorted);
  table->setSortingEnabled(true);
  table->sortByColumn(-1, Qt::AscendingOrder);
  table->setShowGrid(false);
  table->setWordWrap(false);
  table->setTabKeyNavigation(false);
  table->setSelectionBehavior(QAbstractItemView::SelectRows);
  table->verticalHeader()->hide();
  table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  table->horizontalHeader()->setHighlightSections(false);
  table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  table->horizontalHeader()->setSectionResizeMode(WorkerTableModel::worker, QHeaderView::Stretch);
  return table;
}

}  // namespace

StatisticsPanel::StatisticsPanel(QWidget* parent)
    : QWidget(parent),
      about_(new QLabel(this)),
      model_(new WorkerTableModel(this)) {
  setObjectName(QStringLiteral("statisticsPanel"));
  about_->setObjectName(QStringLiteral("statisticsAbout"));
  about_->setProperty("look", "dim");
  auto* figures = new QGridLayout;
  figures->setHorizontalSpacing(12);
  figures->setVerticalSpacing(4);
  figures->setColumnStretch(1, 1);
  tasks_ = addFigure(figures, 0, 0, tr("tasks"), QStringLiteral("statisticsTasks"));
  tasks_->setWordWrap(true);
  throughput_ = addFigure(figures, 1, 0, tr("throughput"), QStringLiteral("statisticsThroughput"));
  utilization_ =
      addFigure(figures, 2, 0, tr("utilization"), QStringLiteral("statisticsUtilization"));
  queue_ = addFigure(figures, 3, 0, tr("queue, mean / max"), QStringLiteral("statisticsQueue"));
  peak_ = addFigure(figures, 4, 0, tr("most workers"), QStringLiteral("statisticsPeak"));
  auto* times = new QGridLayout;
  times->setHorizontalSpacing(8);
  times->setVerticalSpacing(4);
  times->setColumnStretch(0, 1);
  const QString quantiles[] = {QStringLiteral("p50"), QStringLiteral("p90"), QStringLiteral("p99"),
                               tr("max")};
  const QString rows[] = {tr("queue wait"), tr("run time")};
  for (int column = 0; column < 4; ++column) {
    times->addWidget(makeLabel(this, quantiles[column], "dim"), 0, column + 1, Qt::AlignRight);
  }
  for (int row = 0; row < 2; ++row) {
    times->addWidget(makeLabel(this, rows[row], "dim"), row + 1, 0);
    for (int column = 0; column < 4; ++column) {
      QLabel* value = makeLabel(this, dash(), "small");
      value->setObjectName(QStringLiteral("distribution%1%2").arg(row).arg(column));
      times->addWidget(value, row + 1, column + 1, Qt::AlignRight);
      distributions_[row][column] = value;
    }
  }
  table_ = makeTable(this, model_);
  // It scrolls by itself, so it wishes for no height of its own: else the whole panel would, too.
  table_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Ignored);
  table_->setMinimumHeight(table_->verticalHeader()->defaultSectionSize() * kLeastTableRows);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 8, 0, 0);
  column->setSpacing(10);
  column->addWidget(about_);
  column->addLayout(figures);
  column->addLayout(times);
  column->addWidget(table_, 1);
  showNothing();
}

QLabel* StatisticsPanel::addFigure(QGridLayout* grid, int row, int column, const QString& name,
                                   const QString& objectName) {
  grid->addWidget(makeLabel(this, name, "dim"), row, column, Qt::AlignTop);
  QLabel* value = makeLabel(this, dash(), "plain");
  value->setObjectName(objectName);
  value->setAccessibleName(name);
  value->setAlignment(Qt::AlignRight);
  grid->addWidget(value, row, column + 1);
  return value;
}

void StatisticsPanel::showStatistics(const QString& about, const session::Snapshot& snapshot,
                                     const session::Statistics& statistics) {
  about_->setText(tr("%1, %2").arg(about, formatSeconds(statistics.duration)));
  QString tasks = tr("%1 finished").arg(countText(statistics.finished));
  if (statistics.failed > 0) {
    tasks += tr(" (%1 failed)").arg(countText(statistics.failed));
  }
  if (statistics.cancelled > 0) {
    tasks += tr(", %1 cancelled").arg(countText(statistics.cancelled));
  }
  tasks_->setText(tasks + tr("\nof %1 queued").arg(countText(statistics.queued)));
  throughput_->setText(tr("%1 tasks/s").arg(rateText(statistics.throughput)));
  utilization_->setText(formatShare(statistics.utilization));
  queue_->setText(QStringLiteral("%1 / %2").arg(rateText(statistics.queue_depth_mean),
                                                countText(statistics.queue_depth_max)));
  peak_->setText(countText(statistics.peak_workers));
  showDistribution(0, statistics.queue_wait);
  showDistribution(1, statistics.run_time);
  model_->setStatistics(snapshot, statistics);
}

void StatisticsPanel::showDistribution(int row,
                                       const std::optional<session::Distribution>& distribution) {
  const double values[] = {
      distribution ? distribution->p50 : 0, distribution ? distribution->p90 : 0,
      distribution ? distribution->p99 : 0, distribution ? distribution->max : 0};
  for (int column = 0; column < 4; ++column) {
    distributions_[row][column]->setText(distribution ? formatSeconds(values[column]) : dash());
  }
}

void StatisticsPanel::showNothing() {
  about_->setText(tr("No task has been queued yet."));
  for (QLabel* label : {tasks_, throughput_, utilization_, queue_, peak_}) {
    label->setText(dash());
  }
  showDistribution(0, {});
  showDistribution(1, {});
  model_->clear();
}

void StatisticsPanel::setTheme(const Theme& theme) {
  table_->verticalHeader()->setDefaultSectionSize(qRound(theme.px(24)));
}

}  // namespace poolscope::ui
