// SPDX-License-Identifier: Apache-2.0
#include "ui/window/export_dialog.h"

#include "ui/export/export_format.h"
#include "ui/timeline/time_text.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileInfo>
#include <QFormLayout>
#include <QPushButton>

namespace poolscope::ui {

ExportDialog::ExportDialog(const QString& path, const Parts& parts, QWidget* parent)
    : QDialog(parent),
      parts_(parts),
      part_(new QComboBox(this)),
      size_(new QComboBox(this)),
      fps_(new QComboBox(this)),
      speed_(new QComboBox(this)) {
  setObjectName(QStringLiteral("exportDialog"));
  setWindowTitle(tr("Export to %1").arg(QFileInfo(path).fileName()));
  part_->setObjectName(QStringLiteral("exportPart"));
  const auto offer = [this](Part part, const QString& name, const TimeRange& range) {
    part_->addItem(tr("%1, %2").arg(name, durationText(range.length())), static_cast<int>(part));
  };
  if (parts.selected) {
    offer(Part::selected, tr("The selected range"), *parts.selected);
  }
  offer(Part::whole, tr("The whole session"), parts.whole);
  offer(Part::in_sight, tr("What is in sight"), parts.inSight);
  auto* form = new QFormLayout(this);
  form->addRow(tr("&Part of the session"), part_);
  size_->setObjectName(QStringLiteral("exportSize"));
  for (const QSize& size : {QSize(1920, 1080), QSize(1280, 720), QSize(2560, 1440)}) {
    size_->addItem(tr("%1 × %2").arg(size.width()).arg(size.height()), size);
  }
  const auto format = exportFormatOf(path);
  const bool isGif = format == ExportFormat::gif;
  fps_->setObjectName(QStringLiteral("exportFps"));
  for (const int fps : {60, 30, 25, 10}) {
    if (!isGif || fps <= 25) {
      fps_->addItem(QString::number(fps), fps);
    }
  }
  speed_->setObjectName(QStringLiteral("exportSpeed"));
  for (const double speed : {1.0, 0.5, 0.1, 0.01, 0.001, 10.0}) {
    speed_->addItem(speed < 1 ? tr("1/%1").arg(qRound(1 / speed)) : QString::number(speed), speed);
  }
  if (format == ExportFormat::mp4 || format == ExportFormat::webm || isGif) {
    form->addRow(tr("&Size"), size_);
    form->addRow(tr("&Frames a second"), fps_);
    form->addRow(tr("Sp&eed"), speed_);
  } else {
    for (QComboBox* choice : {size_, fps_, speed_}) {
      choice->hide();
    }
  }
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
  buttons->addButton(tr("Export"), QDialogButtonBox::AcceptRole)
      ->setObjectName(QStringLiteral("exportStart"));
  form->addRow(buttons);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

QSize ExportDialog::size() const {
  return size_->currentData().toSize();
}

VideoOptions ExportDialog::video() const {
  return {fps_->currentData().toInt(), speed_->currentData().toDouble()};
}

TimeRange ExportDialog::range() const {
  switch (static_cast<Part>(part_->currentData().toInt())) {
    case Part::whole:
      return parts_.whole;
    case Part::in_sight:
      return parts_.inSight;
    case Part::selected:
      break;
  }
  return *parts_.selected;
}

}  // namespace poolscope::ui
