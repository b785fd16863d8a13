// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"
#include "ui/timeline/coloring.h"
#include "ui/timeline/frame.h"
#include "ui/timeline/lane_arrangement.h"
#include "ui/timeline/time_axis.h"

#include <QImage>
#include <QPainter>
#include <QSize>
#include <QString>

#include <memory>
#include <optional>

namespace poolscope::ui {

class LayoutCache;
class SpriteCache;

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
  QString subtitle = {};      ///< a line below the timeline, large enough for an audience
  bool subtitleBand = false;  ///< its room is kept without one, too: pictures that follow each
                              ///< other do not jump
  /// The timeline as the window shows it live: so long, with the present near its right end, and
  /// tokens that fly; `begin` and `end` hold for the figures and the chart.
  std::optional<session::TimeNs> followedSpan = {};
  double speed = 1;  ///< of what is followed, as in ViewState
};

/// Paints stills that can be shown to others: headline figures, timeline, throughput. Keeps what a
/// next picture of the same session can use: pure speed, the pixels are the same with a fresh one.
/// The size is raised to what the figures need. Needs a QGuiApplication (the offscreen platform
/// will do); reads the statistics of the whole stretch. Threads: one at a time.
class PicturePainter {
 public:
  PicturePainter();
  ~PicturePainter();

  QImage render(const Frame& frame, const PictureOptions& options);
  /// On whatever the painter paints on, pictureSize() large.
  void paint(QPainter& painter, const Frame& frame, const PictureOptions& options);

 private:
  /// Whether there were folded rows.
  bool paintTimelinePart(QPainter& painter, const Frame& frame, const PictureOptions& options,
                         TimeRange range, const QRectF& room);

  std::unique_ptr<LayoutCache> layoutCache_;
  std::unique_ptr<SpriteCache> sprites_;
};

QSize pictureSize(const PictureOptions& options);
/// One picture by a fresh painter.
QImage renderPicture(const Frame& frame, const PictureOptions& options);

}  // namespace poolscope::ui
