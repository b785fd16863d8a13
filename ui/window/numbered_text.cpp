// SPDX-License-Identifier: Apache-2.0
#include "ui/window/numbered_text.h"

#include <QEvent>
#include <QFontMetricsF>
#include <QPainter>
#include <QResizeEvent>
#include <QTextBlock>
#include <QTextLayout>
#include <QWheelEvent>
#include <QtMath>

#include <algorithm>

namespace poolscope::ui {
namespace {

constexpr qreal kMarkShare = 0.15;  // of red in the ground of a faulty line
constexpr int kLeastDigits = 2;     // the text does not move at its tenth line
constexpr qreal kGapPx = 6;         // right of the numbers

}  // namespace

NumberedText::NumberedText(QWidget* parent)
    : QPlainTextEdit(parent),
      theme_(Theme::dark()),
      gutter_(new QWidget(this)) {
  gutter_->setObjectName(QStringLiteral("lineNumbers"));
  gutter_->installEventFilter(this);
  connect(this, &QPlainTextEdit::blockCountChanged, this, &NumberedText::placeGutter);
  connect(this, &QPlainTextEdit::updateRequest, gutter_, [this] { gutter_->update(); });
  placeGutter();
}

void NumberedText::markLine(int line) {
  marked_ = line >= 1 && line <= blockCount() ? line : 0;
  showMark();
  gutter_->update();
}

void NumberedText::setTheme(const Theme& theme) {
  theme_ = theme;
  showMark();
  placeGutter();
}

void NumberedText::showMark() {
  QList<QTextEdit::ExtraSelection> marks;
  if (marked_ > 0) {
    QTextEdit::ExtraSelection mark;
    mark.cursor = QTextCursor(document()->findBlockByNumber(marked_ - 1));
    mark.format.setBackground(mixed(theme_.bad, theme_.surface, kMarkShare));
    mark.format.setProperty(QTextFormat::FullWidthSelection, true);
    marks.append(mark);
  }
  setExtraSelections(marks);
}

int NumberedText::gutterWidth() const {
  const int digits = std::max(kLeastDigits, static_cast<int>(QString::number(blockCount()).size()));
  const QFontMetricsF metrics(theme_.fonts.monoStrong);
  // A column more, for the mark before the number.
  return qCeil((digits + 1) * metrics.horizontalAdvance(u'0') + theme_.px(kGapPx));
}

void NumberedText::placeGutter() {
  const int width = gutterWidth();
  const bool leftToRight = layoutDirection() == Qt::LeftToRight;
  setViewportMargins(leftToRight ? width : 0, 0, leftToRight ? 0 : width, 0);
  const QRect inside = contentsRect();
  gutter_->setGeometry(leftToRight ? inside.left() : inside.right() + 1 - width, inside.top(),
                       width, inside.height());
  gutter_->update();
}

QRectF NumberedText::numberRect(int line) const {
  const QTextBlock block = document()->findBlockByNumber(line - 1);
  if (line < 1 || !block.isValid()) {
    return {};
  }
  const QRectF place = blockBoundingGeometry(block).translated(contentOffset());
  // Beside its first line, where the text is wrapped.
  const QTextLayout& layout = *block.layout();
  const qreal height =
      layout.lineCount() > 0 ? layout.lineAt(0).height() : layout.boundingRect().height();
  const QRectF number(0, place.top() + viewport()->y() - gutter_->y(),
                      gutter_->width() - theme_.px(kGapPx), height);
  return number.intersects(gutter_->rect()) ? number : QRectF();
}

void NumberedText::resizeEvent(QResizeEvent* event) {
  QPlainTextEdit::resizeEvent(event);
  placeGutter();
}

bool NumberedText::eventFilter(QObject* watched, QEvent* event) {
  if (watched != gutter_) {
    return QPlainTextEdit::eventFilter(watched, event);
  }
  if (event->type() == QEvent::Paint) {
    paintGutter();
    return true;
  }
  if (event->type() == QEvent::Wheel) {
    wheelEvent(static_cast<QWheelEvent*>(event));  // it scrolls the text wherever it is turned
    return true;
  }
  return false;
}

void NumberedText::paintGutter() const {
  QPainter painter(gutter_);
  painter.fillRect(gutter_->rect(), theme_.lane);
  for (QTextBlock block = firstVisibleBlock(); block.isValid(); block = block.next()) {
    const int line = block.blockNumber() + 1;
    const QRectF place = numberRect(line);
    if (place.isEmpty()) {
      break;  // all that follow are below
    }
    const bool faulty = line == marked_;
    const QString number = QString::number(line);
    painter.setFont(faulty ? theme_.fonts.monoStrong : theme_.fonts.mono);
    painter.setPen(faulty ? theme_.bad : theme_.dim);
    painter.drawText(place, Qt::AlignRight | Qt::AlignVCenter,
                     faulty ? QStringLiteral("\u25b8") + number : number);
  }
}

}  // namespace poolscope::ui
