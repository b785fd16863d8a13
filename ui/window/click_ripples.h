// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/types.h"
#include "ui/theme/theme.h"

#include <QList>
#include <QPointF>
#include <QTimer>
#include <QWidget>

#include <functional>
#include <optional>

namespace poolscope::ui {

/// A ring where the pointer was pressed: for an audience that cannot see the hand.
struct Ripple {
  qreal radius = 0;   ///< logical pixels at the base size
  qreal opacity = 0;  ///< 0..1
};

/// What is left of a click after `age`, nothing once it is over. With `reduceMotion` the ring
/// stands, and is gone.
std::optional<Ripple> rippleAt(session::TimeNs age, bool reduceMotion);

/// Lies over its parent and paints where that, or anything in it, is clicked; takes no click
/// itself. Threads: the GUI thread.
class ClickRipples : public QWidget {
  Q_OBJECT
 public:
  using WallClock = std::function<session::TimeNs()>;

  ClickRipples(WallClock wall, QWidget* parent);

  /// Watches for clicks while it is on; off, it forgets those it shows.
  void setOn(bool on);
  void setReduceMotion(bool reduce) { reduceMotion_ = reduce; }
  void setTheme(const Theme& theme);
  int count() const { return static_cast<int>(clicks_.size()); }

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  struct Click {
    QPointF at;
    session::TimeNs since;
  };
  void add(const QPointF& at);
  void goOn();

  WallClock wall_;
  Theme theme_;
  QList<Click> clicks_;
  QTimer timer_;
  bool reduceMotion_ = false;
};

}  // namespace poolscope::ui
