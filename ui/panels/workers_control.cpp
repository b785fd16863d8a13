// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/workers_control.h"

#include "ui/panels/workers_slider.h"
#include "ui/theme/icons.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpression>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

namespace poolscope::ui {

/// Lets any number be typed, and says so when it is not one a pool may have: a spin box would drop
/// the digits that lead too far, and 5000 would silently become 500.
class WorkersField : public QSpinBox {
 public:
  explicit WorkersField(WorkersControl* control) : QSpinBox(control), control_(control) {}

  QValidator::State validate(QString& input, int& /*position*/) const override {
    static const QRegularExpression number(QStringLiteral("^-?\\d{0,9}$"));
    if (!number.match(input).hasMatch()) {
      return QValidator::Invalid;
    }
    bool isNumber = false;
    const int value = input.toInt(&isNumber);
    return isNumber && value >= minimum() && value <= maximum() ? QValidator::Acceptable
                                                                : QValidator::Intermediate;
  }

  /// Called when the user is done with what is not acceptable.
  void fixup(QString& input) const override {
    input = textFromValue(value());
    refused_ = true;
    Q_EMIT control_->refused();
  }

 protected:
  void keyPressEvent(QKeyEvent* event) override {
    if (event->key() == Qt::Key_Escape) {
      lineEdit()->setText(textFromValue(value()));
      Q_EMIT control_->left();
      return;
    }
    refused_ = false;
    QSpinBox::keyPressEvent(event);
    const bool isEnter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (isEnter && !refused_) {
      Q_EMIT control_->left();
    }
  }

 private:
  WorkersControl* control_;
  mutable bool refused_ = false;
};

WorkersControl::WorkersControl(int cores, QWidget* parent)
    : QWidget(parent),
      name_(new QLabel(QStringLiteral("max_workers"), this)),
      field_(new WorkersField(this)),
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
  row_ = row;
  column->addLayout(row);
  column->addWidget(slider_);
  connect(field_, &QSpinBox::valueChanged, this, &WorkersControl::choose);
  connect(slider_, &QSlider::valueChanged, this, &WorkersControl::choose);
}

void WorkersControl::setPointOnly(bool pointOnly) {
  name_->setEnabled(!pointOnly);
  field_->setEnabled(!pointOnly);
  fewer_->setEnabled(!pointOnly);
  more_->setEnabled(!pointOnly);
  if (pointOnly != isPointOnly()) {
    slider_->setPointOnly(pointOnly);
    showPrediction({});
  }
}

bool WorkersControl::isPointOnly() const {
  return slider_->isPointOnly();
}

void WorkersControl::showPrediction(const QString& text) {
  // It would cover what the pointer is there for.
  const QString what = isPointOnly()
                           ? tr("Point at a number: what it would do is predicted from the session")
                           : tr("Drag to resize the pool while it runs");
  slider_->setToolTip(text.isEmpty() ? what : QString());
  slider_->setAccessibleDescription(text);
}

void WorkersControl::addButton(QToolButton* button) {
  extra_ = button;
  // As low as the field may become where the window is: the style's own least is more.
  button->setStyleSheet(QStringLiteral("QToolButton { min-height: 14px; }"));
  row_->addWidget(button);
}

QList<QWidget*> WorkersControl::rowWidgets() const {
  QList<QWidget*> widgets{fewer_, field_, more_};
  if (extra_ != nullptr) {
    widgets.append(extra_);
  }
  return widgets;
}

QSpinBox* WorkersControl::field() const {
  return field_;
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
    slider_->showWorkers(workers);
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

void WorkersControl::setTight(bool tight, bool withButton) {
  fewer_->setVisible(!tight);
  more_->setVisible(!tight);
  if (extra_ != nullptr) {
    extra_->setVisible(!tight || withButton);
  }
}

void WorkersControl::setTheme(const Theme& theme) {
  field_->setStyleSheet(
      QStringLiteral("QSpinBox { font-size: %1px; font-weight: 700; border: 2px solid %2; "
                     "padding: 0 2px; } QSpinBox:disabled { border-color: %3; }")
          .arg(theme.fonts.number.pixelSize())
          .arg(theme.accent.name(), theme.line.name()));
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
    slider_->showWorkers(workers);
  }
  Q_EMIT chosen(workers);
}

}  // namespace poolscope::ui
