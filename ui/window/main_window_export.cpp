// SPDX-License-Identifier: Apache-2.0
// How MainWindow makes files of a session that are not recordings.
#include "ui/export/export_format.h"
#include "ui/timeline/timeline_view.h"
#include "ui/window/export_dialog.h"
#include "ui/window/main_window.h"

#include <QFileInfo>
#include <QProgressBar>
#include <QProgressDialog>
#include <QStringList>

#include <algorithm>

namespace poolscope::ui {

namespace {

QString exportFilter() {
  QStringList filters;
  QStringList all;
  for (const ExportFormatInfo& info : exportFormats()) {
    filters.append(QStringLiteral("%1 (*.%2)").arg(info.name, info.suffix));
    all.append(QStringLiteral("*.") + info.suffix);
  }
  filters.prepend(MainWindow::tr("All that can be written (%1)").arg(all.join(QLatin1Char(' '))));
  return filters.join(QStringLiteral(";;"));
}

}  // namespace

void MainWindow::connectExport() {
  connect(&exportJob_, &ExportJob::written, this, [this](const QString& path) {
    postMessage(Severity::info, tr("Exported to %1").arg(path));
  });
  connect(&exportJob_, &ExportJob::failed, this,
          [this](const QString& message) { postMessage(Severity::error, message); });
  connect(&exportJob_, &ExportJob::cancelled, this, [this] {
    postMessage(Severity::info, tr("The export was cancelled; no file was written."));
  });
}

/// The ending of the name that is chosen says the format. A picture is of what is in sight; for all
/// else it is asked what of the session is wanted.
void MainWindow::exportSession() {
  ExportRequest request;
  const TimeRange inSight = view_->viewState().range();
  request.frame = frame_;
  request.overwrite = true;  // the file chooser has asked
  request.info = engine_.recordingInfo();
  PictureOptions& picture = request.picture;
  picture.theme = theme_;
  picture.coloring = view_->viewState().coloring;
  picture.lanes = view_->viewState().lanes;
  picture.lanes.current.reset();
  picture.begin = std::max(inSight.begin, clock_.begin());
  picture.end = std::max(*picture.begin + 1, std::min(inSight.end, frame_.now));
  picture.title = state_.scenario.title.isEmpty() ? sessionTitle() : state_.scenario.title;
  const ExportDialog::Parts parts{
      {frame_.snapshot->begin(), frame_.now + 1}, {*picture.begin, *picture.end}, selectedRange_};
  dialogs_.chooseFileToSave(
      tr("Export"), exportFilter(), QStringLiteral("png"), suggestedName(QStringLiteral("png")),
      [this, request, parts](const QString& path) mutable {
        request.path = path;
        const auto format = exportFormatOf(path);
        if (format == ExportFormat::png || format == ExportFormat::svg) {
          startExport(request);
          return;
        }
        auto* dialog = new ExportDialog(path, parts, this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        connect(dialog, &QDialog::accepted, this, [this, request, dialog]() mutable {
          request.picture.begin = dialog->range().begin;
          request.picture.end = dialog->range().end;
          request.picture.size = dialog->size();
          request.video = dialog->video();
          startExport(request);
        });
        dialog->open();
      });
}

void MainWindow::startExport(const ExportRequest& request) {
  if (!exportJob_.start(request)) {
    postMessage(Severity::warning,
                tr("Another export is still being written; try again in a moment."));
    return;
  }
  constexpr int kSteps = 1000;
  const auto words = [name = QFileInfo(request.path).fileName()](int percent) {
    return tr("Exporting to %1: %2 %").arg(name, QString::number(percent));
  };
  auto* progress = new QProgressDialog(words(0), tr("Cancel"), 0, kSteps, this);
  auto* bar = new QProgressBar(progress);
  bar->setTextVisible(false);  // it is lower than a line of text
  progress->setBar(bar);
  progress->setObjectName(QStringLiteral("exportProgress"));
  progress->setWindowTitle(tr("Export"));
  progress->setAttribute(Qt::WA_DeleteOnClose);
  progress->setMinimumDuration(500);
  progress->setAutoClose(false);
  progress->setAutoReset(false);
  progress->setValue(0);
  connect(&exportJob_, &ExportJob::progressed, progress, [progress, words](double part) {
    progress->setValue(qRound(part * kSteps));
    progress->setLabelText(words(static_cast<int>(part * 100)));
  });
  connect(progress, &QProgressDialog::canceled, &exportJob_, &ExportJob::cancel);
  const auto end = [this, progress] {
    // That it closes is no wish to cancel.
    disconnect(progress, &QProgressDialog::canceled, &exportJob_, &ExportJob::cancel);
    progress->close();
  };
  connect(&exportJob_, &ExportJob::written, progress, end);
  connect(&exportJob_, &ExportJob::failed, progress, end);
  connect(&exportJob_, &ExportJob::cancelled, progress, end);
}

}  // namespace poolscope::ui
