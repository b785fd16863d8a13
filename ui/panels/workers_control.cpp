// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/workers_control.h"

#include "ui/panels/workers_slider.h"
#include "ui/theme/icons.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace poolscope::ui {

WorkersControl::WorkersControl(int cores, QWidget* parent)
    : QWidget(parent),
      name_(new QLabel(QStringLiteral("max_workers"), this)),
      field_(new QSpinBox(this)),
      slider_(new WorkersSlider(cores, this)),
      fewer_(makeStep("workersDown", tr("One worker fewer (-)"), -1)),
      more_(makeStep("workersUp", tr("One worker more (+)"), 1)) {
  setObjectName(QStringLiteral("workersControl"));
  name_->setProperty("look", "mono");
  name_->setBuddy(field_);
  field_->setObjectName(QStringLiteral("maxWorkers"));
  field_->setAccessibleName(QStringLiteral("max_workers"));
  field_->setRange(1, kMost);
  field_->setAlignment(Qt::AlignCenter);
  field_->setKeyboardTracking(false);  // typing 64 does not ask for 6 first
  field_->setToolTip(tr("How many workers the pool may have, 1 to %1").arg(kMost));
  slider_->setObjectName(QStringLiteral("maxWorkersSlider"));
  slider_->setAccessibleName(tr("max_workers, 1 to 64"));
  slider_->setToolTip(tr("Drag to resize the pool while it runs"));
  field_->setButtonSymbols(QAbstractSpinBox::NoButtons);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  auto* row = new QHBoxLayout;
  row->setSpacing(6);
  row->addWidget(name_);
  row->addSpacing(6);
  row->addWidget(fewer_);
  row->addWidget(field_);
  row->addWidget(more_);
  row->addStretch();
  column->addLayout(row);
  column->addWidget(slider_);
  connect(field_, &QSpinBox::valueChanged, this, &WorkersControl::choose);
  connect(slider_, &QSlider::valueChanged, this, &WorkersControl::choose);
}

int WorkersControl::value() const {
  return field_->value();
}

void WorkersControl::setValue(int workers) {
  if (workers < 1) {
    return;
  }
  if (!slider_->isSliderDown()) {
    const QSignalBlocker blocker(slider_);
    slider_->setValue(std::min(workers, WorkersScale::kMost));
    slider_->update();
  }
  const auto* edit = field_->findChild<QLineEdit*>();
  const bool typing =
      field_->hasFocus() && edit != nullptr && edit->text() != QString::number(field_->value());
  if (!typing && !slider_->isSliderDown() && field_->value() != workers) {
    const QSignalBlocker blocker(field_);
    field_->setValue(workers);
  }
}

QToolButton* WorkersControl::makeStep(const char* name, const QString& text, int step) {
  auto* button = new QToolButton(this);
  button->setObjectName(QString::fromLatin1(name));
  button->setAccessibleName(text);
  button->setToolTip(text);
  button->setAutoRepeat(true);
  button->setFocusPolicy(Qt::NoFocus);  // the field and the keys + and - do the same
  connect(button, &QToolButton::clicked, field_, [this, step] { field_->stepBy(step); });
  return button;
}

void WorkersControl::setTheme(const Theme& theme) {
  field_->setStyleSheet(
      QStringLiteral("QSpinBox { font-size: %1px; font-weight: 700; border: 2px solid %2; "
                     "padding: 0 2px; }")
          .arg(theme.fonts.number.pixelSize())
          .arg(theme.accent.name()));
  field_->setFixedWidth(qRound(theme.px(92)));
  fewer_->setIcon(themeIcon(IconId::minus, theme));
  more_->setIcon(themeIcon(IconId::plus, theme));
  slider_->setTheme(theme);
}

void WorkersControl::choose(int workers) {
  {
    const QSignalBlocker fieldBlocker(field_);
    const QSignalBlocker sliderBlocker(slider_);
    field_->setValue(workers);
    slider_->setValue(std::min(workers, WorkersScale::kMost));
    slider_->update();
  }
  Q_EMIT chosen(workers);
}

}  // namespace poolscope::ui
