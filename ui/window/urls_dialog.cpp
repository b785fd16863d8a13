// SPDX-License-Identifier: Apache-2.0
#include "ui/window/urls_dialog.h"

#include "core/workload/scenario.h"
#include "core/workload/url_scenario.h"
#include "ui/panels/look.h"
#include "ui/window/dialogs.h"
#include "ui/window/numbered_text.h"

#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFile>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <utility>

namespace poolscope::ui {
namespace {

constexpr qint64 kMostBytes = 4 << 20;  // of a file: the most URLs that a scenario takes
constexpr const char* kScenarioName = "my-pages.toml";

}  // namespace

UrlsDialog::UrlsDialog(Dialogs& dialogs, const Theme& theme, QWidget* parent)
    : QDialog(parent),
      dialogs_(dialogs),
      text_(new NumberedText(this)),
      workers_(new QSpinBox(this)),
      atATime_(new QSpinBox(this)),
      rate_(new QDoubleSpinBox(this)),
      verdict_(new QLabel(this)) {
  setObjectName(QStringLiteral("urlsDialog"));
  setWindowTitle(tr("Fetch pages of your own"));
  resize(qRound(theme.px(560)), qRound(theme.px(440)));
  text_->setObjectName(QStringLiteral("urlsText"));
  text_->setAccessibleName(tr("URLs, one a line"));
  text_->setPlaceholderText(tr("https://example.org/page\nhttps://example.org/another"));
  setLook(text_, "mono");
  text_->setTabChangesFocus(true);
  text_->setTheme(theme);
  auto* label = new QLabel(tr("&URLs, one a line; each is fetched once"), this);
  label->setBuddy(text_);
  workers_->setObjectName(QStringLiteral("urlsWorkers"));
  workers_->setRange(1, 64);
  workers_->setValue(8);
  atATime_->setObjectName(QStringLiteral("urlsAtATime"));
  atATime_->setRange(1, 64);
  atATime_->setValue(static_cast<int>(workload::kPoliteLimits.at_a_time));
  rate_->setObjectName(QStringLiteral("urlsRate"));
  rate_->setRange(0.1, 1000);
  rate_->setDecimals(1);
  rate_->setValue(workload::kPoliteLimits.rate_per_s);
  for (QAbstractSpinBox* field :
       {static_cast<QAbstractSpinBox*>(workers_), static_cast<QAbstractSpinBox*>(atATime_),
        static_cast<QAbstractSpinBox*>(rate_)}) {
    field->setButtonSymbols(QAbstractSpinBox::NoButtons);  // as the other fields of the window
  }
  verdict_->setObjectName(QStringLiteral("urlsVerdict"));
  verdict_->setWordWrap(true);
  verdict_->setTextFormat(Qt::PlainText);  // it quotes what was pasted
  verdict_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  verdict_->setMinimumHeight(2 * verdict_->fontMetrics().lineSpacing());

  auto* form = new QFormLayout;
  form->addRow(tr("&Workers"), workers_);
  form->addRow(tr("Pages at a &time, of one host"), atATime_);
  form->addRow(tr("Pages a se&cond, of one host"), rate_);
  for (int row = 0; row < form->rowCount(); ++row) {
    // At the middle of its field: a form gives a label no more height than it wants.
    form->itemAt(row, QFormLayout::LabelRole)
        ->widget()
        ->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Expanding);
  }
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
  run_ = buttons->addButton(tr("&Fetch"), QDialogButtonBox::ActionRole);
  run_->setObjectName(QStringLiteral("urlsRun"));
  auto* file = buttons->addButton(tr("&Open a text file\u2026"), QDialogButtonBox::ActionRole);
  file->setObjectName(QStringLiteral("urlsFile"));
  auto* layout = new QVBoxLayout(this);
  layout->addWidget(label);
  layout->addWidget(text_, 1);
  layout->addLayout(form);
  layout->addWidget(verdict_);
  layout->addWidget(buttons);
  connect(text_, &NumberedText::textChanged, this, &UrlsDialog::check);
  connect(run_, &QPushButton::clicked, this, [this] {
    Q_EMIT run(QString::fromStdString(scenario()), QString::fromLatin1(kScenarioName));
    accept();
  });
  connect(file, &QPushButton::clicked, this, [this] {
    dialogs_.chooseFileToOpen(tr("Open a file of URLs"), tr("Text files (*.txt);;All files (*)"),
                              [this](const QString& path) { read(path); });
  });
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  check();
}

std::string UrlsDialog::scenario() const {
  return workload::scenario_of_urls(
      urls_, {.max_workers = static_cast<std::size_t>(workers_->value()),
              .limits = {.at_a_time = static_cast<std::uint64_t>(atATime_->value()),
                         .rate_per_s = rate_->value()}});
}

void UrlsDialog::say(const QString& text, const char* look) {
  verdict_->setText(text);
  setLook(verdict_, look);
}

void UrlsDialog::check() {
  workload::UrlList list = workload::urls_in(text_->toPlainText().toStdString());
  urls_ = std::move(list.urls);
  run_->setEnabled(false);
  text_->markLine(static_cast<int>(list.stray_line));
  if (list.stray) {
    say(tr("Line %1: no http or https URL: %2. Begin it with https://, or with # to leave it out.")
            .arg(QString::number(list.stray_line), QString::fromStdString(*list.stray)),
        "bad");
    return;
  }
  if (urls_.empty()) {
    say(tr("Pages are asked for politely: few at a time of each host, and only after "
           "you press Fetch."),
        "dim");
    return;
  }
  if (const auto read = workload::parse_scenario(scenario(), kScenarioName); !read) {
    say(QString::fromStdString(Error{{}, read.error().reason, {}}.message()), "bad");
    return;
  }
  run_->setEnabled(true);
  const QString pages = urls_.size() == 1
                            ? tr("1 page")
                            : tr("%1 pages").arg(QLocale().toString(qulonglong{urls_.size()}));
  const QString hosts = list.hosts == 1
                            ? tr("1 host")
                            : tr("%1 hosts").arg(QLocale().toString(qulonglong{list.hosts}));
  say(tr("%1 from %2.").arg(pages, hosts), "dim");
}

void UrlsDialog::read(const QString& path) {
  QFile file(path);
  const bool isFile = QFileInfo(path).isFile();  // a device or a pipe may never end
  if (!isFile || !file.open(QIODevice::ReadOnly)) {
    say(tr("%1 cannot be read: %2").arg(path, isFile ? file.errorString() : tr("it is no file")),
        "bad");
    return;
  }
  if (file.size() > kMostBytes) {
    say(tr("%1 is larger than 4 MiB; take a part of it").arg(path), "bad");
    return;
  }
  text_->setPlainText(QString::fromUtf8(file.readAll()));
}

}  // namespace poolscope::ui
