// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/figure_tiles.h"

#include "ui/panels/format.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <utility>

namespace poolscope::ui {

namespace {

constexpr qreal kMostGap = 44;
constexpr qreal kLeastGap = 14;
constexpr int kLeastPixels = 9;  // the end of shrinking

QString tr(const char* text) {
  return QCoreApplication::translate("FigureTiles", text);
}

QString durationOr(const std::optional<double>& seconds) {
  return seconds ? formatSeconds(*seconds) : QStringLiteral("\u2013");
}

constexpr qreal kKerning = 1;  // what pairs of digits may add

/// As wide as `text` may become with other digits: not in all fonts are they of one width.
qreal widestAdvance(QString text, const QFontMetricsF& metrics) {
  QChar widest = u'0';
  for (char16_t digit = u'1'; digit <= u'9'; ++digit) {
    if (metrics.horizontalAdvance(QChar(digit)) > metrics.horizontalAdvance(widest)) {
      widest = digit;
    }
  }
  for (QChar& letter : text) {
    letter = letter.isDigit() ? widest : letter;
  }
  return metrics.horizontalAdvance(text) + kKerning;
}

qreal tileWidth(const FigureTile& tile, const QFontMetricsF& values, const QFontMetricsF& names) {
  return std::max({values.horizontalAdvance(tile.value), widestAdvance(tile.widest, values),
                   names.horizontalAdvance(tile.name)});
}

qreal rowHeight(const Theme& theme) {
  return QFontMetricsF(theme.fonts.number).height() + QFontMetricsF(theme.fonts.small).height();
}

}  // namespace

QList<FigureTile> figureTiles(const LiveFigures& figures, const Theme& theme) {
  const auto count = [](std::uint64_t value, const QString& name, const QColor& color) {
    return FigureTile{.value = formatLargeCount(value),
                      .name = name,
                      .widest = QStringLiteral("99.9 k"),
                      .color = color};
  };
  const auto duration = [&](const std::optional<double>& seconds, const QString& name) {
    return FigureTile{.value = durationOr(seconds),
                      .name = name,
                      .widest = QStringLiteral("99.9 ms"),
                      .color = theme.text};
  };
  const TaskCounts& tasks = figures.tasks;
  return {
      {.value = figures.utilization ? formatShare(*figures.utilization) : QStringLiteral("\u2013"),
       .name = tr("utilization"),
       .widest = QStringLiteral("100 %"),
       .color = theme.text},
      duration(figures.queueWaitP50S, tr("queue wait p50")),
      duration(figures.queueWaitP99S, tr("queue wait p99")),
      count(tasks.waiting, tr("in the queue"), theme.text),
      count(tasks.running, tr("running"), theme.text),
      count(tasks.finished, tr("finished"), tasks.finished > tasks.failed ? theme.ok : theme.dim),
      count(tasks.failed, tr("of them failed"), tasks.failed > 0 ? theme.bad : theme.dim),
      count(tasks.cancelled, tr("cancelled"), tasks.cancelled > 0 ? theme.warn : theme.dim)};
}

FigureTilesScene layOutFigureTiles(QList<FigureTile> tiles, qreal width, const Theme& theme) {
  FigureTilesScene scene{
      .tiles = std::move(tiles), .valueFont = theme.fonts.number, .nameFont = theme.fonts.small};
  if (scene.tiles.isEmpty()) {
    return scene;
  }
  const qreal gaps = static_cast<qreal>(scene.tiles.size() - 1);
  const auto needed = [&] {
    qreal sum = 0;
    for (const FigureTile& tile : std::as_const(scene.tiles)) {
      sum += tileWidth(tile, QFontMetricsF(scene.valueFont), QFontMetricsF(scene.nameFont));
    }
    return sum;
  };
  qreal sum = needed();
  while (sum + gaps * theme.px(kLeastGap) > width && scene.valueFont.pixelSize() > kLeastPixels) {
    scene.valueFont.setPixelSize(scene.valueFont.pixelSize() - 1);
    scene.nameFont.setPixelSize(std::min(scene.nameFont.pixelSize(), scene.valueFont.pixelSize()));
    sum = needed();
  }
  const qreal gap = gaps > 0 ? std::clamp((width - sum) / gaps, 0.0, theme.px(kMostGap)) : 0;
  qreal x = 0;
  for (FigureTile& tile : scene.tiles) {
    const qreal tileW =
        tileWidth(tile, QFontMetricsF(scene.valueFont), QFontMetricsF(scene.nameFont));
    tile.rect = QRectF(x, 0, tileW, rowHeight(theme));
    x += tileW + gap;
  }
  return scene;
}

FigureTiles::FigureTiles(QWidget* parent) : QWidget(parent), theme_(Theme::dark()) {
  announceParts();
  setObjectName(QStringLiteral("figureTiles"));
  setAccessibleName(tr("Figures"));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void FigureTiles::showFigures(const LiveFigures& figures) {
  figures_ = figures;
  stale_ = true;
  QStringList words;
  for (const FigureTile& tile : figureTiles(figures_, theme_)) {
    words << tile.name + u' ' + tile.value;
  }
  setAccessibleDescription(words.join(QStringLiteral(", ")));
  update();
}

void FigureTiles::showCounts(const TaskCounts& tasks) {
  if (tasks != figures_.tasks) {
    LiveFigures figures = figures_;
    figures.tasks = tasks;
    showFigures(figures);
  }
}

void FigureTiles::setTheme(const Theme& theme) {
  theme_ = theme;
  stale_ = true;
  updateGeometry();
  update();
}

const FigureTilesScene& FigureTiles::scene() {
  if (std::exchange(stale_, false)) {
    scene_ = layOutFigureTiles(figureTiles(figures_, theme_), width(), theme_);
  }
  return scene_;
}

/// Name and value in one, because that is what is read out; the value alone as well.
QList<PaintedPart> FigureTiles::paintedParts() {
  QList<PaintedPart> parts;
  for (const FigureTile& tile : scene().tiles) {
    parts.append({.name = QStringLiteral("%1: %2").arg(tile.name, tile.value),
                  .value = tile.value,
                  .rect = tile.rect.toAlignedRect()});
  }
  return parts;
}

QSize FigureTiles::sizeHint() const {
  return {qRound(theme_.px(900)), qRound(rowHeight(theme_))};
}

QSize FigureTiles::minimumSizeHint() const {
  return {qRound(theme_.px(600)), qRound(rowHeight(theme_))};
}

void FigureTiles::resizeEvent(QResizeEvent* event) {
  stale_ = true;
  QWidget::resizeEvent(event);
}

void FigureTiles::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const FigureTilesScene& shown = scene();
  for (const FigureTile& tile : shown.tiles) {
    painter.setFont(shown.valueFont);
    painter.setPen(tile.color);
    painter.drawText(tile.rect, static_cast<int>(Qt::AlignLeft | Qt::AlignTop), tile.value);
    painter.setFont(shown.nameFont);
    painter.setPen(theme_.dim);
    painter.drawText(tile.rect, static_cast<int>(Qt::AlignLeft | Qt::AlignBottom), tile.name);
  }
}

}  // namespace poolscope::ui
