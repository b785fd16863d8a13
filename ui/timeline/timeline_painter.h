// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"
#include "ui/timeline/sprite_cache.h"
#include "ui/timeline/timeline_scene.h"

#include <QPainter>

namespace poolscope::ui {

/// Draws a scene at the painter's origin, as it is: all decisions are the layout's. `sprites` only
/// makes it faster.
void paintTimeline(QPainter& painter, const TimelineScene& scene, const Theme& theme,
                   SpriteCache& sprites);
void paintTimeline(QPainter& painter, const TimelineScene& scene, const Theme& theme);

}  // namespace poolscope::ui
