// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJsonObject>
#include <QList>
#include <QString>

#include <optional>

namespace poolscope::bench {

/// One line of the report: a figure and what it should be.
struct ReportRow {
  enum class Verdict { none, met, not_met, not_measured };
  QString what = {};
  QString figure = {};
  QString budget = {};
  Verdict verdict = Verdict::none;  ///< none: no budget, for information
};

/// The number at a path of keys ("ingest/lost_events"), or nothing.
std::optional<double> figureAt(const QJsonObject& figures, const QString& path);

/// The figures of a run against their budgets, in the order of the design's table.
QList<ReportRow> reportRows(const QJsonObject& figures);

/// For a terminal.
QString reportText(const QJsonObject& document);
/// For docs/performance.md: the machine, the budgets, the contenders by worker count.
QString reportMarkdown(const QJsonObject& document);

/// `page` with what stands between the two marker comments replaced; nothing if it has no markers.
std::optional<QString> withFigures(const QString& page, const QString& figures);

}  // namespace poolscope::bench
