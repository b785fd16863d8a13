// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"

#include <QIcon>
#include <QPainterPath>

namespace poolscope::ui {

enum class IconId {
  restart,
  pause,
  play,
  stop,
  record,
  open,
  save,
  marker,
  fit,
  zoom_in,
  zoom_out,
  live,
  go_to_start,
  step_back,
  step_forward,
  slower,
  faster,
  find,
  export_picture,
  presentation,
  help,
  settings,
  warning,
  error,
  check,
  close,
  plus,
  minus,
  copy,
  compare,
  sweep,
  worker,
  queue,
  chevron_down,
  chevron_up,
};

/// An icon drawn from paths in the theme's colours, sharp at any size and device pixel ratio.
/// Recording and errors are red, warnings amber, the rest has the colour of text; disabled ones are
/// faint.
QIcon themeIcon(IconId id, const Theme& theme);
/// The same with another colour, say on a primary button.
QIcon themeIcon(IconId id, const QColor& color, const QColor& disabled);

/// The shape on a grid of 24 by 24: what is filled and what is stroked with a pen 2 wide. For
/// pictures and for painters that already have a colour.
struct IconShape {
  QPainterPath filled = {};
  QPainterPath stroked = {};
};
IconShape iconShape(IconId id);

/// The program's own icon: lanes with tasks on a rounded ground. For the window and the About box.
QIcon applicationIcon();

}  // namespace poolscope::ui
