// SPDX-License-Identifier: Apache-2.0
#include "ui/window/header_bar.h"

#include "ui/panels/eliding_label.h"
#include "ui/panels/figure_tiles.h"
#include "ui/panels/figures_panel.h"
#include "ui/panels/look.h"
#include "ui/panels/workers_control.h"
#include "ui/panels/workers_slider.h"
#include "ui/theme/icons.h"
#include "ui/timeline/time_text.h"
#include "ui/window/actions.h"

#include <QAction>
#include <QComboBox>
#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLayout>
#include <QMenu>
#include <QPushButton>
#include <QSpinBox>
#include <QStyleOptionComboBox>
#include <QStylePainter>
#include <QToolButton>
#include <QVBoxLayout>
#include <QtMath>

#include <algorithm>
#include <utility>

namespace poolscope::ui {

namespace {

constexpr int kNameRole = Qt::UserRole;
constexpr int kMostTitle = 32;  // letters of a title that the list makes room for, if there is some

/// A list with the theme's arrow: style sheets know only pictures in files. It takes the room of
/// its longest title where the header has it, and ends a title in dots where it has not.
class ScenarioList : public QComboBox {
 public:
  using QComboBox::QComboBox;

  QSize sizeHint() const override {
    const QSize hint = QComboBox::sizeHint();
    const int most = minimumSizeHint().width() +
                     (kMostTitle - minimumContentsLength()) * fontMetrics().averageCharWidth();
    return {std::min(hint.width(), most), hint.height()};
  }

  void showPopup() override {
    const QSize row(0, qRound(fontMetrics().height() * 1.6));  // style sheets do not reach rows
    for (int index = 0; index < count(); ++index) {
      setItemData(index, row, Qt::SizeHintRole);
    }
    QComboBox::showPopup();
  }

