// SPDX-License-Identifier: Apache-2.0
#include "ui/export/export_format.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QStringList>

namespace poolscope::ui {

namespace {

QString tr(const char* text) {
  return QCoreApplication::translate("ExportFormat", text);
}

}  // namespace

QList<ExportFormatInfo> exportFormats() {
  return {{ExportFormat::png, QStringLiteral("png"), tr("PNG picture")},
          {ExportFormat::svg, QStringLiteral("svg"), tr("SVG picture")},
          {ExportFormat::mp4, QStringLiteral("mp4"), tr("MP4 video")},
          {ExportFormat::webm, QStringLiteral("webm"), tr("WebM video")},
          {ExportFormat::gif, QStringLiteral("gif"), tr("GIF animation")},
          {ExportFormat::html, QStringLiteral("html"), tr("Page that plays it, HTML")},
          {ExportFormat::csv, QStringLiteral("csv"), tr("Table of tasks, CSV")},
          // Before .json, whose ending it has, too.
          {ExportFormat::chrome_json, QStringLiteral("trace.json"), tr("Chrome trace")},
          {ExportFormat::json, QStringLiteral("json"), tr("Tasks, JSON")}};
}

std::optional<ExportFormat> exportFormatOf(const QString& path) {
  const QString name = QFileInfo(path).fileName();
  for (const ExportFormatInfo& info : exportFormats()) {
    if (name.endsWith(QLatin1Char('.') + info.suffix, Qt::CaseInsensitive)) {
      return info.format;
    }
  }
  return {};
}

QString exportSuffixes() {
  QStringList suffixes;
  for (const ExportFormatInfo& info : exportFormats()) {
    suffixes.append(QLatin1Char('.') + info.suffix);
  }
  const QString last = suffixes.takeLast();
  return QStringLiteral("%1 or %2").arg(suffixes.join(QStringLiteral(", ")), last);
}

}  // namespace poolscope::ui
