// SPDX-License-Identifier: Apache-2.0
#include "ui/window/lanes_bar.h"

#include "ui/theme/icons.h"
#include "ui/timeline/timeline_view.h"
#include "ui/window/actions.h"

#include <QAction>
#include <QActionGroup>
#include <QFontMetricsF>
#include <QHBoxLayout>
#include <QMenu>
#include <QPainter>
#include <QToolButton>
#include <QtMath>

#include <algorithm>

namespace poolscope::ui {

LegendStrip::LegendStrip(QWidget* parent) : QWidget(parent), theme_(Theme::dark()) {
  setObjectName(QStringLiteral("legend"));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
}

void LegendStrip::setLegend(const Legend& legend) {
  if (legend == legend_) {
    return;
  }
  legend_ = legend;
  setAccessibleName(tr("Colours: %1").arg(legend.words()));
  setToolTip(legend.words());
  update();
}

void LegendStrip::setTheme(const Theme& theme) {
  theme_ = theme;
  updateGeometry();
  update();
}

QSize LegendStrip::sizeHint() const {
  return {qRound(theme_.px(320)),
          qCeil(std::max(theme_.px(16), QFontMetricsF(theme_.fonts.tiny).height()))};
}

QSize LegendStrip::minimumSizeHint() const {
  return {qRound(theme_.px(80)), sizeHint().height()};
}

void LegendStrip::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  paintLegend(painter, legend_, QRectF(rect()), theme_, sprites_);
}

LanesBar::LanesBar(const Actions& actions, TimelineView* view, QWidget* parent)
    : QFrame(parent),
      view_(view),
      lanesMenu_(new QMenu(tr("Lanes"), this)),
      colorMenu_(new QMenu(tr("Colour by"), this)) {
  setObjectName(QStringLiteral("lanesBar"));
  buildLanesMenu(actions);
  buildColorMenu(actions);
  auto* row = new QHBoxLayout(this);
  row->setSpacing(8);
  lanesButton_ =
      addButton("lanesButton", tr("Lanes"),
                tr("Sort, hide and fold lanes; they are grouped by their pools"), lanesMenu_);
  colorButton_ = addButton("colorButton", {}, tr("What the colour of a task tells"), colorMenu_);
  legend_ = new LegendStrip(this);
  hiddenButton_ = new QToolButton(this);
  hiddenButton_->setObjectName(QStringLiteral("hiddenLanes"));
  hiddenButton_->setToolTip(actions[Command::show_all_lanes]->toolTip());
  connect(hiddenButton_, &QToolButton::clicked, actions[Command::show_all_lanes],
          &QAction::trigger);
  row->addWidget(lanesButton_);
  row->addWidget(colorButton_);
  row->addWidget(legend_, 1);
  row->addWidget(hiddenButton_);
  connect(view_, &TimelineView::arrangementChanged, this, &LanesBar::refresh);
  setLow(false);
  refresh();
}

void LanesBar::setLow(bool low) {
  const int margin = low ? 3 : 6;
  layout()->setContentsMargins(20, margin, 12, margin);
  lanesButton_->setVisible(!low);
  colorButton_->setVisible(!low);
}

QToolButton* LanesBar::addButton(const char* name, const QString& text, const QString& toolTip,
                                 QMenu* menu) {
  auto* button = new QToolButton(this);
  button->setObjectName(QString::fromLatin1(name));
  button->setText(text);
  button->setToolTip(toolTip);
  button->setPopupMode(QToolButton::InstantPopup);
  button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  button->setFocusPolicy(Qt::StrongFocus);
  button->setMenu(menu);
  return button;
}

void LanesBar::buildColorMenu(const Actions& actions) {
  colorMenu_->setObjectName(QStringLiteral("colorMenu"));
  auto* group = new QActionGroup(this);
  for (const ColorBy by : {ColorBy::kind, ColorBy::outcome, ColorBy::worker, ColorBy::queue_wait,
                           ColorBy::duration, ColorBy::phase}) {
    QString text = colorByText(by);
    text[0] = text[0].toUpper();
    QAction* action = colorMenu_->addAction(text);
    action->setObjectName(QStringLiteral("colorBy%1").arg(static_cast<int>(by)));
    action->setCheckable(true);
    group->addAction(action);
    connect(action, &QAction::triggered, view_, [this, by] { view_->colorBy(by); });
    colors_.insert(by, action);
  }
  colorMenu_->addSeparator();
  scale_ = colorMenu_->addAction(tr("Scale to what is in sight"));
  scale_->setObjectName(QStringLiteral("scaleColors"));
  connect(scale_, &QAction::triggered, view_, &TimelineView::scaleColors);
  colorMenu_->addAction(actions[Command::color_by_next]);
}

