// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QList>
#include <QString>

#include <functional>

namespace poolscope::ui {

/// The logarithmic scale under max_workers: 1 to 64, or further where so many are in use; each
/// doubling is as long as the others.
struct WorkersScale {
  static constexpr int kUsual = 64;
  /// Where a scale ends that has `workers` on it: at 64, 128, 256, ...
  static int endFor(int workers);

  qreal left = 0;
  qreal width = 1;
  int most = kUsual;

  qreal toX(int workers) const;  ///< beyond `most`: the right end
  int toWorkers(qreal x) const;  ///< clamped to 1..most
};

/// A number worth knowing on that scale.
struct SliderMark {
  int workers = 1;
  QString text = {};
  qreal textLeft = 0;
  qreal textWidth = 0;
};

/// What the scale marks.
struct SliderNumbers {
  int cores = 1;
  int recommended = 0;  ///< by a sweep; 0: none
};

/// Marks for 1, the cores, the rule of thumb, what is recommended and the end. Where numbers
/// coincide they share a mark; what is off the scale has none. Labels stand under their marks as
/// far as they do not touch, within [left, right); where all do not find room the cores' is left
/// out, then the rule of thumb's, then the recommended one's (the marks stay, with empty text).
QList<SliderMark> layOutSliderMarks(const SliderNumbers& numbers, const WorkersScale& scale,
                                    qreal left, qreal right,
                                    const std::function<qreal(const QString&)>& textWidth);

}  // namespace poolscope::ui
