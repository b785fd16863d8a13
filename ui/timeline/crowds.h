// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/timeline/column_tiles.h"
#include "ui/timeline/layout_context.h"

#include <QList>

namespace poolscope::ui {

/// Where on a lane tasks are too many and too narrow for bars of their own. Decided for whole
/// stretches of time, whatever the view begins with: else bars and columns would take turns every
/// few pixels, which is restless to look at.
class Crowds {
 public:
  /// What ended before `stable` is over.
  Crowds(const LayoutContext& context, session::LaneId lane, session::TimeNs stable);
  bool at(session::TimeNs time) const;

 private:
  const ColumnGrid grid_;
  QList<CrowdColumn> stretches_ = {};
};

}  // namespace poolscope::ui
