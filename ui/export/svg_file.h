// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "ui/export/picture.h"

#include <filesystem>

namespace poolscope::ui {

/// Writes the picture of renderPicture() as shapes and text. The device's pixel ratio says nothing
/// here. As storage::export_csv() with its file.
Result<void> writeSvg(const Frame& frame, const PictureOptions& options,
                      const std::filesystem::path& path, bool overwrite);

}  // namespace poolscope::ui
