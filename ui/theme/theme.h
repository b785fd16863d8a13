// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>
#include <QString>

#include <array>
#include <cstddef>

namespace poolscope::ui {

/// How a text of the window is set. Names, not sizes, so that presentation mode scales them all.
struct Fonts {
  QFont body = {};        ///< 13: ordinary widgets
  QFont strong = {};      ///< 13, semibold: buttons, headings of cards
  QFont small = {};       ///< 12: second lines
  QFont tiny = {};        ///< 11: axes, lane states
  QFont tinyStrong = {};  ///< 11, semibold: flags
  QFont bar = {};         ///< 11.5, medium: names on task bars
  QFont title = {};       ///< 16, bold
  QFont number = {};      ///< 26, bold: max_workers
  QFont figure = {};      ///< 44, bold: the one big figure
  QFont mono = {};        ///< 13: code, names of workers
  QFont monoStrong = {};  ///< 13, semibold
  QFont monoSmall = {};   ///< 11
};

/// What bars, columns and tokens are coloured with: places in Theme::swatches.
namespace swatch {
inline constexpr int kKinds = 0;  ///< Theme::kKinds, by kind of task, or by worker
inline constexpr int kFailed = 6;
inline constexpr int kFinished = 7;
inline constexpr int kRunning = 8;
inline constexpr int kNeutral = 9;  ///< what the colours do not speak of
inline constexpr int kPhases = 10;  ///< 8, by the number of their PhaseKind
inline constexpr int kRamp = 18;    ///< kRampSteps, from little to much
inline constexpr int kRampSteps = 12;
inline constexpr int kCount = kRamp + kRampSteps;
}  // namespace swatch

/// Of one swatch: where a task computes, and where it waits.
struct Swatch {
  QColor bright = {};
  QColor shade = {};
};

/// Colours, fonts and sizes of one look. A value: two themes made alike paint alike.
/// Colours follow Okabe and Ito, so that kinds of tasks stay apart with any colour vision; red is
/// kept for failures. Text colours reach a contrast of 4.5:1 on every ground they are used on
/// (tested).
struct Theme {
  static constexpr qreal kBasePointSize =
      10;  ///< of the ordinary window; presentation mode takes about 15
  static constexpr std::size_t kKinds = 6;

  static Theme dark(qreal pointSize = kBasePointSize);
  static Theme light(qreal pointSize = kBasePointSize);
  static Theme make(bool isDark, qreal pointSize = kBasePointSize) {
    return isDark ? dark(pointSize) : light(pointSize);
  }

  bool isDark = true;
  qreal pointSize = kBasePointSize;

  QColor background = {};  ///< the window
  QColor surface = {};     ///< cards, header, lane heads
  QColor raised = {};      ///< buttons, flags, fields
  QColor lane = {};        ///< ground of lanes and plots
  QColor line = {};        ///< separators, borders, grid; not for text
  QColor text = {};
  QColor dim = {};           ///< second lines, axes; still 4.5:1
  QColor faint = {};         ///< ghosts and disabled things: not for text that matters
  QColor accent = {};        ///< blue: focus, selection, links, max_workers
  QColor onAccent = {};      ///< text on accent
  QColor ok = {};            ///< green: delivered, better
  QColor warn = {};          ///< amber: blocked, predicted
  QColor bad = {};           ///< red: failed, live line
  QColor textOnBright = {};  ///< on kinds[] and badBar
  QColor textOnShade = {};   ///< on kindShades[], badShade and lane

  std::array<QColor, kKinds> kinds = {};       ///< a task bar where it computes, by kind of task
  std::array<QColor, kKinds> kindShades = {};  ///< the same where it waits
  QColor badBar = {};                          ///< a failed task, where it computed
  QColor badShade = {};                        ///< a failed task, where it waited
  std::array<Swatch, swatch::kCount> swatches = {};  ///< textOnBright and textOnShade on them
  QColor hatch = {};                                 ///< patterns over shades, translucent
  QColor queueArea = {};
  QColor queueLine = {};
  QColor blockedBand = {};  ///< amber ground of a blocked caller; `text` is readable on it

  /// How much of its colour a selected or measured stretch lays over all that is in it.
  static constexpr qreal kTint = 0.1;

  Fonts fonts = {};

  /// Logical pixels of `v`, which is meant for the base size.
  qreal px(qreal v) const { return v * pointSize / kBasePointSize; }

  const QColor& kind(int index) const { return kinds[static_cast<std::size_t>(index) % kKinds]; }
  const QColor& kindShade(int index) const {
    return kindShades[static_cast<std::size_t>(index) % kKinds];
  }

  const Swatch& swatchAt(int index) const {
    return swatches[static_cast<std::size_t>(index) % swatches.size()];
  }

  /// For QApplication: ordinary widgets in this look.
  QPalette palette() const;
  /// For QApplication, with palette(). Widgets ask for more by a dynamic property "look": "primary"
  /// (the one button that matters), "quiet" (a button without ground), "card" (a QFrame with border
  /// and round corners), "dim", "title", "strong", "figure", "mono", "ok", "warn", "bad" (labels).
  QString styleSheet() const;

  friend bool operator==(const Theme& a, const Theme& b) {
    return a.isDark == b.isDark && a.pointSize == b.pointSize;
  }
};

/// Contrast of two opaque colours as WCAG 2.1 defines it, 1 to 21.
qreal contrastRatio(const QColor& a, const QColor& b);
/// `share` of `a` over the rest of `b`, opaque.
QColor mixed(const QColor& a, const QColor& b, qreal share);
/// `color` with this opacity, 0..1.
QColor translucent(const QColor& color, qreal opacity);

}  // namespace poolscope::ui
