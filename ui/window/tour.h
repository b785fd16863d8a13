// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QList>
#include <QString>

#include <optional>

namespace poolscope::ui {

/// One thing to see on the guided tour.
struct TourStep {
  QString scenario = {};           ///< of the gallery; it runs while the step is shown
  QString text = {};               ///< a sentence
  std::optional<int> tryOut = {};  ///< of the scenario's tries: the button beside the sentence
};

/// Five scenarios in about five minutes, from what a pool is to how one stands still. The scenario
/// starts anew where the step before had another one.
QList<TourStep> tourSteps();

}  // namespace poolscope::ui
