// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/task_inspector.h"

#include "ui/panels/eliding_label.h"
#include "ui/panels/format.h"
#include "ui/panels/look.h"
#include "ui/panels/segment_bar.h"
#include "ui/panels/walk_links.h"
#include "ui/theme/icons.h"
#include "ui/timeline/time_text.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace poolscope::ui {

namespace {

/// Enough for all names but long ones of locks and of a user's own phases.
constexpr qreal kMostNameWidth = 170;
constexpr session::TimeNs kShort = 100'000;  // a microsecond more or less can be seen in it

QWidget* makeHint(QWidget* parent) {
  auto* hint = new QWidget(parent);
  auto* column = new QVBoxLayout(hint);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  auto* title = new QLabel(TaskInspector::tr("Click a task"), hint);
  title->setObjectName(QStringLiteral("inspectorHintTitle"));
  title->setProperty("look", "title");
  auto* text =
      new QLabel(TaskInspector::tr("Every bar is one: see where its time went. Drag for the "
                                   "figures of a range."),
                 hint);
  text->setObjectName(QStringLiteral("inspectorHint"));
  text->setProperty("look", "dim");
  text->setWordWrap(true);
  column->addWidget(title);
  column->addWidget(text);
  return hint;
}

struct OutcomeText {
  QString text;
  const char* look;
};

OutcomeText outcomeOf(session::TaskState state) {
  switch (state) {
    case session::TaskState::queued:
      return {TaskInspector::tr("in the queue"), "dim"};
    case session::TaskState::running:
      return {TaskInspector::tr("running"), "dim"};
    case session::TaskState::finished:
      return {TaskInspector::tr("finished"), "ok"};
    case session::TaskState::failed:
      return {TaskInspector::tr("failed"), "bad"};
    case session::TaskState::cancelled:
      return {TaskInspector::tr("cancelled"), "warn"};
  }
  return {{}, "dim"};
}

}  // namespace

TaskInspector::TaskInspector(QWidget* parent)
    : QFrame(parent),
      theme_(Theme::dark()),
      hint_(makeHint(this)),
      body_(new QWidget(this)),
      title_(new ElidingLabel(body_)),
      outcome_(new QLabel(body_)),
      close_(new QPushButton(body_)),
      bar_(new SegmentBar(body_)),
      column_(new QVBoxLayout),
      note_(new QLabel(body_)),
      error_(new QLabel(body_)),
      links_(new WalkLinks(this)) {
  setObjectName(QStringLiteral("taskInspector"));
  setAccessibleName(tr("Selected task or range"));
  setProperty("look", "card");
  title_->setObjectName(QStringLiteral("inspectorTitle"));
  title_->setProperty("look", "title");
  outcome_->setObjectName(QStringLiteral("inspectorOutcome"));
  outcome_->setProperty("look", "dim");
  close_->setObjectName(QStringLiteral("closeInspector"));
  close_->setAccessibleName(tr("Clear the selection"));
  close_->setToolTip(tr("Clear the selection"));
  close_->setProperty("look", "quiet");
  note_->setObjectName(QStringLiteral("inspectorNote"));
  note_->setProperty("look", "warn");
  note_->setTextFormat(Qt::PlainText);
  note_->setWordWrap(true);
  error_->setObjectName(QStringLiteral("inspectorError"));
  error_->setProperty("look", "bad");
  error_->setTextFormat(Qt::PlainText);
  error_->setWordWrap(true);
  error_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  auto* head = new QHBoxLayout;
  head->setSpacing(8);
  head->addWidget(title_, 1);
  head->addWidget(outcome_);
  head->addWidget(close_);
  column_->setSpacing(3);
  auto* column = new QVBoxLayout(body_);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  column->addLayout(head);
  column->addWidget(bar_);
  column->addLayout(column_);
  column->addWidget(note_);
  column->addWidget(error_);
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(16, 12, 16, 10);
  outer->setSpacing(6);
  outer->addWidget(hint_);
  outer->addWidget(body_);
  outer->addWidget(links_);
  connect(close_, &QPushButton::clicked, this, &TaskInspector::closed);
  showHint();
}

void TaskInspector::showHint() {
  hint_->show();
  body_->hide();
  links_->setTaskShown(false);
}