 protected:
  void paintEvent(QPaintEvent* /*event*/) override {
    QStylePainter painter(this);
    QStyleOptionComboBox option;
    initStyleOption(&option);
    if (currentIndex() < 0) {
      option.currentText = placeholderText();
    }
    const QRect field =
        style()->subControlRect(QStyle::CC_ComboBox, &option, QStyle::SC_ComboBoxEditField, this);
    option.currentText =
        fontMetrics().elidedText(option.currentText, Qt::ElideRight, field.width() - 2);
    painter.drawComplexControl(QStyle::CC_ComboBox, option);
    painter.drawControl(QStyle::CE_ComboBoxLabel, option);
    const int side = height() / 2;
    const QRect arrow(width() - side - side / 2, (height() - side) / 2, side, side);
    const QColor color = palette().color(QPalette::Text);
    themeIcon(IconId::chevron_down, color, color).paint(&painter, arrow);
  }
};

const char* const kOpenFile = "\x01open";  // no scenario is called so

}  // namespace

HeaderBar::HeaderBar(const Actions& actions, int cores, QWidget* parent)
    : QFrame(parent),
      scenarios_(new ScenarioList(this)),
      summary_(new ElidingLabel(this)),
      workersLine_(new ElidingLabel(this)),
      lostLine_(new QLabel(this)),
      row_(new QHBoxLayout),
      workers_(new WorkersControl(cores, this)),
      figures_(new FiguresPanel(this)),
      tiles_(new FigureTiles(this)),
      menuButton_(new QPushButton(tr("Menu"), this)),
      menu_(new QMenu(menuButton_)) {
  setObjectName(QStringLiteral("headerBar"));
  scenarios_->setObjectName(QStringLiteral("scenario"));
  scenarios_->setAccessibleName(tr("Scenario"));
  scenarios_->setToolTip(tr("What the pool has to do"));
  scenarios_->setPlaceholderText(tr("Choose a scenario"));
  scenarios_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  scenarios_->setMinimumContentsLength(17);
  scenarios_->setMaxVisibleItems(24);
  summary_->setObjectName(QStringLiteral("scenarioSummary"));
  workersLine_->setObjectName(QStringLiteral("workersLine"));
  lostLine_->setObjectName(QStringLiteral("lostLine"));
  for (QLabel* label :
       {static_cast<QLabel*>(summary_), static_cast<QLabel*>(workersLine_), lostLine_}) {
    label->setProperty("look", "dim");
  }
  menuButton_->setObjectName(QStringLiteral("menuButton"));
  menuButton_->setAccessibleName(tr("Menu"));
  menuButton_->setToolTip(tr("All commands (Alt+M)"));
  menuButton_->setMenu(menu_);
  menuButton_->setShortcut(QKeySequence(Qt::ALT | Qt::Key_M));
  actions.addTo(menu_);

  auto* pool = new QHBoxLayout;
  pool->setSpacing(8);
  pool->addWidget(addButton(actions, Command::restart));
  pool->addWidget(addButton(actions, Command::pause_pool, tr("Resume")));
  pool->addWidget(addButton(actions, Command::record, tr("Stop")));
  auto* automatic = new QToolButton(workers_);
  automatic->setDefaultAction(actions[Command::auto_workers]);
  automatic->setObjectName(QStringLiteral("autoWorkersButton"));
  automatic->setFocusPolicy(Qt::StrongFocus);
  automatic->setToolButtonStyle(Qt::ToolButtonTextOnly);
  workers_->addButton(automatic);
  auto* left = new QGridLayout;
  left->setHorizontalSpacing(16);
  left->setVerticalSpacing(3);
  left->addWidget(scenarios_, 0, 0);
  left->addLayout(pool, 0, 1);
  left->setRowMinimumHeight(1, 5);
  left->addWidget(summary_, 2, 0, 1, 2);
  auto* pairOfLines = new QHBoxLayout;
  pairOfLines->setSpacing(16);
  pairOfLines->addWidget(workersLine_);
  pairOfLines->addWidget(lostLine_);
  pairOfLines->addStretch();
  left->addLayout(pairOfLines, 3, 0, 1, 2);
  left->setRowStretch(4, 1);
  auto* corner = new QHBoxLayout;
  corner->setSpacing(8);
  find_ = addButton(actions, Command::find);
  corner->addWidget(find_);
  corner->addWidget(addButton(actions, Command::export_picture));
  corner->addWidget(menuButton_);
  figures_->setCorner(corner);

  row_->addLayout(left);
  row_->addWidget(workers_, 3);
  row_->addWidget(figures_, 2);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(20, 12, 20, 8);
  column->setSpacing(8);
  column->addLayout(row_);
  column->addWidget(tiles_);
  QWidget* const order[] = {scenarios_,        buttons_[0], buttons_[1],        buttons_[2],
                            workers_->field(), automatic,   workers_->slider(), buttons_[3],
                            buttons_[4],       menuButton_};
  for (std::size_t i = 0; i + 1 < std::size(order); ++i) {
    setTabOrder(order[i], order[i + 1]);
  }
  connect(scenarios_, &QComboBox::activated, this, &HeaderBar::chooseScenario);
}

/// `other`: what the button says at other times, for which it keeps the room.
QToolButton* HeaderBar::addButton(const Actions& actions, Command command, const QString& other) {
  QAction* action = actions[command];
  auto* button = new QToolButton(this);
  button->setDefaultAction(action);
  button->setObjectName(action->objectName() + QStringLiteral("Button"));
  button->setFocusPolicy(Qt::StrongFocus);
  button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  buttons_.append(button);
  otherTexts_.append({action->iconText(), other});
  return button;
}

void HeaderBar::setTilesShown(bool shown) {
  tiles_->setVisible(shown);
}

void HeaderBar::setScenarios(const QList<ScenarioInfo>& scenarios) {
  scenarios_->clear();
  for (const ScenarioInfo& scenario : scenarios) {
    scenarios_->addItem(scenario.title, scenario.name);
    scenarios_->setItemData(scenarios_->count() - 1, scenario.summary, Qt::ToolTipRole);
  }
  fileRow_ = scenarios_->count();
  scenarios_->insertSeparator(fileRow_);
  scenarios_->addItem(tr("Open scenario file\u2026"), QString::fromLatin1(kOpenFile));
  scenarios_->setCurrentIndex(-1);
}

void HeaderBar::chooseScenario(int index) {
  const QString name = scenarios_->itemData(index, kNameRole).toString();
  scenarios_->setCurrentIndex(scenarios_->findData(current_, kNameRole));  // until it really runs
  if (name == QLatin1String(kOpenFile)) {
    Q_EMIT scenarioFileWanted();
  } else if (!name.isEmpty()) {
    Q_EMIT scenarioChosen(name);
  }
}

void HeaderBar::showState(const EngineState& state) {
  isStarting_ = state.activity == EngineState::Activity::starting;
  showCurrentScenario(state);
  QString summary = state.scenario.summary;
  if (state.source == EngineState::Source::file) {
    summary = tr("Recording: %1").arg(QFileInfo(state.file).fileName());
  }
  if (state.activity == EngineState::Activity::opening) {
    summary = tr("Opening %1: %2 %")
                  .arg(QFileInfo(state.opening).fileName())
                  .arg(qFloor(100 * state.openProgress));
  }
  summary_->setText(summary);
  workers_->setEnabled(state.source != EngineState::Source::none);
  workers_->setPointOnly(state.source == EngineState::Source::file);
  if (state.source == EngineState::Source::live) {
    workers_->setValue(state.maxWorkers);
  }
}

void HeaderBar::showCurrentScenario(const EngineState& state) {
  current_ =
      state.source == EngineState::Source::none && !isStarting_ ? QString() : state.scenario.name;
  scenarios_->setPlaceholderText(isStarting_ ? tr("Starting %1").arg(state.scenario.title)
                                             : tr("Choose a scenario"));
  int index = current_.isEmpty() ? -1 : scenarios_->findData(current_, kNameRole);
  if (index < 0 && state.source != EngineState::Source::none) {
    // From outside the gallery: a row of its own before the separator.
    const QString title =
        state.scenario.title.isEmpty() ? QFileInfo(state.file).fileName() : state.scenario.title;
    if (current_.isEmpty()) {
      current_ = state.file;
    }
    index = fileRow_++;
    scenarios_->insertItem(index, title, current_);
  }
  scenarios_->setCurrentIndex(index);
}

void HeaderBar::showFigures(const LiveFigures& figures, std::uint64_t lostEvents,
                            std::uint64_t oddEvents) {
  workersLine_->setText(
      figures.maxWorkers == 0 ? isStarting_ ? tr("Pool: starting") : tr("No pool yet")
      : !figures.shutDown
          ? tr("Pool: %1 of %2 workers started").arg(figures.workers).arg(figures.maxWorkers)
      : figures.workers > 0 ? tr("Pool: shutting down, workers left: %1").arg(figures.workers)
      : figures.workersStarted == 1
          ? tr("Pool: shut down, 1 worker had started")
          : tr("Pool: shut down, %1 workers had started").arg(figures.workersStarted));
  lostLine_->setText(
      oddEvents == 0
          ? eventsLostText(lostEvents)
          : tr("%1, %2 did not fit").arg(eventsLostText(lostEvents), countText(oddEvents)));
  setLook(lostLine_, lostEvents > 0 ? "bad" : oddEvents > 0 ? "warn" : "dim");
  if (!workers_->isEnabled() || workers_->isPointOnly()) {
    workers_->setValue(static_cast<int>(figures.maxWorkers));
  }
  figures_->showFigures(figures);
  tiles_->showFigures(figures);
}

void HeaderBar::showCounts(const TaskCounts& tasks) {
  tiles_->showCounts(tasks);
}

void HeaderBar::showPrediction(const QString& text) {
  workers_->showPrediction(text);
  figures_->showPrediction(text);
}

void HeaderBar::setTheme(const Theme& theme) {
  setStyleSheet(
      QStringLiteral("#headerBar { background: %1; border: none; border-bottom: 1px solid %2; }"
                     "#scenario { font-weight: 600; }"
                     "#menuButton::menu-indicator { image: none; width: 0; }")
          .arg(theme.surface.name(), theme.line.name()));
  workers_->setTheme(theme);
  figures_->setTheme(theme);
  tiles_->setTheme(theme);
  for (QToolButton* button : buttons_) {
    button->setIconSize(QSize(qRound(theme.px(18)), qRound(theme.px(18))));
  }
  measure();
  alignRow();
}

/// All that stands in the first row is as high as its usual buttons; the field may be lower where
/// the window is.
void HeaderBar::alignRow() {
  const int height = menuButton_->sizeHint().height();
  scenarios_->setFixedHeight(height);
  menuButton_->setFixedHeight(height);
  for (QToolButton* button : std::as_const(buttons_)) {
    button->setFixedHeight(height);
  }
  for (QWidget* widget : workers_->rowWidgets()) {
    widget->setMaximumHeight(height);
  }
}

QSize HeaderBar::minimumSizeHint() const {
  return {tightWidth_, QFrame::minimumSizeHint().height()};
}

void HeaderBar::resizeEvent(QResizeEvent* event) {
  QFrame::resizeEvent(event);
  setRoom(roomIn(width()));
}

void HeaderBar::measure() {
  ensurePolished();
  const auto widthWith = [this](Room room) {
    setRoom(room);
    // What became of their parts they would else notice only later.
    for (QWidget* part : {static_cast<QWidget*>(workers_), static_cast<QWidget*>(figures_)}) {
      part->layout()->invalidate();
      part->layout()->activate();
      part->updateGeometry();
    }
    layout()->activate();
    return layout()->minimumSize().width();
  };
  tightWidth_ = widthWith(Room::tight);
  compactWidth_ = widthWith(Room::compact);
  iconsWidth_ = widthWith(Room::icons);
  someWidth_ = widthWith(Room::some_texts);
  fullWidth_ = widthWith(Room::full);
  setRoom(roomIn(width()));
  updateGeometry();
}

HeaderBar::Room HeaderBar::roomIn(int width) const {
  return width >= fullWidth_      ? Room::full
         : width >= someWidth_    ? Room::some_texts
         : width >= iconsWidth_   ? Room::icons
         : width >= compactWidth_ ? Room::compact
                                  : Room::tight;
}

/// "Pause" becomes "Resume": nothing beside it moves then.
int HeaderBar::roomForOther(qsizetype button) const {
  const QFontMetrics metrics = buttons_[button]->fontMetrics();
  int widest = 0;
  for (const QString& text : otherTexts_[button]) {
    widest = std::max(widest, metrics.horizontalAdvance(text));
  }
  return std::max(0, widest - metrics.horizontalAdvance(buttons_[button]->text()));
}

/// Where texts do not fit, icons alone stay, those in the corner first; their tool tips tell the
/// rest.
void HeaderBar::setRoom(Room room) {
  for (qsizetype i = 0; i < buttons_.size(); ++i) {
    QToolButton* button = buttons_[i];
    const bool withText =
        room == Room::full || (room == Room::some_texts && button->parentWidget() != figures_);
    button->setToolButtonStyle(withText ? Qt::ToolButtonTextBesideIcon : Qt::ToolButtonIconOnly);
    // The style sheet's least height would else let a layout squeeze the text.
    button->setMinimumWidth(button->sizeHint().width() + (withText ? roomForOther(i) : 0));
  }
  const bool tight = room == Room::compact || room == Room::tight;
  find_->setVisible(!tight);  // the menu has it, and a key
  figures_->setTight(tight);
  workers_->setTight(tight, room == Room::compact);
  row_->setSpacing(tight ? 14 : 24);
  scenarios_->setMinimumContentsLength(tight ? 12 : 17);
  const int side = tight ? 14 : 20;
  layout()->setContentsMargins(side, 12, side, 8);
}

}  // namespace poolscope::ui
