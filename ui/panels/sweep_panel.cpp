// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/sweep_panel.h"

#include "core/experiment/worker_counts.h"
#include "ui/panels/figure_table.h"
#include "ui/panels/format.h"
#include "ui/panels/look.h"
#include "ui/panels/prediction_table_model.h"
#include "ui/panels/scaling_view.h"
#include "ui/panels/sweep_table_model.h"
#include "ui/panels/theory_table_model.h"
#include "ui/panels/workers_control.h"
#include "ui/theme/icons.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QStringList>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>

namespace poolscope::ui {
namespace {

constexpr int kLeastBudget = 5;  // seconds: less decides nothing
constexpr int kMostBudget = 3600;
constexpr int kProgressSteps = 1000;
constexpr int kMostRows = 16;

QLabel* makeText(QWidget* parent, const char* name, const char* look = "") {
  auto* label = new QLabel(parent);
  label->setObjectName(QString::fromLatin1(name));
  label->setProperty("look", QString::fromLatin1(look));
  label->setWordWrap(true);
  label->setTextFormat(Qt::PlainText);  // it quotes errors and names of locks
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  return label;
}

QPushButton* makeButton(QWidget* parent, const char* name, const QString& text) {
  auto* button = new QPushButton(text, parent);
  button->setObjectName(QString::fromLatin1(name));
  return button;
}

QString workersText(std::uint64_t count) {
  return count == 1 ? SweepPanel::tr("1 worker")
                    : SweepPanel::tr("%1 workers").arg(static_cast<qulonglong>(count));
}

/// Nothing can be said of it.
bool isCancelledAtOnce(const experiment::SweepResult& result) {
  return result.end == experiment::SweepEnd::cancelled && result.points.empty();
}

QString verdictText(const experiment::SweepResult& result, bool running) {
  const auto& recommendation = result.recommendation;
  if (!running && isCancelledAtOnce(result)) {
    return SweepPanel::tr("Cancelled");
  }
  if (!recommendation.workers) {
    return running ? SweepPanel::tr("Measuring") : SweepPanel::tr("Can't tell");
  }
  const QString count = workersText(*recommendation.workers);
  if (running) {
    return SweepPanel::tr("So far: %1").arg(count);
  }
  return recommendation.code == experiment::ReasonCode::still_rising
             ? SweepPanel::tr("At least %1").arg(count)
             : SweepPanel::tr("Take %1").arg(count);
}

/// While it runs "cannot tell" would be true of every sweep.
QString reasonText(const experiment::SweepResult& result, bool running) {
  if (running && !result.recommendation.workers) {
    return SweepPanel::tr("Each number of workers is measured several times, in turns.");
  }
  if (isCancelledAtOnce(result)) {
    return SweepPanel::tr("It was cancelled before the first number of workers was measured.");
  }
  // The words of the heading are not said twice.
  static const QLatin1String again("Can't tell: ");
  QString reason = QString::fromStdString(result.reason);
  if (!result.recommendation.workers && reason.startsWith(again)) {
    reason.remove(0, again.size());
    reason.front() = reason.front().toUpper();
  }
  return reason;
}

QString notesText(const experiment::SweepResult& result) {
  if (isCancelledAtOnce(result)) {
    return {};
  }
  QStringList notes;
  for (const std::string& note : result.notes) {
    notes << QString::fromStdString(note);
  }
  if (result.fit && result.end != experiment::SweepEnd::running) {
    for (const std::string& note : experiment::fit_notes(*result.fit)) {
      notes << QString::fromStdString(note);
    }
  }
  return notes.join(QLatin1Char('\n'));
}

/// In whole seconds: it is an estimate.
QString leftText(double seconds) {
  constexpr double kLong = 100;
  const double whole = std::ceil(seconds);
  return whole < kLong ? SweepPanel::tr("%1 s").arg(static_cast<int>(whole)) : formatSeconds(whole);
}

}  // namespace

QString sweepProgressText(const SweepState& state, bool brief) {
  const experiment::SweepProgress& progress = state.progress;
  if (state.activity == SweepState::Activity::cancelling) {
    return SweepPanel::tr("Ending the run under way");
  }
  if (progress.repeat == 0) {
    return SweepPanel::tr("A first look at how long the tasks take");
  }
  const auto run = static_cast<qulonglong>(progress.runs_done + 1);
  const QString left = leftText(progress.left);
  if (progress.unsure) {
    return brief ? SweepPanel::tr("not sure yet: at most %1 more").arg(left)
                 : SweepPanel::tr("%1, run %2, not sure yet: at most %3 more")
                       .arg(workersText(progress.workers))
                       .arg(run)
                       .arg(left);
  }
  const auto planned = static_cast<qulonglong>(progress.runs_planned);
  return brief ? SweepPanel::tr("run %1 of %2, about %3 left").arg(run).arg(planned).arg(left)
               : SweepPanel::tr("%1, run %2 of %3, about %4 left")
                     .arg(workersText(progress.workers))
                     .arg(run)
                     .arg(planned)
                     .arg(left);
}

SweepPanel::SweepPanel(QWidget* parent) : QFrame(parent) {
  setObjectName(QStringLiteral("sweepPanel"));
  setProperty("look", "card");
  setAccessibleName(tr("How many workers?"));
  auto* page = new QWidget(this);
  page->setObjectName(QStringLiteral("sweepContent"));
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 0, 8, 0);
  column->setSpacing(10);
  column->addWidget(buildForm());
  intro_ = makeText(page, "sweepIntro");
  column->addWidget(intro_);
  column->addWidget(buildAnswer());
  column->addWidget(buildPoints(), 1);
  column->addStretch();
  auto* scroll = new QScrollArea(this);
  scroll->setObjectName(QStringLiteral("sweepScroll"));
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setFocusPolicy(Qt::NoFocus);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setWidget(page);
  auto* whole = new QVBoxLayout(this);
  whole->setContentsMargins(16, 12, 8, 12);
  whole->setSpacing(10);
  whole->addWidget(buildHead());
  whole->addWidget(scroll, 1);
  showState({}, {});
}

