// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/transport_bar.h"

#include "ui/panels/format.h"
#include "ui/panels/look.h"
#include "ui/panels/overview_strip.h"

#include <QAction>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace poolscope::ui {

namespace {

struct ModeText {
  QString text;
  const char* look;
};

ModeText plainModeText(const TransportState& state) {
  switch (state.mode) {
    case TransportState::Mode::live:
      return {TransportBar::tr("LIVE"), "bad"};
    case TransportState::Mode::frozen:
      return {TransportBar::tr("frozen"), "warn"};
    case TransportState::Mode::slow_motion:
      return {state.speed, "warn"};
    case TransportState::Mode::looking_back:
      return {TransportBar::tr("view stands"), "warn"};
    case TransportState::Mode::paused:
      return {TransportBar::tr("%1, paused").arg(state.speed), "dim"};
    case TransportState::Mode::playing:
      return {state.speed, "ok"};
    case TransportState::Mode::empty:
      break;
  }
  return {{}, "dim"};
}

ModeText modeText(const TransportState& state) {
  ModeText text = plainModeText(state);
  if (state.looping) {
    text.text = TransportBar::tr("%1, loop").arg(state.speed);
  }
  return text;
}

}  // namespace

TransportBar::TransportBar(const Controls& controls, QWidget* parent)
    : QWidget(parent),
      time_(new QLabel(this)),
      mode_(new QLabel(this)),
      slower_(new QToolButton(this)),
      toggle_(new QToolButton(this)),
      faster_(new QToolButton(this)),
      back_(new QPushButton(tr("Back to live"), this)),
      overview_(new OverviewStrip(this)),
      marker_(new QLineEdit(this)) {
  setObjectName(QStringLiteral("transportBar"));
  time_->setObjectName(QStringLiteral("clock"));
  time_->setAccessibleDescription(tr("Time in the session"));  // its name is what it says
  time_->setProperty("look", "mono");
  mode_->setObjectName(QStringLiteral("playbackMode"));
  mode_->setAccessibleDescription(tr("State of the view"));
  const auto control = [](QToolButton* button, const char* name, QAction* action) {
    button->setObjectName(QString::fromLatin1(name));
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonIconOnly);
    button->setFocusPolicy(Qt::StrongFocus);
  };
  control(slower_, "playbackSlower", controls.slower);
  control(toggle_, "playbackToggle", controls.toggle);
  control(faster_, "playbackFaster", controls.faster);
  back_->setObjectName(QStringLiteral("backToLive"));
  back_->setToolTip(controls.back->toolTip());
  marker_->setObjectName(QStringLiteral("markerText"));
  marker_->setAccessibleName(tr("Text of the marker"));
  marker_->setPlaceholderText(tr("Marker: type a note, Enter to set it, Esc to leave"));
  marker_->installEventFilter(this);
  marker_->hide();
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(10);
  auto* clock = new QVBoxLayout;
  clock->setSpacing(0);
  clock->addWidget(time_);
  clock->addWidget(mode_);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(2);
  for (QToolButton* button : {slower_, toggle_, faster_}) {
    buttons->addWidget(button);
  }
  row->addLayout(buttons);
  row->addLayout(clock);
  row->addWidget(overview_, 1);
  row->addWidget(marker_, 1);
  row->addWidget(back_);
  connect(back_, &QPushButton::clicked, controls.back, &QAction::trigger);
  connect(marker_, &QLineEdit::returnPressed, this, [this] {
    Q_EMIT markerEntered(marker_->text().trimmed());
    closeMarker();
  });
  showState({});
}

void TransportBar::showState(const TransportState& state) {
  using Mode = TransportState::Mode;
  time_->setText(formatClock(state.time, state.decimals));
  const ModeText text = modeText(state);
  mode_->setText(text.text);
  setLook(mode_, text.look);
  back_->setVisible(state.mode == Mode::frozen || state.mode == Mode::slow_motion ||
                    state.mode == Mode::looking_back);
}

void TransportBar::setTheme(const Theme& theme) {
  overview_->setTheme(theme);
  // The text of the mode changes; what stands beside it does not move.
  mode_->setMinimumWidth(
      qRound(QFontMetricsF(theme.fonts.small)
                 .horizontalAdvance(tr("%1, paused").arg(QStringLiteral("1/10000x")))));
  mode_->setIndent(mode_->indent());  // else it keeps the size hint of its old minimum
}

void TransportBar::editMarker() {
  overview_->hide();
  marker_->clear();
  marker_->show();
  marker_->setFocus(Qt::ShortcutFocusReason);
}

bool TransportBar::eventFilter(QObject* watched, QEvent* event) {
  if (watched == marker_ && event->type() == QEvent::KeyPress &&
      static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
    closeMarker();
    return true;
  }
  return QWidget::eventFilter(watched, event);
}

void TransportBar::closeMarker() {
  marker_->hide();
  overview_->show();
  Q_EMIT markerClosed();
}

}  // namespace poolscope::ui
