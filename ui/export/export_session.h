// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/storage/recording.h"
#include "ui/export/picture.h"
#include "ui/export/video.h"
#include "ui/timeline/frame.h"

#include <QString>

#include <functional>
#include <stop_token>

namespace poolscope::ui {

/// What is made of a session, and where it goes.
struct ExportRequest {
  Frame frame = {};
  PictureOptions picture = {};  ///< its begin and end hold for every format
  VideoOptions video = {};
  storage::RecordingInfo info = {};
  QString path = {};  ///< its ending says the format
  bool overwrite = false;
};

/// Makes the file. The same for the command line and the window. Blocks for as long as it takes:
/// call it on a job thread; needs a QGuiApplication. `progress` gets 0..1 now and then on that
/// thread; `stop` ends early with an error, and nothing is left of the file. Errors name the file.
Result<void> exportSession(const ExportRequest& request, const std::stop_token& stop = {},
                           const std::function<void(double)>& progress = {});

/// That `path` names no format, and which there are.
Error unknownFormat(const QString& path);

}  // namespace poolscope::ui