QWidget* SweepPanel::buildHead() {
  auto* head = new QWidget(this);
  auto* title = new QLabel(tr("How many workers?"), head);
  title->setProperty("look", "title");
  scenario_ = new QLabel(head);
  scenario_->setTextFormat(Qt::PlainText);
  scenario_->setObjectName(QStringLiteral("sweepScenario"));
  scenario_->setProperty("look", "dim");
  close_ = new QToolButton(head);
  close_->setObjectName(QStringLiteral("sweepClose"));
  close_->setAccessibleName(tr("Back to the timeline"));
  close_->setToolTip(tr("Back to the timeline (Esc)"));
  close_->setProperty("look", "quiet");
  connect(close_, &QToolButton::clicked, this, &SweepPanel::closeWanted);
  auto* row = new QHBoxLayout(head);
  row->setContentsMargins(0, 0, 8, 0);
  row->setSpacing(12);
  row->addWidget(title);
  row->addWidget(scenario_, 1);
  row->addWidget(close_);
  return head;
}

QWidget* SweepPanel::buildForm() {
  form_ = new QWidget(this);
  auto* form = form_;
  auto* workersName = new QLabel(tr("&Numbers of workers"), form);
  workers_ = new QLineEdit(form);
  workers_->setObjectName(QStringLiteral("sweepWorkers"));
  workers_->setPlaceholderText(tr("chosen by itself, or such as 1,2,4,8"));
  workers_->setAccessibleName(tr("Numbers of workers"));
  workers_->setMaxLength(400);
  workersName->setBuddy(workers_);
  auto* budgetName = new QLabel(tr("&at most"), form);
  budget_ = new QSpinBox(form);
  budget_->setObjectName(QStringLiteral("sweepBudget"));
  budget_->setAccessibleName(tr("Time that it may take, in seconds"));
  budget_->setRange(kLeastBudget, kMostBudget);
  budget_->setValue(static_cast<int>(SweepRequest{}.budgetSeconds));
  budget_->setSuffix(tr(" s"));
  budget_->setButtonSymbols(QAbstractSpinBox::NoButtons);
  budgetName->setBuddy(budget_);
  start_ = makeButton(form, "sweepStart", tr("M&easure"));
  start_->setProperty("look", "primary");
  cancel_ = makeButton(form, "sweepCancel", tr("&Cancel"));
  cancel_->setToolTip(tr("End it; what was measured stays"));
  auto* row = new QHBoxLayout;
  row->setSpacing(8);
  row->addWidget(workersName);
  row->addWidget(workers_, 1);
  row->addWidget(budgetName);
  row->addWidget(budget_);
  row->addWidget(start_);
  row->addWidget(cancel_);
  mistake_ = makeText(form, "sweepMistake", "bad");
  mistake_->hide();
  progressText_ = makeText(form, "sweepProgressText", "dim");
  progress_ = new QProgressBar(form);
  progress_->setObjectName(QStringLiteral("sweepProgress"));
  progress_->setAccessibleName(tr("Share of the planned runs that are done"));
  progress_->setRange(0, kProgressSteps);
  progress_->setTextVisible(false);
  auto* column = new QVBoxLayout(form);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  column->addLayout(row);
  column->addWidget(mistake_);
  column->addWidget(progress_);
  column->addWidget(progressText_);
  connect(start_, &QPushButton::clicked, this, &SweepPanel::start);
  connect(workers_, &QLineEdit::returnPressed, this, &SweepPanel::start);
  connect(workers_, &QLineEdit::textEdited, mistake_, &QLabel::hide);
  connect(cancel_, &QPushButton::clicked, this, &SweepPanel::cancelWanted);
  return form;
}

