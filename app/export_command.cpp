// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"
#include "app/exit_status.h"
#include "ui/export/picture.h"
#include "ui/export/png_file.h"

#include <QImage>
#include <QString>

#include <algorithm>
#include <cmath>

namespace poolscope::app {
namespace {

session::TimeNs atSeconds(const session::Snapshot& snapshot, double seconds) {
  return snapshot.begin() + static_cast<session::TimeNs>(std::llround(seconds * 1e9));
}

}  // namespace

int runExport(const ExportCall& call) {
  if (const auto picture = checkPicture(call.output); !picture) {
    return complain(picture.error(), kWrongCall);
  }
  if (const auto writable = storage::check_output(call.output, call.force); !writable) {
    return complain(writable.error(), kFailed);
  }
  const auto loaded = loadRecording(call.file);
  if (!loaded) {
    return complain(loaded.error(), kFailed);
  }
  const session::Snapshot& snapshot = *loaded->snapshot;
  if (snapshot.empty()) {
    return complain(nothingToShow(call.file), kFailed);
  }
  if (loaded->about.truncated) {
    complain({call.file, "a part of it, often its end, is missing or damaged",
              "the picture shows the rest"},
             kDone);
  }

  ui::PictureOptions options;
  options.size = QSize(call.size.width, call.size.height);
  options.devicePixelRatio = 1;  // the size is in pixels of the file
  options.theme = call.theme == "light" ? ui::Theme::light() : ui::Theme::dark();
  options.title = QString::fromStdString(loaded->about.info.scenario_name);
  const session::TimeNs begin =
      call.fromSeconds ? atSeconds(snapshot, *call.fromSeconds) : snapshot.begin();
  const session::TimeNs end =
      call.toSeconds ? atSeconds(snapshot, *call.toSeconds) : snapshot.end() + 1;
  options.begin = begin;
  options.end = end;
  if (begin > snapshot.end() || end <= snapshot.begin()) {
    const double length = static_cast<double>(snapshot.end() - snapshot.begin()) * 1e-9;
    return complain({call.fromSeconds ? "--from" : "--to", "outside the recording",
                     "it lasts " + std::to_string(length) + " seconds"},
                    kWrongCall);
  }
  const ui::Frame frame{loaded->snapshot, std::min(end, snapshot.end() + 1), false};
  const QImage picture = ui::renderPicture(frame, options);
  const QString problem = ui::writePng(picture, QString::fromStdString(call.output));
  if (!problem.isEmpty()) {
    return complain(pictureError(call.output, problem), kFailed);
  }
  return kDone;
}

}  // namespace poolscope::app
