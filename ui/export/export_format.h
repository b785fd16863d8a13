// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QList>
#include <QString>

#include <optional>

namespace poolscope::ui {

/// What a session can be made into.
enum class ExportFormat { png, svg, mp4, webm, gif, html, csv, json, chrome_json };

/// A row of the one table of formats; the order is that in which they are offered.
struct ExportFormatInfo {
  ExportFormat format = ExportFormat::png;
  QString suffix = {};  ///< without its dot
  QString name = {};    ///< for the file chooser: "PNG picture"
};
QList<ExportFormatInfo> exportFormats();

/// By the ending of a file's name, whatever its case.
std::optional<ExportFormat> exportFormatOf(const QString& path);
/// ".png, .csv, ... or .json"
QString exportSuffixes();

}  // namespace poolscope::ui