QWidget* SweepPanel::buildAnswer() {
  answer_ = new QWidget(this);
  verdict_ = makeText(answer_, "sweepVerdict", "title");
  use_ = makeButton(answer_, "sweepUse", tr("Use this number"));
  use_->setProperty("look", "primary");
  reason_ = makeText(answer_, "sweepReason");
  notes_ = makeText(answer_, "sweepNotes", "dim");
  auto* row = new QHBoxLayout;
  row->setSpacing(12);
  row->addWidget(verdict_, 1);
  row->addWidget(use_);
  auto* column = new QVBoxLayout(answer_);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  column->addLayout(row);
  column->addWidget(reason_);
  column->addWidget(notes_);
  connect(use_, &QPushButton::clicked, this, [this] {
    if (recommended_) {
      Q_EMIT workersWanted(static_cast<int>(*recommended_));
    }
  });
  return answer_;
}

QWidget* SweepPanel::buildPoints() {
  points_ = new QWidget(this);
  plot_ = new ScalingView(points_);
  model_ = new SweepTableModel(this);
  table_ = new FigureTable(model_, QStringLiteral("sweepTable"), tr("What was measured"), points_);
  // The plot has them, too.
  table_->setSpareColumns({SweepTableModel::predicted, SweepTableModel::predictedWait});
  table_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
  predictions_ = new PredictionTableModel(this);
  predictionTable_ = new FigureTable(predictions_, QStringLiteral("predictionTable"),
                                     tr("What is predicted, and what was seen"), points_);
  predictionTable_->setSpareColumns(
      {PredictionTableModel::seenBusy, PredictionTableModel::predictedBusy});
  predictionTable_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
  savePlot_ = makeButton(points_, "sweepSavePlot", tr("Save &plot\u2026"));
  savePlot_->setToolTip(tr("As a picture: PNG or SVG"));
  saveData_ = makeButton(points_, "sweepSaveData", tr("Save &data\u2026"));
  saveData_->setToolTip(tr("Every run as CSV, or all that is known as JSON"));
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(8);
  buttons->addWidget(savePlot_);
  buttons->addWidget(saveData_);
  buttons->addStretch();
  auto* column = new QVBoxLayout(points_);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(10);
  column->addWidget(plot_, 1);
  column->addWidget(table_);
  column->addWidget(predictionTable_);
  column->addLayout(buttons);
  theoryPart_ = buildTheory();
  column->addWidget(theoryPart_);
  connect(savePlot_, &QPushButton::clicked, this, &SweepPanel::plotFileWanted);
  connect(saveData_, &QPushButton::clicked, this, &SweepPanel::dataFileWanted);
  return points_;
}

/// The laws that must hold, next to what was measured.
QWidget* SweepPanel::buildTheory() {
  auto* theory = new QWidget(points_);
  auto* title = new QLabel(tr("Does theory agree?"), theory);
  title->setProperty("look", "title");
  theory_ = new TheoryTableModel(this);
  theoryTable_ = new FigureTable(theory_, QStringLiteral("theoryTable"),
                                 tr("What theory says next to what was measured"), theory);
  theoryTable_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
  theoryNotes_ = makeText(theory, "theoryNotes", "dim");
  auto* column = new QVBoxLayout(theory);
  column->setContentsMargins(0, 6, 0, 0);
  column->setSpacing(6);
  column->addWidget(title);
  column->addWidget(theoryTable_);
  column->addWidget(theoryNotes_);
  return theory;
}

