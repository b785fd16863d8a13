// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/lesson_panel.h"

#include <QDesktopServices>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QRegularExpression>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextList>
#include <QUrl>
#include <QVBoxLayout>

namespace poolscope::ui {

namespace {

using Stage = TrialInfo::Stage;

QLabel* textLabel(const char* name, QWidget* parent) {
  auto* label = new QLabel(parent);
  label->setObjectName(QString::fromLatin1(name));
  label->setWordWrap(true);
  label->setTextFormat(Qt::RichText);
  return label;
}

/// The keyboard stops only where there is a link.
void showText(QLabel* label, const QString& html) {
  label->setText(html);
  const bool hasLink = html.contains(QStringLiteral("<a href"));
  label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::LinksAccessibleByMouse |
                                 (hasLink ? Qt::LinksAccessibleByKeyboard : Qt::NoTextInteraction));
}

/// The lesson up to "Try it:" with that line, and what stands behind it.
std::pair<QString, QString> parted(const QString& markdown) {
  static const QRegularExpression line(QStringLiteral("^Try it:[ \\t]*$"),
                                       QRegularExpression::MultilineOption);
  const QRegularExpressionMatch match = line.match(markdown);
  return match.hasMatch()
             ? std::pair(markdown.left(match.capturedEnd()), markdown.mid(match.capturedEnd()))
             : std::pair(markdown, QString());
}

QString outcomeMark(Stage stage) {
  return stage == Stage::kept     ? QStringLiteral("\u2713 ")
         : stage == Stage::missed ? QStringLiteral("\u2260 ")
                                  : QString();
}

}  // namespace

LessonPanel::LessonPanel(QWidget* parent)
    : QScrollArea(parent),
      theme_(Theme::dark()),
      undo_(nullptr) {
  setWidgetResizable(true);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setFrameShape(QFrame::NoFrame);
  setFocusPolicy(Qt::StrongFocus);  // so that keys scroll it
  auto* page = new QWidget(this);
  page->setObjectName(QStringLiteral("lessonPage"));
  before_ = textLabel("lessonText", page);
  after_ = textLabel("lessonRest", page);
  undo_ = new QPushButton(tr("As it was"), page);
  undo_->setObjectName(QStringLiteral("undoTry"));
  undo_->setToolTip(tr("Start the scenario again as it is without this change"));
  rowsColumn_ = new QVBoxLayout;
  rowsColumn_->setSpacing(8);
  undoRow_ = new QHBoxLayout;
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(2, 6, 8, 6);
  column->setSpacing(8);
  column->addWidget(before_);
  column->addLayout(rowsColumn_);
  column->addLayout(undoRow_);
  column->addWidget(after_);
  column->addStretch();
  setWidget(page);
  undo_->hide();
  connect(undo_, &QPushButton::clicked, this, &LessonPanel::undoChosen);
  for (const QLabel* label : {before_, after_}) {
    connect(label, &QLabel::linkActivated, this, &LessonPanel::follow);
  }
}

/// Nothing but pages and lessons: whoever wrote the lesson need not be known.
void LessonPanel::follow(const QString& link) {
  const QUrl url(link);
  if (url.scheme() == QLatin1String("scenario")) {
    Q_EMIT scenarioChosen(url.path());
  } else if (url.scheme() == QLatin1String("https") || url.scheme() == QLatin1String("http")) {
    QDesktopServices::openUrl(url);
  }
}

void LessonPanel::showLesson(const QString& markdown, const QList<TryInfo>& tries) {
  const auto same = [](const TryInfo& a, const TryInfo& b) {
    return a.label == b.label && a.promise == b.promise && a.startsAgain == b.startsAgain;
  };
  const bool sameTries = std::equal(tries.begin(), tries.end(), tries_.begin(), tries_.end(), same);
  if (markdown == markdown_ && sameTries && !before_->text().isEmpty()) {
    return;
  }
  markdown_ = markdown;
  tries_ = tries;
  if (!sameTries) {
    build();
  }
  setTexts();
}

void LessonPanel::build() {
  awaited_.reset();
  for (const Row& row : std::as_const(rows_)) {
    delete row.button;
    delete row.text;
    delete row.column;
  }
  rows_.clear();
  QWidget* previous = before_;
  for (int i = 0; i < tries_.size(); ++i) {
    const TryInfo& info = tries_[i];
    Row row;
    row.button = new QPushButton(info.label, widget());
    row.button->setObjectName(QStringLiteral("try%1").arg(i));
    row.button->setAccessibleDescription(info.promise);
    row.button->setAutoDefault(true);  // Enter presses it, as Space does
    row.text = new QLabel(widget());
    row.text->setObjectName(QStringLiteral("tryText%1").arg(i));
    row.text->setWordWrap(true);
    row.text->setTextFormat(Qt::PlainText);
    row.startsAgain = info.startsAgain;
    row.promise = info.promise;
    row.column = new QVBoxLayout;
    row.column->setSpacing(1);  // the promise is seen to belong to the button above it
    row.head = new QHBoxLayout;
    row.head->setSpacing(8);
    row.head->addWidget(row.button);
    row.head->addStretch();
    row.column->addLayout(row.head);
    row.column->addWidget(row.text);
    rowsColumn_->addLayout(row.column);
    setTabOrder(previous, row.button);
    previous = row.button;
    connect(row.button, &QPushButton::clicked, this, [this, i] { Q_EMIT tryChosen(i); });
    rows_.append(row);
    showRow(i);
  }
  setTabOrder(previous, undo_);
  setTabOrder(undo_, after_);
}

