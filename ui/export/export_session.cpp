// SPDX-License-Identifier: Apache-2.0
#include "ui/export/export_session.h"

#include "core/storage/export.h"
#include "ui/export/export_format.h"
#include "ui/export/png_file.h"
#include "ui/export/svg_file.h"

#include <filesystem>

namespace poolscope::ui {

namespace {

Result<void> exportPng(const ExportRequest& request) {
  const std::string path = request.path.toStdString();
  if (auto usable = storage::check_output(path, request.overwrite); !usable) {
    return usable;
  }
  return writePng(renderPicture(request.frame, request.picture), path, request.overwrite);
}

Result<void> exportVideo(const ExportRequest& request, VideoFormat format,
                         const std::stop_token& stop, const std::function<void(double)>& progress) {
  const VideoFrames frames(request.frame.snapshot, request.picture, request.video, format);
  return writeVideo(frames, format, request.path.toStdString(), request.overwrite, stop, progress);
}

storage::ExportOptions tableOptions(const ExportRequest& request, const std::stop_token& stop,
                                    const std::function<void(double)>& progress) {
  storage::ExportOptions options;
  options.begin = request.picture.begin.value_or(options.begin);
  options.end = request.picture.end.value_or(options.end);
  options.info = request.info;
  options.overwrite = request.overwrite;
  options.stop = stop;
  options.progress = progress;
  return options;
}

}  // namespace

Result<void> exportSession(const ExportRequest& request, const std::stop_token& stop,
                           const std::function<void(double)>& progress) {
  const auto format = exportFormatOf(request.path);
  if (!format) {
    return tl::unexpected(unknownFormat(request.path));
  }
  const std::filesystem::path path = request.path.toStdString();
  const session::Snapshot& snapshot = *request.frame.snapshot;
  switch (*format) {
    case ExportFormat::png:
      return exportPng(request);
    case ExportFormat::svg:
      return writeSvg(request.frame, request.picture, path, request.overwrite);
    case ExportFormat::mp4:
      return exportVideo(request, VideoFormat::mp4, stop, progress);
    case ExportFormat::webm:
      return exportVideo(request, VideoFormat::webm, stop, progress);
    case ExportFormat::gif:
      return exportVideo(request, VideoFormat::gif, stop, progress);
    case ExportFormat::html:
      return storage::export_html(snapshot, path, tableOptions(request, stop, progress));
    case ExportFormat::csv:
      return storage::export_csv(snapshot, path, tableOptions(request, stop, progress));
    case ExportFormat::json:
      return storage::export_json(snapshot, path, tableOptions(request, stop, progress));
    case ExportFormat::chrome_json:
      return storage::export_chrome_json(snapshot, path, tableOptions(request, stop, progress));
  }
  return {};
}

Error unknownFormat(const QString& path) {
  return {path.toStdString(), "not a kind of file that can be written",
          "give the output a name that ends in " + exportSuffixes().toStdString()};
}

}  // namespace poolscope::ui
