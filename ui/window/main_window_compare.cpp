// SPDX-License-Identifier: Apache-2.0
// How MainWindow shows its session beside a recording.
#include "core/base/memory.h"
#include "core/experiment/comparison.h"
#include "core/session/session.h"
#include "ui/timeline/timeline_view.h"
#include "ui/window/compare_page.h"
#include "ui/window/header_bar.h"
#include "ui/window/main_window.h"

#include <QFileInfo>
#include <QSplitter>
#include <QVBoxLayout>

namespace poolscope::ui {

namespace {

const QString kReading = QStringLiteral("compare");

/// What is found out on the job's thread.
struct Compared {
  std::shared_ptr<const session::Snapshot> other = {};
  QStringList words = {};
};

Result<Compared> compareWith(const QString& path, const session::Snapshot& shown,
                             const storage::RecordingInfo& about, std::size_t memory,
                             const std::stop_token& stop) {
  session::Session session;
  session.set_memory_limit(memory);
  const auto opened = storage::open_recording(path.toStdString(), session, stop);
  if (!opened) {
    return tl::unexpected(opened.error());
  }
  Compared compared{session.snapshot(), {}};
  if (compared.other->empty()) {
    return failure(path.toStdString(), "nothing has happened in it", "choose another recording");
  }
  const auto comparison =
      experiment::compare(shown, *compared.other, storage::same_tasks(about, opened->info));
  for (const std::string& line : experiment::comparison_words(comparison)) {
    compared.words.append(QString::fromStdString(line));
  }
  if (!opened->missing.empty()) {
    compared.words.append(
        MainWindow::tr("Of B not all is here: %1.").arg(QString::fromStdString(opened->missing)));
  }
  return compared;
}

}  // namespace

void MainWindow::compareWithRecording(const QString& path) {
  const QString name = QFileInfo(path).fileName();
  messages_->post(kReading, Severity::info, tr("Reading %1 to compare it").arg(name));
  const ComparedSession shown{sessionTitle(), engine_.snapshot()};
  compareJob_.start([this, path, name, shown, about = engine_.recordingInfo(),
                     memory = memory_limit(settings_.memoryShare())](const std::stop_token& stop) {
    const auto compared = compareWith(path, *shown.snapshot, about, memory, stop);
    return [this, name, shown, compared] {
      messages_->retract(kReading);
      if (!compared) {
        postMessage(Severity::error, QString::fromStdString(compared.error().message()));
        return;
      }
      openComparison(shown, {name, compared->other}, compared->words);
    };
  });
}

void MainWindow::openComparison(const ComparedSession& a, const ComparedSession& b,
                                const QStringList& words) {
  if (compare_ == nullptr) {
    compare_ = new ComparePage(
        *actions_, [this] { return wallNow(); }, centralWidget());
    qobject_cast<QVBoxLayout*>(centralWidget()->layout())->addWidget(compare_, 1);
    connect(compare_, &ComparePage::closed, this, &MainWindow::closeComparison);
  }
  compare_->setTheme(theme_);
  compare_->setReduceMotion(motion_.isReduced());
  header_->hide();
  columns_->hide();
  compare_->show();
  compare_->showSessions(a, b, words);
  showCoach();
}

void MainWindow::closeComparison() {
  compareJob_.giveUp();
  messages_->retract(kReading);
  if (!isComparing()) {
    return;
  }
  compare_->hide();
  compare_->clear();
  header_->show();
  columns_->show();
  view_->setFocus(Qt::OtherFocusReason);
  showCoach();
}

bool MainWindow::isComparing() const {
  return compare_ != nullptr && compare_->isVisibleTo(this);
}

}  // namespace poolscope::ui
