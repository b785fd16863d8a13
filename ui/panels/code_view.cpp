// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/code_view.h"

#include <QFontMetricsF>
#include <QStringList>

#include <algorithm>

namespace poolscope::ui {

CodeView::CodeView(QWidget* parent) : QPlainTextEdit(parent) {
  setReadOnly(true);
  setLineWrapMode(QPlainTextEdit::NoWrap);
  setTabChangesFocus(true);
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
    setPlainText(code);
    fit();
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
}

}  // namespace poolscope::ui