void TaskInspector::showTask(const TaskDetails& details,
                             const std::optional<WalkStanding>& standing) {
  const OutcomeText outcome = outcomeOf(details.state);
  setHead(details.name.isEmpty()
              ? tr("Task %1").arg(details.key.task)
              : QStringLiteral("%1 #%2").arg(details.name, QString::number(details.key.task)),
          outcome.text, outcome.look);
  bar_->show();
  bar_->setShares(details.shares);
  beginRows();
  bool ranIsTold = !details.ranNs || !details.hasPhases;  // without phases it is a share itself
  for (const TimeShare& share : details.shares) {
    if (!ranIsTold && share.use != TimeUse::queued) {
      addRow(tr("ran"), durationText(*details.ranNs));
      ranIsTold = true;
    }
    addRow(timeUseText(share, details.hasPhases), durationText(share.ns),
           timeUseColor(theme_, share.use));
  }
  const bool isShort = details.ranNs && *details.ranNs < kShort;
  const auto addInstant = [&](const QString& name, std::optional<session::TimeNs> time) {
    if (time) {
      addRow(name, formatInstant(*time, isShort));
    }
  };
  addInstant(tr("queued at"), details.queuedAt);
  addInstant(tr("started at"), details.startedAt);
  addInstant(
      details.state == session::TaskState::cancelled ? tr("cancelled at") : tr("finished at"),
      details.finishedAt);
  addInstant(tr("end lost, over by"), details.overBy);
  addInstant(tr("delivered at"), details.deliveredAt);
  if (details.cpuNs) {
    addRow(tr("CPU time"), durationText(*details.cpuNs));
  }
  if (!details.worker.isEmpty()) {
    addRow(tr("worker"), details.worker);
  }
  if (!details.caller.isEmpty()) {
    addRow(tr("submitted by"), details.caller);
  }
  if (standing && standing->task == details.key && standing->others > 0 && details.finishedAt) {
    addRow(tr("slower than"), standingText(*standing));
    rows_[used_ - 1].line->setToolTip(standingNote(*standing));
  }
  endRows();
  note_->setVisible(!details.note.isEmpty());
  note_->setText(details.note);
  links_->setTaskShown(true);
  error_->setVisible(!details.error.isEmpty());
  error_->setText(details.error);
}

void TaskInspector::showRange(session::TimeNs begin, session::TimeNs end,
                              const std::optional<session::Statistics>& figures) {
  setHead(tr("Selected range"), durationText(end - begin), "dim");
  links_->setTaskShown(false);
  bar_->hide();
  note_->hide();
  error_->hide();
  beginRows();
  addRow(tr("from"), formatInstant(begin, end - begin < kShort));
  addRow(tr("to"), formatInstant(end, end - begin < kShort));
  if (!figures) {
    addRow(tr("figures"), tr("computing \u2026"));
    endRows();
    return;
  }
  addRow(tr("tasks finished"), countText(figures->finished));
  if (figures->failed > 0) {
    addRow(tr("of these failed"), countText(figures->failed));
  }
  addRow(tr("throughput"), tr("%1 tasks/s").arg(rateText(figures->throughput)));
  addRow(tr("utilization"), formatShare(figures->utilization));
  addRow(tr("queue, mean / max"),
         QStringLiteral("%1 / %2").arg(rateText(figures->queue_depth_mean),
                                       countText(figures->queue_depth_max)));
  if (figures->queue_wait) {
    addRow(tr("queue wait p50"), formatSeconds(figures->queue_wait->p50));
    addRow(tr("queue wait p99"), formatSeconds(figures->queue_wait->p99));
  }
  if (figures->run_time) {
    addRow(tr("run time p50"), formatSeconds(figures->run_time->p50));
    addRow(tr("run time p99"), formatSeconds(figures->run_time->p99));
  }
  endRows();
}

void TaskInspector::setTheme(const Theme& theme) {
  theme_ = theme;
  close_->setIcon(themeIcon(IconId::close, theme));
  close_->setStyleSheet(QStringLiteral("padding: 2px; min-height: 0;"));
  bar_->setTheme(theme);
  links_->setTheme(theme);
}

void TaskInspector::setHead(const QString& title, const QString& outcome, const char* look) {
  hint_->hide();
  body_->show();
  title_->setText(title);
  outcome_->setText(outcome);
  setLook(outcome_, look);
}

void TaskInspector::beginRows() {
  used_ = 0;
}

void TaskInspector::addRow(const QString& name, const QString& value, const QColor& swatch) {
  if (used_ == rows_.size()) {
    auto* line = new QWidget(body_);
    const Row row{line, new QLabel(line), new ElidingLabel(line), new ElidingLabel(line)};
    row.name->setObjectName(QStringLiteral("inspectorName%1").arg(used_));
    row.name->setElideMode(Qt::ElideMiddle);
    row.value->setObjectName(QStringLiteral("inspectorValue%1").arg(used_));
    row.value->setProperty("look", "mono");
    row.value->setElideMode(Qt::ElideMiddle);
    row.value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    row.value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    // Rows of their own, not columns: a long value takes room from its own name only.
    auto* layout = new QHBoxLayout(line);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(row.swatch, 0, Qt::AlignVCenter);
    layout->addWidget(row.name);
    layout->addStretch();
    layout->addWidget(row.value);
    column_->addWidget(line);
    rows_.append(row);
  }
  const Row& row = rows_[used_++];
  const int side = qRound(theme_.px(10));
  row.swatch->setFixedSize(swatch.isValid() ? side : 0, side);
  row.swatch->setStyleSheet(
      swatch.isValid() ? QStringLiteral("background: %1; border-radius: 2px;").arg(swatch.name())
                       : QString());
  setLook(row.name, swatch.isValid() ? "plain" : "dim");
  row.line->setToolTip({});
  row.name->setText(name);
  row.value->setText(value);
  row.value->setAccessibleDescription(name);
  row.swatch->setVisible(swatch.isValid());
  row.line->show();
  // Names are never cut for the sake of a value; only one that a user gave may be too long.
  row.name->ensurePolished();
  row.name->setMinimumWidth(
      std::min(row.name->sizeHint().width(), qRound(theme_.px(kMostNameWidth))));
}

void TaskInspector::endRows() {
  for (qsizetype i = used_; i < rows_.size(); ++i) {
    rows_[i].line->hide();
  }
}

}  // namespace poolscope::ui