void SweepPanel::start() {
  if (!start_->isEnabled() || start_->isHidden()) {
    return;
  }
  const auto counts = experiment::parse_worker_counts(workers_->text().toStdString(),
                                                      tr("Numbers of workers").toStdString(),
                                                      WorkersControl::kMost);
  mistake_->setVisible(!counts);
  if (!counts) {
    mistake_->setText(QString::fromStdString(counts.error().message()));
    workers_->setFocus(Qt::OtherFocusReason);
    return;
  }
  Q_EMIT startWanted({*counts, static_cast<double>(budget_->value())});
}

void SweepPanel::showState(const SweepState& state, const Surroundings& surroundings) {
  showForm(state, surroundings);
  const bool known = state.activity != SweepState::Activity::none;
  const bool predicted = !known && surroundings.prediction && *surroundings.prediction;
  intro_->setVisible(!known && !predicted);
  answer_->setVisible(known || predicted);
  points_->setVisible(known || predicted);
  const bool tabled = known && (state.isRunning() || !state.result.points.empty());
  table_->setVisible(tabled);
  theoryPart_->setVisible(tabled);
  savePlot_->setVisible(tabled || predicted);
  saveData_->setVisible(tabled);
  predictionTable_->setVisible(predicted);
  if (known) {
    showMeasured(state, surroundings);
  } else if (predicted) {
    showPrediction(**surroundings.prediction, surroundings);
  } else {
    showIntro(surroundings);
  }
}

void SweepPanel::showIntro(const Surroundings& surroundings) {
  QStringList parts{
      tr("How many workers are enough? The rule of thumb says cores + 4; the truth depends on what "
         "the tasks do.")};
  if (surroundings.prediction && !*surroundings.prediction) {
    const experiment::NoWork why = surroundings.prediction->error();
    parts << tr("Nothing can be predicted from %1: %2.")
                 .arg(surroundings.session, QString::fromStdString(text_of(why)))
          // A paragraph of its own: it may quote a command, which shall not be broken.
          << tr("What to do: %1.").arg(QString::fromStdString(advice_of(why)));
  }
  if (!surroundings.scenario.isEmpty()) {
    parts << tr(
        "Poolscope runs this scenario at several numbers of workers, each several times "
        "and in turns, until it can say which is the fewest that reach the best "
        "throughput, and how sure that is. The pool that you watch is paused meanwhile, so "
        "that it does not get in the way.");
  }
  intro_->setText(parts.join(QStringLiteral("\n\n")));
}

void SweepPanel::showMeasured(const SweepState& state, const Surroundings& surroundings) {
  showAnswer(state, surroundings);
  data_ = scalingData(state.result);
  data_.title = state.scenario;
  data_.isMeasuring = state.isRunning();
  plot_->showData(data_);
  model_->setResult(state.result);
  showTheory(state.result);
  const bool savable = !state.result.points.empty();
  savePlot_->setEnabled(savable);
  saveData_->setEnabled(savable);
}

void SweepPanel::showPrediction(const experiment::SessionPrediction& prediction,
                                const Surroundings& surroundings) {
  verdict_->setText(prediction.is_doubtful() ? tr("Can't tell")
                    : prediction.still_rises
                        ? tr("Predicted: at least %1").arg(workersText(prediction.enough_workers))
                        : tr("Predicted: %1").arg(workersText(prediction.enough_workers)));
  reason_->setText(QString::fromStdString(prediction_text(prediction)));
  QString from = surroundings.isOfRange ? tr("From what the tasks of the selected range did.")
                                        : tr("From what the tasks of this session did.");
  if (!surroundings.scenario.isEmpty()) {
    from += QLatin1Char(' ') + tr("\"Measure\" finds out whether it is so.");
  }
  notes_->setText(from);
  notes_->show();
  recommended_.reset();
  use_->hide();
  data_ = scalingData(surroundings.session, prediction);
  plot_->showData(data_);
  predictions_->setPrediction(prediction);
  savePlot_->setEnabled(true);
}

void SweepPanel::showTheory(const experiment::SweepResult& result) {
  theory_->setResult(result);
  QStringList notes{
      tr("Little's law: busy workers = tasks that end a second × their mean run time. Of "
         "workers that is the utilization law, too.")};
  for (const std::string& note : experiment::sanity_notes(result)) {
    notes << QString::fromStdString(note);
  }
  theoryNotes_->setText(notes.join(QLatin1Char('\n')));
}

