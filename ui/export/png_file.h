// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <QImage>

#include <filesystem>

namespace poolscope::ui {

/// Writes `image` as a PNG. What stood at `path` stays until all of the new one is written; without
/// `overwrite` it is an error that something stands there. A device is written as it is. Blocks;
/// any thread.
Result<void> writePng(const QImage& image, const std::filesystem::path& path, bool overwrite);

}  // namespace poolscope::ui
