// SPDX-License-Identifier: Apache-2.0
#include "ui/theme/theme.h"

#include <QStringList>

namespace poolscope::ui {
namespace {

/// $name stands for a colour, 12px for a size that scales with the theme.
constexpr const char* kRules = R"(
QWidget { color: $text; font-family: $words; font-size: 13px; }
QMainWindow, QDialog { background: $background; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 4px 6px; }
QLabel { background: transparent; }
QLabel[look="dim"] { color: $dim; font-size: 12px; }
QLabel[look="title"] { font-size: 16px; font-weight: 700; }
QLabel[look="figure"] { font-size: 44px; font-weight: 700; }
QLabel[look="strong"] { font-weight: 600; }
QLabel[look="mono"] { font-family: $code; }
QPlainTextEdit[look="mono"] { font-family: $code; }
QLabel[look="ok"] { color: $ok; font-size: 12px; }
QLabel[look="warn"] { color: $warn; font-size: 12px; }
QLabel[look="bad"] { color: $bad; font-size: 12px; }
QFrame[look="card"] { background: $surface; border: 1px solid $line; border-radius: 10px; }
QPushButton, QToolButton, QComboBox, QSpinBox, QDoubleSpinBox, QLineEdit {
  background: $raised; border: 1px solid $line; border-radius: 8px; padding: 5px 12px; min-height: 22px;
  selection-background-color: $accent; selection-color: $onAccent; }
QToolButton { padding: 5px 8px; }
QPushButton:hover, QToolButton:hover, QComboBox:hover { border-color: $faint; background: $hover; }
QPushButton:pressed, QToolButton:pressed, QPushButton:checked, QToolButton:checked {
  background: $pressed; border-color: $accent; }
QPushButton:focus, QToolButton:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus, QLineEdit:focus {
  border: 2px solid $accent; padding: 4px 11px; }
QToolButton:focus { padding: 4px 7px; }
QPushButton:disabled, QToolButton:disabled, QComboBox:disabled { color: $faint; }
QSpinBox:disabled { color: $dim; }
QPushButton[look="primary"] { background: $accent; color: $onAccent; border-color: $accent; font-weight: 700; }
QPushButton[look="primary"]:hover { background: $accentHover; }
QPushButton[look="primary"]:focus { border: 2px solid $text; }
QPushButton[look="primary"]:disabled { background: $raised; color: $faint; border-color: $line; }
QPushButton[look="quiet"], QToolButton[look="quiet"] { background: transparent; border-color: transparent; }
QPushButton[look="quiet"]:hover, QToolButton[look="quiet"]:hover { background: $raised; }
QPushButton[look="quiet"]:focus, QToolButton[look="quiet"]:focus { border-color: $accent; }
QComboBox { combobox-popup: 0; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $line; outline: none;
  selection-background-color: $pressed; selection-color: $text; }
QMenuBar { background: $surface; } QMenuBar::item { padding: 4px 8px; background: transparent; }
QMenuBar::item:selected { background: $raised; border-radius: 4px; }
QMenu { background: $surface; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: $pressed; } QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QTabWidget::pane { border: none; } QTabBar { background: transparent; }
QTabBar::tab { background: transparent; color: $dim; padding: 6px 10px; border: none;
  border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; font-weight: 600; border-bottom-color: $accent; }
QTabBar::tab:hover { color: $text; } QTabBar::tab:focus { background: $raised; }
QPlainTextEdit, QTextEdit, QTextBrowser, QTableView, QTreeView, QListView {
  background: $surface; border: 1px solid transparent; outline: none; selection-background-color: $pressed; selection-color: $text;
  alternate-background-color: $lane; gridline-color: $line; }
QPlainTextEdit:focus, QTextBrowser:focus, QTableView:focus, QTreeView:focus, QListView:focus {
  border: 1px solid $accent; }
QHeaderView::section { background: $surface; color: $dim; border: none; border-bottom: 1px solid $line;
  padding: 4px 4px; font-size: 12px; }
QSlider::groove:horizontal { height: 4px; background: $line; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal { background: $accent; border: 2px solid $surface; width: 16px; height: 16px;
  margin: -8px 0; border-radius: 9px; }
QSlider::handle:horizontal:focus { border-color: $text; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $line; border-radius: 4px; margin: 1px; }
QScrollBar::handle:vertical { min-height: 24px; } QScrollBar::handle:horizontal { min-width: 24px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QProgressBar { background: $raised; border: none; border-radius: 3px; height: 6px; text-align: center; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QSplitter::handle { background: $background; } QSplitter::handle:hover { background: $line; }
QStatusBar { background: $surface; color: $dim; } QStatusBar::item { border: none; }
QToolBar { background: $surface; border: none; spacing: 6px; }
QGroupBox { border: 1px solid $line; border-radius: 8px; margin-top: 12px; padding-top: 8px; }
QGroupBox::title { subcontrol-origin: margin; left: 10px; color: $dim; }
QCheckBox:focus, QRadioButton:focus { color: $accent; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
)";

struct Variable {
  QString name;
  QString value;
};

/// Replaces every "$name"; the longest names first, so that $accentHover is not read as $accent.
QString substituted(QString rules, const QList<Variable>& variables) {
  for (const Variable& variable : variables) {
    rules.replace(QLatin1Char('$') + variable.name, variable.value);
  }
  return rules;
}

QString scaledPixels(const QString& rules, const Theme& theme) {
  QString result;
  result.reserve(rules.size());
  qsizetype i = 0;
  while (i < rules.size()) {
    qsizetype end = i;
    while (end < rules.size() && rules[end].isDigit()) {
      ++end;
    }
    const bool isLength = end > i && QStringView(rules).mid(end, 2) == QLatin1String("px") &&
                          (i == 0 || !rules[i - 1].isLetterOrNumber());
    if (!isLength) {
      result += rules[i++];
      continue;
    }
    const int value = QStringView(rules).mid(i, end - i).toInt();
    result += QString::number(value <= 2 ? value : qRound(theme.px(value)));
    i = end;
  }
  return result;
}

QString familyList(const QFont& font) {
  QStringList quoted;
  for (const QString& family : font.families()) {
    quoted += QLatin1Char('"') + family + QLatin1Char('"');
  }
  return quoted.join(QStringLiteral(", "));
}

}  // namespace

QString Theme::styleSheet() const {
  const QList<Variable> variables{
      {QStringLiteral("background"), background.name()},
      {QStringLiteral("accentHover"), mixed(accent, text, 0.88).name()},
      {QStringLiteral("onAccent"), onAccent.name()},
      {QStringLiteral("surface"), surface.name()},
      {QStringLiteral("pressed"), mixed(accent, raised, 0.22).name()},
      {QStringLiteral("accent"), accent.name()},
      {QStringLiteral("raised"), raised.name()},
      {QStringLiteral("hover"), mixed(text, raised, 0.06).name()},
      {QStringLiteral("faint"), faint.name()},
      {QStringLiteral("words"), familyList(fonts.body)},
      {QStringLiteral("code"), familyList(fonts.mono)},
      {QStringLiteral("line"), line.name()},
      {QStringLiteral("lane"), lane.name()},
      {QStringLiteral("text"), text.name()},
      {QStringLiteral("warn"), warn.name()},
      {QStringLiteral("bad"), bad.name()},
      {QStringLiteral("dim"), dim.name()},
      {QStringLiteral("ok"), ok.name()},
  };
  return substituted(scaledPixels(QString::fromUtf8(kRules), *this), variables);
}

}  // namespace poolscope::ui
