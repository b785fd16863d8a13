// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/code_view.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QScrollBar>
#include <QStringList>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextLayout>

#include <algorithm>

namespace poolscope::ui {

namespace {

constexpr qreal kMarginPx = 8;  // room for the bar beside a lit line
constexpr int kBarPx = 4;

}  // namespace

CodeView::CodeView(QWidget* parent) : QPlainTextEdit(parent) {
  setReadOnly(true);
  setLineWrapMode(QPlainTextEdit::NoWrap);
  setTabChangesFocus(true);
  document()->setDocumentMargin(kMarginPx);
  setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
}

void CodeView::setFonts(const QFont& largest, const QFont& smallest) {
  largest_ = largest;
  smallest_ = smallest;
  shownPx_ = 0;
  fit();
}

void CodeView::setCode(const QString& code) {
  if (toPlainText() != code) {
    lit_.reset();
    setExtraSelections({});
    setPlainText(code);
    fit();
  }
}

void CodeView::setLit(std::optional<LineRange> lines, const QColor& ground, const QColor& bar) {
  if (lines == lit_ && ground == litGround_ && bar == litBar_) {
    return;
  }
  const bool moved = lines != lit_;
  lit_ = lines;
  litGround_ = ground;
  litBar_ = bar;
  QList<QTextEdit::ExtraSelection> selections;
  for (int i = lit_ ? lit_->begin : 0; lit_ && i < lit_->end; ++i) {
    QTextEdit::ExtraSelection line;
    line.cursor = QTextCursor(document()->findBlockByNumber(i));
    line.format.setBackground(ground);
    line.format.setProperty(QTextFormat::FullWidthSelection, true);
    selections.append(line);
  }
  setExtraSelections(selections);
  viewport()->update();
  if (lit_ && moved) {
    const int rows = std::max(1, viewport()->height() / std::max(1, fontMetrics().lineSpacing()));
    const int top = verticalScrollBar()->value();
    if (lit_->begin < top || lit_->end > top + rows) {
      verticalScrollBar()->setValue(std::max(0, lit_->end - rows * 2 / 3));
    }
  }
}

void CodeView::paintEvent(QPaintEvent* event) {
  QPlainTextEdit::paintEvent(event);
  if (!lit_) {
    return;
  }
  QPainter painter(viewport());
  for (int i = lit_->begin; i < lit_->end; ++i) {
    const QTextBlock block = document()->findBlockByNumber(i);
    const QRectF line = blockBoundingGeometry(block).translated(contentOffset());
    // The last block has the margin below it, too.
    const qreal height = block.layout()->boundingRect().height();
    painter.fillRect(QRectF(0, line.top(), kBarPx, height), litBar_);
  }
}

void CodeView::resizeEvent(QResizeEvent* event) {
  QPlainTextEdit::resizeEvent(event);
  fit();
}

void CodeView::fit() {
  const int most = largest_.pixelSize();
  const int least = std::min(smallest_.pixelSize(), most);
  if (most <= 0) {
    return;
  }
  const auto widest = [this](int px) {
    QFont font = largest_;
    font.setPixelSize(px);
    font.setWeight(QFont::DemiBold);  // as the highlighter's widest
    const QFontMetricsF metrics(font);
    qreal width = 0;
    for (const QString& line : toPlainText().split(QLatin1Char('\n'))) {
      width = std::max(width, metrics.horizontalAdvance(line));
    }
    return width;
  };
  int px = most;
  while (px > least && widest(px) + 2 * document()->documentMargin() > viewport()->width()) {
    --px;
  }
  if (px == shownPx_) {
    return;
  }
  shownPx_ = px;
  // By a style sheet, because the window's own sets a font and would win over setFont().
  setStyleSheet(QStringLiteral("QPlainTextEdit { font-family: \"%1\"; font-size: %2px; }")
                    .arg(largest_.families().join(QStringLiteral("\", \"")))
                    .arg(px));
  // The layout keeps the width of the widest line in the type before, and would scroll to it.
  const std::optional<LineRange> lit = lit_;
  const QTextCursor selected = textCursor();
  const int anchor = selected.anchor();
  const int position = selected.position();
  const int line = verticalScrollBar()->value();
  setPlainText(toPlainText());
  QTextCursor again = textCursor();
  again.setPosition(anchor);
  again.setPosition(position, QTextCursor::KeepAnchor);
  setTextCursor(again);
  verticalScrollBar()->setValue(line);
  lit_.reset();
  setLit(lit, litGround_, litBar_);
}

}  // namespace poolscope::ui
