// SPDX-License-Identifier: Apache-2.0
#include "ui/window/compare_page.h"

#include "ui/panels/eliding_label.h"
#include "ui/panels/format.h"
#include "ui/theme/icons.h"
#include "ui/timeline/timeline_view.h"
#include "ui/window/actions.h"
#include "ui/window/view_commands.h"

#include <QAction>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <optional>

namespace poolscope::ui {

using session::TimeNs;

namespace {

constexpr int kFrameMs = 16;
constexpr int kSliderSteps = 1000;
constexpr double kRoom = 1.06;  // of what is fitted, at its right

}  // namespace

TimeNs firstTaskTime(const session::Snapshot& snapshot) {
  std::optional<TimeNs> first;
  for (std::uint32_t process = 0; process < snapshot.process_count(); ++process) {
    const auto task = snapshot.task({process, 1});
    const auto time = !task ? std::nullopt : task->queued ? task->queued : task->started;
    if (time && (!first || *time < *first)) {
      first = time;
    }
  }
  return first.value_or(snapshot.begin());
}

ComparePage::ComparePage(const Actions& actions, PlaybackClock::WallClock wall, QWidget* parent)
    : QWidget(parent),
      clock_(std::move(wall)),
      theme_(Theme::dark()) {
  setObjectName(QStringLiteral("comparePage"));
  setAccessibleName(tr("Comparison of two sessions"));
  auto* column = new QVBoxLayout;
  column->setSpacing(4);
  buildSide(sides_[0], "compareA", column);
  buildSide(sides_[1], "compareB", column);
  column->addLayout(buildTransport(actions));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 12, 20, 12);
  row->setSpacing(16);
  row->addLayout(column, 1);
  row->addWidget(buildWords());
  timer_.setTimerType(Qt::PreciseTimer);
  timer_.setInterval(kFrameMs);
  connect(&timer_, &QTimer::timeout, this, &ComparePage::showNextFrame);
}

void ComparePage::buildSide(Side& side, const char* object, QVBoxLayout* column) {
  side.name = new ElidingLabel(this);
  side.name->setObjectName(QLatin1String(object) + QStringLiteral("Name"));
  side.name->setProperty("look", "title");
  side.name->setIndent(20);
  side.view = new TimelineView(this);
  side.view->setObjectName(QLatin1String(object));
  column->addWidget(side.name);
  side.row = new QHBoxLayout;
  side.row->addWidget(side.view);
  column->addLayout(side.row, 1);
  connect(side.view->verticalScrollBar(), &QScrollBar::rangeChanged, this, &ComparePage::alignAxes);
  connect(side.view, &TimelineView::viewChanged, this, [this, &side] { follow(side); });
}

void ComparePage::alignAxes() {
  const auto scrolls = [](const Side& side) {
    return side.view->verticalScrollBar()->maximum() > 0;
  };
  for (std::size_t i = 0; i < sides_.size(); ++i) {
    const Side& other = sides_[1 - i];
    const bool keepsRoom = !scrolls(sides_[i]) && other.view != nullptr && scrolls(other);
    sides_[i].row->setContentsMargins(
        0, 0, keepsRoom ? other.view->verticalScrollBar()->sizeHint().width() : 0, 0);
  }
}

QWidget* ComparePage::buildWords() {
  auto* panel = new QFrame(this);
  panel->setProperty("look", "card");
  auto* heading = new QLabel(tr("How B differs from A"), panel);
  heading->setProperty("look", "title");
  auto* close = new QPushButton(tr("Close the comparison"), panel);
  close->setObjectName(QStringLiteral("compareClose"));
  words_ = new QLabel;
  words_->setObjectName(QStringLiteral("compareWords"));
  words_->setWordWrap(true);
  words_->setTextFormat(Qt::PlainText);
  words_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
  words_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  wordsScroll_ = new QScrollArea(panel);
  wordsScroll_->setWidgetResizable(true);
  wordsScroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  wordsScroll_->setWidget(words_);
  auto* column = new QVBoxLayout(panel);
  column->setContentsMargins(16, 12, 16, 12);
  auto* axis = new QLabel(tr("Both begin at their first task: there is 0 on the axis."), panel);
  axis->setProperty("look", "dim");
  axis->setWordWrap(true);
  column->setSpacing(10);
  column->addWidget(heading);
  column->addWidget(axis);
  column->addWidget(wordsScroll_, 1);
  column->addWidget(close);
  connect(close, &QPushButton::clicked, this, &ComparePage::closed);
  return panel;
}