void LessonPanel::showTrial(const TrialInfo& trial, bool running, bool startable, bool isChanged,
                            bool sweeping) {
  sweeping_ = sweeping;
  trial_ = trial;
  running_ = running;
  startable_ = startable;
  // Beside the button that it takes back.
  QHBoxLayout* const place =
      trial.index >= 0 && trial.index < rows_.size() ? rows_[trial.index].head : undoRow_;
  if (place->indexOf(undo_) < 0) {
    place->insertWidget(place == undoRow_ ? 0 : 1, undo_, 0, Qt::AlignLeft);
    if (place != undoRow_) {
      setTabOrder(rows_[trial.index].button, undo_);
      if (trial.index + 1 < rows_.size()) {
        setTabOrder(undo_, rows_[trial.index + 1].button);
      }
    }
  }
  undo_->setVisible(isChanged);
  for (int i = 0; i < rows_.size(); ++i) {
    showRow(i);
  }
}

void LessonPanel::showRow(int index) {
  const Row& row = rows_[index];
  const bool usable = row.startsAgain ? startable_ : running_ && !sweeping_;
  // A scenario that starts again disables it for a moment: the focus comes back to it, and does not
  // stay at whatever stands next.
  if (!usable && row.button->hasFocus()) {
    setFocus();
    awaited_ = index;
  }
  row.button->setEnabled(usable);
  if (usable && awaited_ == index) {
    awaited_.reset();
    if (hasFocus()) {
      row.button->setFocus();
    }
  }
  row.button->setToolTip(usable            ? QString()
                         : row.startsAgain ? tr("Start the scenario first")
                         : sweeping_
                             ? tr("The pool rests while other numbers of workers are measured")
                             : tr("The pool must run for this: F5 starts it again"));
  const bool tried = trial_.index == index && trial_.stage != Stage::none;
  const QString found = !tried ? QString()
                        : trial_.stage == Stage::looking
                            ? tr("Looking\u2026")
                            : outcomeMark(trial_.stage) + tr("Seen: %1").arg(trial_.text);
  row.text->setText(found.isEmpty() ? row.promise : row.promise + QStringLiteral("\n") + found);
}

QSize LessonPanel::sizeHint() const {
  const int height = widget()->layout()->heightForWidth(viewport()->width());
  return {QScrollArea::sizeHint().width(), height + 2 * frameWidth()};
}

/// What stands above or below it moves with what it says.
bool LessonPanel::event(QEvent* event) {
  const bool done = QScrollArea::event(event);
  if (event->type() == QEvent::LayoutRequest || event->type() == QEvent::Resize) {
    updateGeometry();
  }
  return done;
}

void LessonPanel::setTheme(const Theme& theme) {
  theme_ = theme;
  // The window's rules take the frame from all scroll areas; this one can have the focus.
  setStyleSheet(QStringLiteral("#lesson { border: 1px solid transparent; }"
                               "#lesson:focus { border: 1px solid %1; }"
                               "#lessonPage { background: transparent; }"
                               "#lessonPage QPushButton { padding: 1px 10px; min-height: %2px; }")
                    .arg(theme.accent.name())
                    .arg(QFontMetrics(theme.fonts.body).height() + 4));
  setTexts();
}

void LessonPanel::setTexts() {
  const auto [before, after] = parted(markdown_);
  showText(before_, html(before.trimmed().isEmpty() ? tr("This session brings no lesson with it.")
                                                    : before));
  showText(after_, html(after));
  after_->setVisible(!after.trimmed().isEmpty());
}

/// Markdown brings no room between paragraphs, and lists that stand far in: by a document's indent
/// width, which a label does not take over, so that items get a margin instead.
QString LessonPanel::html(const QString& markdown) const {
  QTextDocument document;
  document.setDefaultFont(theme_.fonts.body);
  document.setMarkdown(markdown);
  const QFontMetrics metrics(theme_.fonts.body);
  for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
    const bool item = block.textList() != nullptr;
    const bool lastItem = item && (!block.next().isValid() || block.next().textList() == nullptr);
    const bool last = !block.next().isValid();
    QTextCursor cursor(block);
    QTextBlockFormat format = block.blockFormat();
    if (item) {
      QTextListFormat list = block.textList()->format();
      list.setIndent(0);
      block.textList()->setFormat(list);
      format.setLeftMargin(metrics.height());  // the bullet stands in it
    }
    format.setBottomMargin(last                ? 0
                           : item && !lastItem ? metrics.height() / 4.0
                                               : metrics.height() / 2.0);
    cursor.setBlockFormat(format);
  }
  return document.toHtml();
}

}  // namespace poolscope::ui
