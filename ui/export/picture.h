// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"
#include "ui/timeline/coloring.h"
#include "ui/timeline/frame.h"
#include "ui/timeline/lane_arrangement.h"

#include <QImage>
#include <QSize>
#include <QString>

#include <optional>

namespace poolscope::ui {

struct PictureOptions {
  QSize size = {1280, 800};  ///< logical pixels
  qreal devicePixelRatio = 2;
  Theme theme = Theme::dark();
  std::optional<session::TimeNs> begin = {};  ///< default: the session's
  std::optional<session::TimeNs> end = {};    ///< default: frame.now
  Coloring coloring = {};                     ///< a legend tells its colours
  LaneArrangement lanes = {};
  QString title = {};
  QString caption = {};
};

/// A still that can be shown to others: headline figures, timeline, throughput. The size is raised
/// to what the figures need. Needs a QGuiApplication (the offscreen platform will do); reads the
/// statistics of the whole stretch, so its cost grows with the tasks in it.
QImage renderPicture(const Frame& frame, const PictureOptions& options);

}  // namespace poolscope::ui
