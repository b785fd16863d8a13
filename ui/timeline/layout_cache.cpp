// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/layout_cache.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace poolscope::ui {

using session::TimeNs;

const QFont& fontOf(TextRole role, const Theme& theme) {
  switch (role) {
    case TextRole::lane_name:
      return theme.fonts.monoStrong;
    case TextRole::lane_name_words:
    case TextRole::box_title:
      return theme.fonts.strong;
    case TextRole::flag:
    case TextRole::live:
      return theme.fonts.tinyStrong;
    case TextRole::bar:
      return theme.fonts.bar;
    case TextRole::pool:
      return theme.fonts.strong;
    case TextRole::box:
      return theme.fonts.small;
    default:
      return theme.fonts.tiny;
  }
}

qsizetype numberAtEnd(QStringView text) {
  qsizetype begin = text.size();
  while (begin > 0 && text[begin - 1] >= QLatin1Char('0') && text[begin - 1] <= QLatin1Char('9')) {
    --begin;
  }
  return begin;
}

void LayoutCache::prepare(const session::Snapshot& snapshot, const TaskKinds& kinds,
                          const Theme& theme, const Coloring& coloring) {
  if (!hasTheme_ || !(theme == theme_)) {
    theme_ = theme;
    hasTheme_ = true;
    widths_.clear();
    elisions_.clear();
    bars.clear();
  }
  if (coloring != coloring_) {
    coloring_ = coloring;
    workers.clear();
    phases.clear();
    rests.clear();
  }
  // A session only grows; one that shrank or began at another time is another one. A new kind of
  // task may take a colour that was lent to others.
  if (snapshot.begin() != sessionBegin_ || snapshot.event_count() < eventCount_ ||
      kinds.size() != kindCount_) {
    workers.clear();
    phases.clear();
    crowds.clear();
    callers.clear();
    queues.clear();
    groups.clear();
    bars.clear();
    rests.clear();
  }
  kindCount_ = kinds.size();
  sessionBegin_ = snapshot.begin();
  eventCount_ = snapshot.event_count();
}

std::shared_ptr<const LanePlaces> LayoutCache::places(
    const std::shared_ptr<const session::Snapshot>& snapshot) {
  // Snapshots share their lanes until these change. The last one is kept, so that its lanes'
  // address is not given to others.
  const bool same = places_ && placed_ && placed_->lanes().data() == snapshot->lanes().data() &&
                    placed_->lanes().size() == snapshot->lanes().size() &&
                    placed_->pools().size() == snapshot->pools().size();
  if (!same) {
    places_ = std::make_shared<const LanePlaces>(*snapshot);
  }
  placed_ = snapshot;
  return places_;
}

qreal LayoutCache::textWidth(const QString& text, TextRole role) {
  const TextKey key{text, role};
  const auto found = widths_.constFind(key);
  if (found != widths_.constEnd()) {
    return *found;
  }
  if (widths_.size() >= kMaxTexts) {
    widths_.clear();
  }
  const qreal width = std::ceil(QFontMetricsF(fontOf(role, theme_)).horizontalAdvance(text));
  widths_.insert(key, width);
  return width;
}

qreal LayoutCache::numberedWidth(const QString& text, TextRole role) {
  const qsizetype end = numberAtEnd(text);
  qreal widest = 0;
  for (char16_t digit = u'0'; end < text.size() && digit <= u'9'; ++digit) {
    widest = std::max(widest, textWidth(QString(QChar(digit)), role));
  }
  return (end > 0 ? textWidth(text.left(end), role) : 0) +
         widest * static_cast<qreal>(text.size() - end);
}

QString LayoutCache::elided(const QString& text, TextRole role, qreal width,
                            Qt::TextElideMode mode) {
  if (textWidth(text, role) <= width) {
    return text;
  }
  const auto bucket = static_cast<int>(width);
  const QString key = QString::number(static_cast<int>(role)) + QChar(0x1f) + text + QChar(0x1f) +
                      QString::number(bucket) + QChar(0x1f) + QString::number(mode);
  const auto found = elisions_.constFind(key);
  if (found != elisions_.constEnd()) {
    return *found;
  }
  if (elisions_.size() >= kMaxTexts) {
    elisions_.clear();
  }
  QString shortened = QFontMetricsF(fontOf(role, theme_)).elidedText(text, mode, bucket);
  if (shortened.size() < 2) {
    shortened.clear();
  }
  elisions_.insert(key, shortened);
  return shortened;
}

}  // namespace poolscope::ui