void LanesBar::buildLanesMenu(const Actions& actions) {
  lanesMenu_->setObjectName(QStringLiteral("lanesMenu"));
  lanesMenu_->setToolTipsVisible(true);
  lanesMenu_->addAction(actions[Command::fold_lanes]);
  lanesMenu_->addSection(tr("Sort by"));
  auto* group = new QActionGroup(this);
  const auto addOrder = [&](LaneOrder order, const QString& text, const QString& hint) {
    QAction* action = lanesMenu_->addAction(text);
    action->setObjectName(QStringLiteral("sortBy%1").arg(static_cast<int>(order)));
    action->setToolTip(hint);
    action->setCheckable(true);
    group->addAction(action);
    connect(action, &QAction::triggered, view_, [this, order] { view_->sortLanes(order); });
    orders_.insert(order, action);
  };
  const QString stretch = tr("In what is in sight now; rows stay so until you sort again");
  addOrder(LaneOrder::start, tr("Start"), tr("As the workers started"));
  addOrder(LaneOrder::name, tr("Name"), {});
  addOrder(LaneOrder::utilization, tr("Utilization"), stretch);
  addOrder(LaneOrder::busy_time, tr("Busy time"), stretch);
  addOrder(LaneOrder::tasks, tr("Tasks run"), stretch);
  sortAgain_ = lanesMenu_->addAction(tr("Sort again"));
  sortAgain_->setObjectName(QStringLiteral("sortAgain"));
  connect(sortAgain_, &QAction::triggered, view_,
          [this] { view_->sortLanes(view_->viewState().lanes.order); });
  lanesMenu_->addSection(tr("Hide"));
  const auto addHides = [&](const char* name, const QString& text, const QString& hint) {
    QAction* action = lanesMenu_->addAction(text);
    action->setObjectName(QString::fromLatin1(name));
    action->setToolTip(hint);
    action->setCheckable(true);
    return action;
  };
  hidesIdle_ = addHides("hidesIdle", tr("Idle lanes"), tr("Those without a task in sight"));
  hidesExited_ = addHides("hidesExited", tr("Exited lanes"), tr("Those whose worker has left"));
  connect(hidesIdle_, &QAction::triggered, view_, &TimelineView::setHidesIdle);
  connect(hidesExited_, &QAction::triggered, view_, &TimelineView::setHidesExited);
  lanesMenu_->addAction(actions[Command::hide_lane]);
  lanesMenu_->addAction(actions[Command::show_all_lanes]);
}

void LanesBar::refresh() {
  const ViewState& state = view_->viewState();
  const Coloring& coloring = state.coloring;
  colors_[coloring.by]->setChecked(true);
  orders_[state.lanes.order]->setChecked(true);
  scale_->setEnabled(coloring.isScaled());
  sortAgain_->setEnabled(state.lanes.order != LaneOrder::start);
  hidesIdle_->setChecked(state.lanes.hidesIdle);
  hidesExited_->setChecked(state.lanes.hidesExited);
  const QString text = tr("Colour: %1").arg(colorByText(coloring.by));
  if (colorButton_->text() != text) {
    colorButton_->setText(text);
  }
  const auto& snapshot = view_->frame().snapshot;
  legend_->setLegend(snapshot ? legendOf(*snapshot, coloring, view_->scene().hasFoldedRows)
                              : Legend{});
  const std::size_t hidden = state.lanes.hidesAny() ? view_->scene().hiddenLanes : 0;
  hiddenButton_->setVisible(state.lanes.hidesAny());
  const QString words = hidden == 1 ? tr("1 lane hidden") : tr("%1 lanes hidden").arg(hidden);
  if (hiddenButton_->text() != words) {
    hiddenButton_->setText(words);
    hiddenButton_->setAccessibleName(tr("%1; show all").arg(words));
  }
}

void LanesBar::setTheme(const Theme& theme) {
  // Lower than the header's buttons: the timeline needs the room.
  setStyleSheet(QStringLiteral("#lanesBar { background: transparent; border: none; }"
                               "QToolButton { padding: 2px 8px; min-height: 0; font-size: %1px; }"
                               "QToolButton::menu-indicator { image: none; width: 0; }")
                    .arg(theme.fonts.small.pixelSize()));
  for (QToolButton* button : {lanesButton_, colorButton_}) {
    button->setIcon(themeIcon(IconId::chevron_down, theme));
    button->setIconSize(QSize(qRound(theme.px(14)), qRound(theme.px(14))));
    button->setLayoutDirection(layoutDirection() == Qt::LeftToRight ? Qt::RightToLeft
                                                                    : Qt::LeftToRight);
  }
  legend_->setTheme(theme);
}

}  // namespace poolscope::ui
