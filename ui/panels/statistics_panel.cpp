// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/statistics_panel.h"

#include "ui/panels/eliding_label.h"
#include "ui/panels/figure_table.h"
#include "ui/panels/format.h"
#include "ui/panels/histogram_view.h"
#include "ui/panels/kind_table_model.h"
#include "ui/panels/worker_table_model.h"
#include "ui/timeline/time_text.h"

#include <QGridLayout>
#include <QLabel>
#include <QSortFilterProxyModel>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace poolscope::ui {

namespace {

constexpr int kMostRows = 16;

QString dash() {
  return QStringLiteral("\u2013");
}

QLabel* makeLabel(QWidget* parent, const QString& text, const char* look) {
  auto* label = new QLabel(text, parent);
  label->setProperty("look", look);
  return label;
}

}  // namespace

StatisticsPanel::StatisticsPanel(QWidget* parent)
    : QWidget(parent),
      about_(new QLabel(this)),
      subject_(new ElidingLabel(this)),
      kinds_(new KindTableModel(this)),
      kindTable_(new FigureTable(kinds_, QStringLiteral("kindTable"), tr("Kinds of tasks"), this)),
      model_(new WorkerTableModel(this)),
      table_(new FigureTable(model_, QStringLiteral("workerTable"), tr("Figures of each worker"),
                             this)) {
  setObjectName(QStringLiteral("statisticsPanel"));
  kindTable_->setSortingEnabled(false);               // its arrows would take the names' room
  table_->setSpareColumns({WorkerTableModel::busy});  // their share tells the same
  about_->setWordWrap(true);
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
  auto* times = addTimes();
  for (int row = 0; row < 2; ++row) {
    histograms_[row] = new HistogramView(row == 0 ? tr("queue wait") : tr("run time"), this);
    histograms_[row]->setObjectName(QStringLiteral("histogram%1").arg(row));
  }
  connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this,
          &StatisticsPanel::showTimesAndKinds);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 8, 6, 0);
  column->setSpacing(10);
  column->addWidget(about_);
  column->addLayout(figures);
  column->addLayout(times);
  column->addWidget(histograms_[0]);
  column->addWidget(histograms_[1]);
  column->addWidget(kindTable_);
  column->addWidget(table_);
  column->addStretch(1);
  showNothing();
}

/// Quantiles below one another: side by side they are wider than the column in a usual window.
QGridLayout* StatisticsPanel::addTimes() {
  auto* times = new QGridLayout;
  times->setHorizontalSpacing(12);
  times->setVerticalSpacing(2);
  times->setColumnStretch(0, 1);
  const QString quantiles[] = {QStringLiteral("p50"), QStringLiteral("p90"), QStringLiteral("p99"),
                               tr("max")};
  const QString names[] = {tr("queue wait"), tr("run time")};
  subject_->setObjectName(QStringLiteral("statisticsSubject"));
  subject_->setProperty("look", "dim");
  subject_->setElideMode(Qt::ElideMiddle);
  times->addWidget(subject_, 0, 0);
  for (int row = 0; row < 4; ++row) {
    times->addWidget(makeLabel(this, quantiles[row], "dim"), row + 1, 0);
  }
  for (int column = 0; column < 2; ++column) {
    times->addWidget(makeLabel(this, names[column], "dim"), 0, column + 1, Qt::AlignRight);
    for (int row = 0; row < 4; ++row) {
      QLabel* value = makeLabel(this, dash(), "small");
      value->setObjectName(QStringLiteral("distribution%1%2").arg(column).arg(row));
      value->setAccessibleDescription(names[column] + u' ' + quantiles[row]);
      times->addWidget(value, row + 1, column + 1, Qt::AlignRight);
      // The last is exact, the others are read off the histogram.
      value->setToolTip(row < 3 ? tr("within 4.5 %") : QString());
      distributions_[column][row] = value;
    }
  }
  return times;
}

