// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "ui/playback/playback_clock.h"
#include "ui/theme/theme.h"

#include <QString>
#include <QStringList>
#include <QTimer>
#include <QWidget>

#include <array>
#include <memory>

class QLabel;
class QPushButton;
class QScrollArea;
class QSlider;
class QToolButton;
class QHBoxLayout;
class QVBoxLayout;

namespace poolscope::ui {

enum class Command;
class Actions;
class ElidingLabel;
class TimelineView;

/// Of two that are compared.
struct ComparedSession {
  QString name = {};
  std::shared_ptr<const session::Snapshot> snapshot = {};
};

/// When the first task was queued (or started, where that is not known); the begin without tasks.
session::TimeNs firstTaskTime(const session::Snapshot& snapshot);

/// Two sessions, A above B, on one time axis that begins at the first task of each: what moves one
/// moves the other. Beside them how they differ, in words. Threads: the GUI thread.
class ComparePage : public QWidget {
  Q_OBJECT
 public:
  ComparePage(const Actions& actions, PlaybackClock::WallClock wall, QWidget* parent = nullptr);

  void showSessions(const ComparedSession& a, const ComparedSession& b, const QStringList& words);
  /// Lets go of both.
  void clear();
  /// Does what concerns the picture; false if it is none of this page's business.
  bool run(Command command);
  /// Takes the next moment of a replay.
  void showNextFrame();
  const PlaybackClock& clock() const { return clock_; }
  TimelineView* view(std::size_t index) const { return sides_[index].view; }
  void setTheme(const Theme& theme);
  void setReduceMotion(bool reduce);

 Q_SIGNALS:
  void closed();

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  struct Side {
    TimelineView* view = nullptr;
    ElidingLabel* name = nullptr;
    QHBoxLayout* row = nullptr;  ///< of the view
    std::shared_ptr<const session::Snapshot> snapshot = {};
    session::TimeNs zero = 0;  ///< of the shared axis, on this session's clock
  };

  void buildSide(Side& side, const char* object, QVBoxLayout* column);
  /// Where one of them has a scroll bar, the other one keeps its room, else their axes differ.
  void alignAxes();
  QWidget* buildWords();
  QLayout* buildTransport(const Actions& actions);
  /// The other one follows.
  void follow(const Side& moved);
  void showBoth(session::TimeNs begin, session::TimeNs end);  ///< on the shared axis
  void fit();
  void step(bool forward);
  void keepNowInSight();
  void refresh();

  std::array<Side, 2> sides_ = {};
  PlaybackClock clock_;  ///< on the shared axis
  QTimer timer_;
  bool isMoving_ = false;  ///< this page moves the views, not the user
  QToolButton* toggle_ = nullptr;
  QLabel* time_ = nullptr;
  QLabel* speed_ = nullptr;
  QSlider* position_ = nullptr;
  QLabel* words_ = nullptr;
  QScrollArea* wordsScroll_ = nullptr;
  Theme theme_;
};

}  // namespace poolscope::ui
