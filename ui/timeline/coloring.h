// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/types.h"

#include <cstdint>
#include <optional>

namespace poolscope::ui {

/// What the colour of a task's bar tells.
enum class ColorBy : std::uint8_t { kind, outcome, worker, queue_wait, duration, phase };

/// The times that the first and the last colour of the ramp stand for; between them the steps are
/// even in their logarithm.
struct ColorScale {
  session::TimeNs least = 100'000;         ///< 100 us
  session::TimeNs most = 100'000'000'000;  ///< 100 s
  friend bool operator==(const ColorScale&, const ColorScale&) = default;
};

/// How tasks are coloured: a part of what the view shows.
struct Coloring {
  ColorBy by = ColorBy::kind;
  ColorScale scale = {};

  /// Failed tasks have the colour of failure, whatever else it tells.
  bool showsFailure() const { return by == ColorBy::kind || by == ColorBy::outcome; }
  bool isScaled() const { return by == ColorBy::queue_wait || by == ColorBy::duration; }
  friend bool operator==(const Coloring&, const Coloring&) = default;
};

/// What a colour may depend on.
struct ColorFacts {
  int kind = 0;  ///< as TaskKinds says
  bool failed = false;
  bool open = false;  ///< it still runs
  std::uint32_t worker = 0;
  std::optional<session::TimeNs> waited = {};  ///< in the queue; nothing: not known
  session::TimeNs ran = 0;
};

/// Index into Theme::swatches.
int swatchOf(const Coloring& coloring, const ColorFacts& facts);
/// The ramp's step of a time.
int rampSwatch(const ColorScale& scale, session::TimeNs time);
/// The scale from a round time not above `least` to one not below `most`, at least a factor of 10.
ColorScale scaleFor(session::TimeNs least, session::TimeNs most);

}  // namespace poolscope::ui