void SweepPanel::showForm(const SweepState& state, const Surroundings& surroundings) {
  const bool running = state.isRunning();
  const bool known = state.activity != SweepState::Activity::none;
  const bool isOfAnother = known && !running && !surroundings.scenario.isEmpty() &&
                           state.scenario != surroundings.scenario;
  scenario_->setText(isOfAnother ? tr("%1, which is not what runs now").arg(state.scenario)
                     : known     ? state.scenario
                     : surroundings.scenario.isEmpty() ? surroundings.session
                                                       : surroundings.scenario);
  // Nothing that could be measured, and something else to be seen.
  form_->setVisible(known || !surroundings.scenario.isEmpty() || !surroundings.prediction);
  workers_->setEnabled(!running);
  budget_->setEnabled(!running);
  const bool hadFocus = start_->hasFocus() || cancel_->hasFocus() || focusAwaits_;
  // Disabled while it ends the run under way: then the other one takes its place.
  focusAwaits_ = hadFocus && state.activity == SweepState::Activity::cancelling;
  start_->setVisible(!running);
  cancel_->setVisible(running);
  cancel_->setEnabled(state.activity == SweepState::Activity::running);
  start_->setEnabled(!surroundings.scenario.isEmpty());
  start_->setText(isOfAnother ? tr("M&easure what runs now")
                  : known     ? tr("M&easure again")
                              : tr("M&easure"));
  start_->setToolTip(surroundings.scenario.isEmpty() ? tr("Start a scenario first")
                                                     : tr("Measure %1").arg(surroundings.scenario));
  if (hadFocus && !focusAwaits_ && !start_->hasFocus() && !cancel_->hasFocus()) {
    (running ? cancel_ : start_)->setFocus(Qt::OtherFocusReason);
  }
  // The one button that matters: then it is to use what was found out.
  setLook(start_,
          state.activity == SweepState::Activity::ended && state.result.recommendation.workers
              ? ""
              : "primary");
  progress_->setVisible(running);
  progressText_->setVisible(running);
  if (running) {
    const auto planned = static_cast<double>(state.progress.runs_planned);
    const auto done = static_cast<double>(state.progress.runs_done);
    progress_->setValue(planned > 0 ? static_cast<int>(std::lround(done / planned * kProgressSteps))
                                    : 0);
    progressText_->setText(sweepProgressText(state));
  }
}

void SweepPanel::showAnswer(const SweepState& state, const Surroundings& surroundings) {
  const bool running = state.isRunning();
  const bool failed = state.result.end == experiment::SweepEnd::failed && !state.error.isEmpty();
  verdict_->setText(failed ? tr("It could not be measured") : verdictText(state.result, running));
  reason_->setText(failed ? state.error : reasonText(state.result, running));
  QString notes = notesText(state.result);
  if (!failed && !state.error.isEmpty()) {
    notes = notes.isEmpty() ? state.error : state.error + QLatin1Char('\n') + notes;
  }
  notes_->setText(notes);
  notes_->setVisible(!notes.isEmpty());
  recommended_ = running || failed ? std::nullopt : state.result.recommendation.workers;
  use_->setVisible(recommended_.has_value());
  const bool isOfThis = state.scenario == surroundings.scenario;
  use_->setEnabled(surroundings.canResize && isOfThis);
  if (recommended_) {
    use_->setText(tr("&Use %1").arg(workersText(*recommended_)));
    use_->setToolTip(!surroundings.canResize ? tr("There is no pool that runs")
                     : !isOfThis             ? tr("The pool that runs is of another scenario")
                                             : tr("Set max_workers of the pool on the timeline"));
  }
}

void SweepPanel::takeFocus() {
  QWidget* const first = cancel_->isVisibleTo(this) ? cancel_
                         : use_->isVisibleTo(this)  ? use_
                                                    : start_;
  (first->isEnabled() ? first : static_cast<QWidget*>(close_))->setFocus(Qt::OtherFocusReason);
}

void SweepPanel::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape) {
    Q_EMIT closeWanted();
    return;
  }
  QFrame::keyPressEvent(event);
}

void SweepPanel::setTheme(const Theme& theme) {
  close_->setIcon(themeIcon(IconId::close, theme));
  budget_->setFixedWidth(qRound(theme.px(84)));
  progress_->setFixedHeight(qRound(theme.px(6)));
  plot_->setTheme(theme);
  for (FigureTable* table : {table_, predictionTable_, theoryTable_}) {
    table->setRows(qRound(theme.px(24)), kMostRows);
  }
}

}  // namespace poolscope::ui
