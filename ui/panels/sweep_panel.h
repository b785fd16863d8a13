// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/session_prediction.h"
#include "ui/panels/sweep_state.h"
#include "ui/plot/scaling.h"
#include "ui/theme/theme.h"

#include <QFrame>

#include <memory>
#include <optional>

class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QToolButton;

namespace poolscope::ui {

class FigureTable;
class PredictionTableModel;
class ScalingView;
class SweepTableModel;
class TheoryTableModel;

/// What a session lets expect of other numbers of workers, or why nothing.
using SessionAnswer = tl::expected<experiment::SessionPrediction, experiment::NoWork>;

/// The page that finds out how many workers are enough: what to measure, how far it is, the plot,
/// the recommendation and the points; before that what is predicted from a recording. It measures
/// nothing itself. Threads: the GUI thread.
class SweepPanel : public QFrame {
  Q_OBJECT
 public:
  /// What the window has for it.
  struct Surroundings {
    QString scenario = {};   ///< title of what would be measured; empty: nothing can be
    bool canResize = false;  ///< there is a pool that could take the recommended number
    /// What the session that is shown lets expect, or why it does not; shown until something is
    /// measured. Null: it is not asked, or not known yet.
    std::shared_ptr<const SessionAnswer> prediction = {};
    bool isOfRange = false;  ///< ... the part of it that is selected
    QString session = {};    ///< its title
  };

  explicit SweepPanel(QWidget* parent = nullptr);

  void showState(const SweepState& state, const Surroundings& surroundings);
  void setTheme(const Theme& theme);
  /// What the plot shows.
  const ScalingData& plotted() const { return data_; }
  /// The focus goes to where one would begin.
  void takeFocus();

 Q_SIGNALS:
  void startWanted(const poolscope::ui::SweepRequest& request);
  void cancelWanted();
  void workersWanted(int workers);
  void plotFileWanted();
  void dataFileWanted();
  void closeWanted();

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  QWidget* buildHead();
  QWidget* buildForm();
  QWidget* buildAnswer();
  QWidget* buildPoints();
  QWidget* buildTheory();
  void showIntro(const Surroundings& surroundings);
  void showMeasured(const SweepState& state, const Surroundings& surroundings);
  void showPrediction(const experiment::SessionPrediction& prediction,
                      const Surroundings& surroundings);
  void start();
  void showTheory(const experiment::SweepResult& result);
  void showForm(const SweepState& state, const Surroundings& surroundings);
  void showAnswer(const SweepState& state, const Surroundings& surroundings);

  QLabel* scenario_ = nullptr;
  QToolButton* close_ = nullptr;
  QWidget* form_ = nullptr;
  QLineEdit* workers_ = nullptr;
  QSpinBox* budget_ = nullptr;
  QPushButton* start_ = nullptr;
  QPushButton* cancel_ = nullptr;
  QLabel* mistake_ = nullptr;
  QLabel* progressText_ = nullptr;
  QProgressBar* progress_ = nullptr;
  QLabel* intro_ = nullptr;
  QWidget* answer_ = nullptr;
  QLabel* verdict_ = nullptr;
  QLabel* reason_ = nullptr;
  QLabel* notes_ = nullptr;
  QPushButton* use_ = nullptr;
  QWidget* points_ = nullptr;
  ScalingView* plot_ = nullptr;
  SweepTableModel* model_ = nullptr;
  FigureTable* table_ = nullptr;
  PredictionTableModel* predictions_ = nullptr;
  FigureTable* predictionTable_ = nullptr;
  QWidget* theoryPart_ = nullptr;
  TheoryTableModel* theory_ = nullptr;
  FigureTable* theoryTable_ = nullptr;
  QLabel* theoryNotes_ = nullptr;
  QPushButton* savePlot_ = nullptr;
  QPushButton* saveData_ = nullptr;
  ScalingData data_;
  std::optional<std::uint64_t> recommended_;
  bool focusAwaits_ = false;  ///< of the button that was pressed, until what it did is over
};

}  // namespace poolscope::ui