QLayout* ComparePage::buildTransport(const Actions& actions) {
  auto* row = new QHBoxLayout;
  row->setContentsMargins(20, 6, 0, 0);
  row->setSpacing(8);
  const auto button = [&](Command command, const char* name) {
    auto* made = new QToolButton(this);
    made->setObjectName(QLatin1String(name));
    made->setDefaultAction(actions[command]);
    made->setToolButtonStyle(Qt::ToolButtonIconOnly);
    made->setFocusPolicy(Qt::StrongFocus);
    row->addWidget(made);
    return made;
  };
  button(Command::slower, "compareSlower");
  // Of its own: the action tells of the window's clock.
  toggle_ = new QToolButton(this);
  toggle_->setObjectName(QStringLiteral("compareToggle"));
  toggle_->setFocusPolicy(Qt::StrongFocus);
  connect(toggle_, &QToolButton::clicked, this, [this] { run(Command::freeze); });
  row->addWidget(toggle_);
  button(Command::faster, "compareFaster");
  time_ = new QLabel(this);
  time_->setObjectName(QStringLiteral("compareTime"));
  time_->setProperty("look", "mono");
  time_->setAccessibleDescription(tr("Time since the first task"));
  speed_ = new QLabel(this);
  speed_->setObjectName(QStringLiteral("compareSpeed"));
  speed_->setProperty("look", "dim");
  position_ = new QSlider(Qt::Horizontal, this);
  position_->setObjectName(QStringLiteral("comparePosition"));
  position_->setAccessibleName(tr("Time since the first task"));
  position_->setRange(0, kSliderSteps);
  connect(position_, &QSlider::valueChanged, this, [this](int value) {
    const double share = static_cast<double>(value) / kSliderSteps;
    clock_.seek(clock_.begin() +
                static_cast<TimeNs>(share * static_cast<double>(clock_.end() - clock_.begin())));
    keepNowInSight();
    refresh();
  });
  row->addWidget(time_);
  row->addWidget(position_, 1);
  row->addWidget(speed_);
  return row;
}

void ComparePage::showSessions(const ComparedSession& a, const ComparedSession& b,
                               const QStringList& words) {
  const std::array<const ComparedSession*, 2> sessions{&a, &b};
  const std::array<QString, 2> letters{QStringLiteral("A"), QStringLiteral("B")};
  TimeNs lead = 0;
  TimeNs end = 1;
  for (std::size_t i = 0; i < sides_.size(); ++i) {
    Side& side = sides_[i];
    side.snapshot = sessions[i]->snapshot;
    side.zero = firstTaskTime(*side.snapshot);
    side.name->setText(tr("%1: %2").arg(letters[i], sessions[i]->name));
    side.view->setAccessibleName(tr("Timeline of %1, %2").arg(letters[i], sessions[i]->name));
    lead = std::max(lead, side.zero - side.snapshot->begin());
    end = std::max(end, side.snapshot->end() - side.zero);
  }
  isMoving_ = true;
  for (Side& side : sides_) {
    side.view->resetView();
    side.view->setZero(side.zero, lead);
  }
  isMoving_ = false;
  words_->setText(words.join(QStringLiteral("\n\n")));
  clock_.startReplay(-lead, end, end);
  refresh();
  fit();
  sides_[0].view->setFocus(Qt::OtherFocusReason);
}

void ComparePage::clear() {
  timer_.stop();
  clock_.freeze();
  for (Side& side : sides_) {
    side.snapshot.reset();
    side.view->showFrame({});
  }
}

void ComparePage::follow(const Side& moved) {
  if (isMoving_) {
    return;
  }
  const TimeRange range = moved.view->viewState().range();
  showBoth(range.begin - moved.zero, range.end - moved.zero);
}

void ComparePage::showBoth(TimeNs begin, TimeNs end) {
  isMoving_ = true;
  for (const Side& side : sides_) {
    if (side.view->viewState().range() != TimeRange{begin + side.zero, end + side.zero} ||
        side.view->viewState().following()) {
      side.view->slideTo(begin + side.zero, end + side.zero);
    }
  }
  isMoving_ = false;
}

