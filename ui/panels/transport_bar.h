// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/types.h"
#include "ui/theme/theme.h"

#include <QWidget>

class QAction;
class QLabel;
class QLineEdit;
class QPushButton;
class QToolButton;

namespace poolscope::ui {

class OverviewStrip;

/// What the transport bar tells of the clock.
struct TransportState {
  enum class Mode { live, frozen, slow_motion, looking_back, paused, playing, empty };
  Mode mode = Mode::empty;
  session::TimeNs time = 0;  ///< since the session's begin
  int decimals = 2;          ///< of its seconds
  QString speed = {};
  bool looping = false;  ///< a stretch is played again and again
};

/// The row below the timeline: the time, whether it moves, the way back to the present, and the
/// whole session as a strip. A marker's text is typed here.
class TransportBar : public QWidget {
  Q_OBJECT
 public:
  struct Controls {
    QAction* toggle = nullptr;  ///< freezes and plays
    QAction* slower = nullptr;
    QAction* faster = nullptr;
    QAction* back = nullptr;  ///< returns to the present
  };

  explicit TransportBar(const Controls& controls, QWidget* parent = nullptr);

  void showState(const TransportState& state);
  OverviewStrip* overview() const { return overview_; }
  void setTheme(const Theme& theme);
  /// Opens the field for a marker's text; Enter ends it with markerEntered(), Escape without.
  void editMarker();

 Q_SIGNALS:
  void markerEntered(const QString& text);
  void markerClosed();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void closeMarker();

  QLabel* time_;
  QLabel* mode_;
  QToolButton* slower_;
  QToolButton* toggle_;
  QToolButton* faster_;
  QPushButton* back_;
  OverviewStrip* overview_;
  QLineEdit* marker_;
};

}  // namespace poolscope::ui
