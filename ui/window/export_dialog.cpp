// SPDX-License-Identifier: Apache-2.0
#include "ui/window/export_dialog.h"

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
      part_(new QComboBox(this)) {
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
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
  buttons->addButton(tr("Export"), QDialogButtonBox::AcceptRole)
      ->setObjectName(QStringLiteral("exportStart"));
  form->addRow(buttons);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
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