void ComparePage::fit() {
  const double length = static_cast<double>(clock_.end() - clock_.begin());
  showBoth(clock_.begin(), clock_.begin() + std::max<TimeNs>(1, std::llround(length * kRoom)));
}

bool ComparePage::run(Command command) {
  switch (command) {
    case Command::freeze:
      clock_.toggle();
      break;
    case Command::slower:
      clock_.slower();
      break;
    case Command::faster:
      clock_.faster();
      break;
    case Command::go_to_start:
      clock_.goToBegin();
      keepNowInSight();
      break;
    case Command::go_to_end:
      clock_.goToEnd();
      keepNowInSight();
      break;
    case Command::previous_event:
      step(false);
      break;
    case Command::next_event:
      step(true);
      break;
    case Command::fit:
      fit();
      break;
    case Command::fold_lanes:
      for (const Side& side : sides_) {
        side.view->toggleFold();
      }
      break;
    default: {
      if (steer(*sides_[0].view, command)) {
        break;
      }
      // What would change what is hidden behind this page waits until it is seen again.
      const CommandGroup group = commandTable()[static_cast<std::size_t>(command)].group;
      const bool isOfTheWindow = command == Command::presentation;
      return !isOfTheWindow && (group == CommandGroup::time || group == CommandGroup::view ||
                                group == CommandGroup::tasks);
    }
  }
  refresh();
  return true;
}

void ComparePage::step(bool forward) {
  std::optional<TimeNs> place;
  for (const Side& side : sides_) {
    const TimeNs now = side.zero + clock_.now();
    const auto time = forward ? side.snapshot->next_event(now) : side.snapshot->previous_event(now);
    if (time) {
      const TimeNs here = *time - side.zero;
      place = !place ? here : forward ? std::min(*place, here) : std::max(*place, here);
    }
  }
  if (place) {
    clock_.seek(*place);
    keepNowInSight();
  }
}

void ComparePage::showNextFrame() {
  clock_.advance();
  keepNowInSight();
  refresh();
}

/// Turned over like a page, so that the picture stands still most of the time.
void ComparePage::keepNowInSight() {
  const Side& side = sides_[0];
  const TimeRange seen = side.view->viewState().range();
  const TimeNs now = side.zero + clock_.now();
  if (now < seen.begin || now >= seen.end) {
    const TimeNs begin = now - seen.length() / 20 - side.zero;
    showBoth(begin, begin + seen.length());
  }
}

void ComparePage::refresh() {
  if (!sides_[0].snapshot) {
    return;
  }
  for (const Side& side : sides_) {
    side.view->setSpeed(clock_.speed());
    // Nothing is known after a session's end: what was running then must not seem to run on.
    const TimeNs now = std::min(side.zero + clock_.now(), side.snapshot->end() + 1);
    side.view->showFrame({side.snapshot, now, false});
  }
  time_->setText(formatClock(clock_.now()));
  speed_->setText(clock_.speedText());
  toggle_->setIcon(themeIcon(clock_.isPlaying() ? IconId::pause : IconId::play, theme_));
  const QString action = clock_.isPlaying() ? tr("Pause the replay") : tr("Play");
  toggle_->setToolTip(action);
  toggle_->setAccessibleName(action);
  const double length = static_cast<double>(clock_.end() - clock_.begin());
  const QSignalBlocker quiet(position_);
  position_->setValue(
      static_cast<int>(static_cast<double>(clock_.now() - clock_.begin()) / length * kSliderSteps));
  if (clock_.isPlaying() != timer_.isActive()) {
    clock_.isPlaying() ? timer_.start() : timer_.stop();
  }
}

void ComparePage::setTheme(const Theme& theme) {
  theme_ = theme;
  for (const Side& side : sides_) {
    side.view->setTheme(theme);
  }
  wordsScroll_->setFixedWidth(qRound(theme.px(300)));
  refresh();
}

void ComparePage::setReduceMotion(bool reduce) {
  for (const Side& side : sides_) {
    side.view->setReduceMotion(reduce);
  }
}

void ComparePage::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape) {
    Q_EMIT closed();
    return;
  }
  QWidget::keyPressEvent(event);
}

}  // namespace poolscope::ui
