// SPDX-License-Identifier: Apache-2.0
#include "ui/window/shortcut_page.h"

#include "ui/window/actions.h"

#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QKeySequence>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

namespace poolscope::ui {

namespace {

class Page {
 public:
  Page(QWidget* content, const Theme& theme) : content_(content), grid_(new QGridLayout(content)) {
    keyStyle_ = QStringLiteral(
                    "background: %1; border: 1px solid %2; border-radius: 4px; padding: 2px 8px;")
                    .arg(theme.raised.name(), theme.line.name());
    grid_->setHorizontalSpacing(14);
    grid_->setVerticalSpacing(5);
    grid_->setColumnStretch(1, 1);
  }

  void addHeading(const QString& text) {
    auto* label = new QLabel(text, content_);
    label->setProperty("look", "title");
    grid_->setRowMinimumHeight(row_++, 8);
    grid_->addWidget(label, row_++, 0, 1, 2);
  }

  void addRow(const QString& key, const QString& text) {
    auto* keyLabel = new QLabel(key, content_);
    keyLabel->setProperty("look", "mono");
    keyLabel->setStyleSheet(keyStyle_);
    auto* hint = new QLabel(text, content_);
    hint->setWordWrap(true);
    grid_->addWidget(keyLabel, row_, 0, Qt::AlignLeft | Qt::AlignTop);
    grid_->addWidget(hint, row_++, 1);
  }

 private:
  QWidget* content_;
  QGridLayout* grid_;
  QString keyStyle_;
  int row_ = 0;
};

QString keysText(const CommandInfo& info) {
  return QKeySequence(QString::fromLatin1(info.keys.first()), QKeySequence::PortableText)
      .toString(QKeySequence::NativeText);
}

}  // namespace

ShortcutPage::ShortcutPage(const Theme& theme, QWidget* parent) : QDialog(parent) {
  setObjectName(QStringLiteral("shortcutPage"));
  setWindowTitle(tr("Keyboard shortcuts"));
  auto* content = new QWidget(this);
  Page page(content, theme);
  std::optional<CommandGroup> group;
  for (const CommandInfo& info : commandTable()) {
    if (group != info.group) {
      group = info.group;
      page.addHeading(groupText(info.group));
    }
    page.addRow(keysText(info), QCoreApplication::translate("Actions", info.hint));
  }
  page.addHeading(tr("Pointer on the timeline"));
  page.addRow(tr("Click"), tr("Select a task"));
  page.addRow(tr("Drag"), tr("Select a range for its figures"));
  page.addRow(tr("Shift+drag"), tr("Move in time, as the middle button does; let go in motion, it "
                                   "glides on until you do anything"));
  page.addRow(tr("Ctrl+drag"), tr("Zoom into a stretch"));
  page.addRow(tr("Double click"), tr("Zoom to a task"));
  page.addRow(tr("Wheel, pinch"), tr("Zoom at the pointer; over the names the wheel scrolls them"));
  page.addRow(tr("Shift+wheel"), tr("Move in time"));
  page.addRow(tr("Side buttons"), tr("Back and forward through what was in sight"));
  page.addRow(tr("Click the axis"), tr("Set one end of the ruler, then the other; drag to move an "
                                       "end"));
  page.addHeading(tr("Pointer on the overview"));
  page.addRow(tr("Click"), tr("Look there"));
  page.addRow(tr("Drag"), tr("Move the frame or one of its ends; outside of it, choose another "
                             "stretch"));
  auto* scroll = new QScrollArea(this);
  scroll->setObjectName(QStringLiteral("shortcutList"));
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setWidget(content);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  auto* column = new QVBoxLayout(this);
  column->addWidget(scroll);
  column->addWidget(buttons);
  resize(qRound(theme.px(640)), qRound(theme.px(620)));
}

}  // namespace poolscope::ui