QLabel* StatisticsPanel::addFigure(QGridLayout* grid, int row, int column, const QString& name,
                                   const QString& objectName) {
  grid->addWidget(makeLabel(this, name, "dim"), row, column, Qt::AlignTop);
  QLabel* value = makeLabel(this, dash(), "plain");
  value->setObjectName(objectName);
  value->setAccessibleDescription(name);
  value->setAlignment(Qt::AlignRight);
  grid->addWidget(value, row, column + 1);
  return value;
}

void StatisticsPanel::showStatistics(const QString& about,
                                     std::shared_ptr<const session::Snapshot> snapshot,
                                     const session::Statistics& statistics) {
  about_->setText(tr("%1, %2").arg(about, formatSeconds(statistics.duration)));
  QString tasks = tr("%1 finished").arg(countText(statistics.finished));
  if (statistics.failed > 0) {
    tasks += tr(" (%1 failed)").arg(countText(statistics.failed));
  }
  if (statistics.cancelled > 0) {
    tasks += tr(", %1 cancelled").arg(countText(statistics.cancelled));
  }
  tasks_->setText(tasks + tr(", %1 queued").arg(countText(statistics.queued)));
  throughput_->setText(tr("%1 tasks/s").arg(rateText(statistics.throughput)));
  utilization_->setText(formatShare(statistics.utilization));
  queue_->setText(QStringLiteral("%1 / %2").arg(rateText(statistics.queue_depth_mean),
                                                countText(statistics.queue_depth_max)));
  peak_->setText(countText(statistics.peak_workers));
  statistics_ = statistics;
  model_->setStatistics(*snapshot, statistics);
  snapshot_ = std::move(snapshot);
  showTimesAndKinds();
}

void StatisticsPanel::showTimesAndKinds() {
  const QModelIndexList selected = table_->selectionModel()->selectedRows();
  const auto* worker = statistics_.workers.data();
  const auto* const end = worker + statistics_.workers.size();
  QString name;
  if (selected.isEmpty()) {
    worker = end;
  } else {
    const auto* sorted = static_cast<const QSortFilterProxyModel*>(table_->model());
    const session::LaneId lane = model_->laneOf(sorted->mapToSource(selected.front()).row());
    worker = std::find_if(worker, end, [&](const auto& each) { return each.lane == lane; });
    name = selected.front().data().toString();
  }
  const bool ofOne = worker != end;
  subject_->setText(ofOne ? tr("of %1").arg(name) : tr("of all tasks"));
  showDistribution(0, ofOne ? worker->queue_wait : statistics_.queue_wait);
  showDistribution(1, ofOne ? worker->run_time : statistics_.run_time);
  kinds_->setKinds(ofOne ? worker->kinds : statistics_.kinds);
}

void StatisticsPanel::showDistribution(int of,
                                       const std::optional<session::Distribution>& distribution) {
  const double values[] = {
      distribution ? distribution->p50 : 0, distribution ? distribution->p90 : 0,
      distribution ? distribution->p99 : 0, distribution ? distribution->max : 0};
  for (int quantile = 0; quantile < 4; ++quantile) {
    distributions_[of][quantile]->setText(distribution ? formatSeconds(values[quantile]) : dash());
  }
  histograms_[of]->showDistribution(distribution);
}

void StatisticsPanel::showNothing() {
  about_->setText(tr("No task has been queued yet."));
  for (QLabel* label : {tasks_, throughput_, utilization_, queue_, peak_}) {
    label->setText(dash());
  }
  statistics_ = {};
  snapshot_.reset();
  model_->clear();
  showTimesAndKinds();
}

void StatisticsPanel::setTheme(const Theme& theme) {
  for (FigureTable* table : {kindTable_, table_}) {
    table->setRows(qRound(theme.px(24)), kMostRows);  // the panel scrolls, they need not
  }
  for (HistogramView* histogram : histograms_) {
    histogram->setTheme(theme);
  }
}

}  // namespace poolscope::ui
