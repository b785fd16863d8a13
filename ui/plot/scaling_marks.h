// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/plot/axis.h"
#include "ui/theme/theme.h"

#include <QList>
#include <QPainter>
#include <QPointF>
#include <QRectF>

namespace poolscope::ui {

// What the charts over the number of workers are painted with, so that a mark means the same in
// all.

inline constexpr qreal kAtLeastLength = 14;  ///< of its arrow, logical pixels at the base size

/// The ground of a chart, its lines, and what they stand for, to the left of it.
void paintGround(QPainter& painter, const QRectF& plot, const QList<ValueTick>& ticks,
                 const Theme& theme);
/// Solid: it was measured.
void paintMeasured(QPainter& painter, const QPointF& at, const Theme& theme);
/// Hollow: what is predicted was not there.
void paintPredicted(QPainter& painter, const QPointF& at, const Theme& theme);
/// An arrow upwards from `at`: it is so much at least.
void paintAtLeast(QPainter& painter, const QPointF& at, const QColor& color, const Theme& theme);

}  // namespace poolscope::ui
