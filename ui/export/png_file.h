// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QImage>
#include <QString>

namespace poolscope::ui {

/// Writes `image` as a PNG. What stood at `path` stays until all of the new one is on the disk; a
/// device is written as it is. Says what went wrong; empty if nothing did. Blocks; any thread.
QString writePng(const QImage& image, const QString& path);

}  // namespace poolscope::ui
