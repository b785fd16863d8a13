// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/panels/try_info.h"
#include "ui/theme/theme.h"

#include <QList>
#include <QScrollArea>
#include <QString>

#include <optional>

class QHBoxLayout;
class QLabel;
class QPushButton;
class QVBoxLayout;

namespace poolscope::ui {

/// What a scenario teaches: its lesson, and where that says "Try it:" a button for each try, with
/// what it promises and, once it was pressed, what was seen.
class LessonPanel : public QScrollArea {
  Q_OBJECT
 public:
  explicit LessonPanel(QWidget* parent = nullptr);

  void showLesson(const QString& markdown, const QList<TryInfo>& tries);
  /// `running`: there is a pool to act on. `startable`: the scenario can be started again.
  /// `isChanged`: what runs is the scenario as a try changed it.
  /// `sweeping`: the pool rests for a sweep, which no try can see.
  void showTrial(const TrialInfo& trial, bool running, bool startable, bool isChanged,
                 bool sweeping = false);
  void setTheme(const Theme& theme);
  /// As high as all of it is at this width.
  QSize sizeHint() const override;

 protected:
  bool event(QEvent* event) override;

 Q_SIGNALS:
  void tryChosen(int index);
  void undoChosen();
  /// A link to another lesson was followed ("scenario:cpu-bound").
  void scenarioChosen(const QString& name);

 private:
  struct Row {
    QPushButton* button = nullptr;
    QLabel* text = nullptr;
    QVBoxLayout* column = nullptr;
    QHBoxLayout* head = nullptr;  ///< of the column: the button, and what takes it back
    bool startsAgain = false;
    QString promise = {};
  };

  void build();
  void setTexts();
  void showRow(int index);
  void follow(const QString& link);
  QString html(const QString& markdown) const;

  Theme theme_;
  QString markdown_;
  QList<TryInfo> tries_;
  TrialInfo trial_;
  bool running_ = false;
  bool startable_ = false;
  bool sweeping_ = false;
  QLabel* before_;
  QLabel* after_;
  QVBoxLayout* rowsColumn_;
  QPushButton* undo_;
  QHBoxLayout* undoRow_;  ///< where undo_ is when it belongs to no row
  QList<Row> rows_;
  std::optional<int> awaited_ = {};  ///< the row whose button had the focus until it was disabled
};

}  // namespace poolscope::ui
