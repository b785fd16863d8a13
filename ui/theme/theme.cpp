// SPDX-License-Identifier: Apache-2.0
#include "ui/theme/theme.h"

#include <QFontDatabase>
#include <QFontInfo>
#include <QStringList>

#include <algorithm>
#include <cmath>

namespace poolscope::ui {
namespace {

// WCAG 2.1, 1.4.3, level AA asks for 4.5; a range that is selected or measured tints both the text
// and its ground, which takes a sixth of it.
constexpr qreal kReadableTinted = 5.5;

qreal linear(qreal channel) {
  return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

qreal luminance(const QColor& color) {
  return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) +
         0.0722 * linear(color.blueF());
}

/// `from`, mixed with as little of `ground` as makes `text` readable on it.
QColor shadeFor(const QColor& from, const QColor& ground, const QColor& text, qreal leastMix) {
  for (qreal share = leastMix; share < 1; share += 0.02) {
    const QColor shade = mixed(ground, from, share);
    if (contrastRatio(shade, text) >= kReadableTinted) {
      return shade;
    }
  }
  return ground;
}

QFont makeFont(const QStringList& families, QFont::StyleHint hint, qreal pixels,
               QFont::Weight weight) {
  QFont font;
  font.setFamilies(families);
  font.setStyleHint(hint);
  font.setPixelSize(std::max(1, qRound(pixels)));
  font.setWeight(weight);
  return font;
}

Fonts makeFonts(const Theme& theme) {
  // A proportional face for words, a fixed one for what is code: names of workers and max_workers.
  const QStringList words{QStringLiteral("Inter"), QStringLiteral("Noto Sans"),
                          QStringLiteral("DejaVu Sans")};
  const QStringList code{QStringLiteral("JetBrains Mono"), QStringLiteral("DejaVu Sans Mono"),
                         QStringLiteral("monospace")};
  const auto word = [&](qreal size, QFont::Weight weight) {
    return makeFont(words, QFont::SansSerif, theme.px(size), weight);
  };
  const auto fixed = [&](qreal size, QFont::Weight weight) {
    return makeFont(code, QFont::Monospace, theme.px(size), weight);
  };
  return Fonts{.body = word(13, QFont::Normal),
               .strong = word(13, QFont::DemiBold),
               .small = word(12, QFont::Normal),
               .tiny = word(11, QFont::Normal),
               .tinyStrong = word(11, QFont::DemiBold),
               .bar = word(11.5, QFont::Medium),
               .title = word(16, QFont::Bold),
               .number = word(26, QFont::Bold),
               .figure = word(44, QFont::Bold),
               .mono = fixed(13, QFont::Normal),
               .monoStrong = fixed(13, QFont::DemiBold),
               .monoSmall = fixed(11, QFont::Normal)};
}

/// Between the stops, evenly: each step differs from the last in hue and in lightness, away from
/// the ground, so that more is seen as more with any colour vision.
QColor rampColor(bool isDark, int step) {
  constexpr std::array kOnDark{0x6a7fd6, 0xa678d0, 0xdc7aa8, 0xf59c6c, 0xf8d768};
  constexpr std::array kOnLight{0xdcc65a, 0xe29f66, 0xd3829c, 0xa97fc8, 0x6f80cf};
  const auto& stops = isDark ? kOnDark : kOnLight;
  const qreal at = static_cast<qreal>(step) * static_cast<qreal>(stops.size() - 1) /
                   static_cast<qreal>(swatch::kRampSteps - 1);
  const auto before = std::min(static_cast<std::size_t>(at), stops.size() - 2);
  const auto stop = [&](std::size_t i) { return QColor(static_cast<QRgb>(stops[i])); };
  return mixed(stop(before + 1), stop(before), at - static_cast<qreal>(before));
}

void deriveSwatches(Theme& theme) {
  const auto set = [&](int index, const QColor& bright) {
    theme.swatches[static_cast<std::size_t>(index)] = {
        bright, shadeFor(bright, theme.lane, theme.textOnShade, theme.isDark ? 0.42 : 0.45)};
  };
  for (int i = 0; i < static_cast<int>(Theme::kKinds); ++i) {
    theme.swatches[static_cast<std::size_t>(swatch::kKinds + i)] = {theme.kind(i),
                                                                    theme.kindShade(i)};
  }
  theme.swatches[swatch::kFailed] = {theme.badBar, theme.badShade};
  set(swatch::kFinished, theme.kind(2));
  set(swatch::kRunning, theme.kind(0));
  set(swatch::kNeutral, theme.isDark ? QColor(0x93, 0x9f, 0xb0) : QColor(0x97, 0xa3, 0xb3));
  // By PhaseKind: other, io_wait, compute, lock_wait, sleep, file_io, command, lock_held. A lock
  // has one hue, lighter where it is held.
  const std::array phases{theme.swatches[swatch::kNeutral].bright,
                          theme.kind(1),
                          theme.kind(0),
                          theme.kind(3),
                          theme.kind(5),
                          theme.kind(2),
                          theme.kind(4),
                          mixed(QColor(Qt::white), theme.kind(3), 0.45)};
  for (int i = 0; i < static_cast<int>(phases.size()); ++i) {
    set(swatch::kPhases + i, phases[static_cast<std::size_t>(i)]);
  }
  for (int i = 0; i < swatch::kRampSteps; ++i) {
    set(swatch::kRamp + i, rampColor(theme.isDark, i));
  }
}

void deriveColors(Theme& theme) {
  theme.textOnShade = theme.isDark ? QColor(Qt::white) : theme.text;
  for (std::size_t i = 0; i < Theme::kKinds; ++i) {
    theme.kindShades[i] =
        shadeFor(theme.kinds[i], theme.lane, theme.textOnShade, theme.isDark ? 0.42 : 0.45);
  }
  theme.badShade =
      shadeFor(theme.badBar, theme.lane, theme.textOnShade, theme.isDark ? 0.38 : 0.45);
  deriveSwatches(theme);
  theme.hatch = translucent(theme.isDark ? theme.background : QColor(Qt::white), 0.36);
  theme.queueArea = mixed(theme.accent, theme.lane, 0.30);
  theme.queueLine = mixed(theme.accent, theme.lane, theme.isDark ? 0.60 : 0.65);
  theme.blockedBand = mixed(theme.warn, theme.lane, theme.isDark ? 0.30 : 0.28);
  theme.fonts = makeFonts(theme);
}

}  // namespace

Theme Theme::dark(qreal pointSize) {
  Theme theme;
  theme.isDark = true;
  theme.pointSize = pointSize;
  theme.background = QColor(0x12, 0x15, 0x1a);
  theme.surface = QColor(0x19, 0x1d, 0x24);
  theme.raised = QColor(0x22, 0x28, 0x33);
  theme.lane = QColor(0x16, 0x1a, 0x20);
  theme.line = QColor(0x2c, 0x34, 0x40);
  theme.text = QColor(0xe8, 0xeb, 0xf0);
  theme.dim = QColor(0x98, 0xa3, 0xb3);
  theme.faint = QColor(0x5b, 0x66, 0x75);
  theme.accent = QColor(0x56, 0xb4, 0xe9);
  theme.onAccent = QColor(0x0b, 0x0e, 0x12);
  theme.ok = QColor(0x2f, 0xb5, 0x8a);
  theme.warn = QColor(0xe6, 0x9f, 0x00);
  theme.bad = QColor(0xee, 0x6a, 0x4c);
  theme.textOnBright = QColor(0x0b, 0x0e, 0x12);
  theme.kinds = {QColor(0x56, 0xb4, 0xe9), QColor(0xe6, 0xa5, 0x32), QColor(0x3e, 0xc3, 0x9a),
                 QColor(0xd9, 0x8b, 0xb4), QColor(0xd8, 0xcf, 0x55), QColor(0x9a, 0x9f, 0xe8)};
  theme.badBar = QColor(0xee, 0x6a, 0x4c);
  deriveColors(theme);
  return theme;
}

Theme Theme::light(qreal pointSize) {
  Theme theme;
  theme.isDark = false;
  theme.pointSize = pointSize;
  theme.background = QColor(0xf4, 0xf6, 0xf9);
  theme.surface = QColor(0xff, 0xff, 0xff);
  theme.raised = QColor(0xee, 0xf1, 0xf5);
  theme.lane = QColor(0xfa, 0xfb, 0xfc);
  theme.line = QColor(0xd9, 0xdf, 0xe7);
  theme.text = QColor(0x1b, 0x24, 0x30);
  theme.dim = QColor(0x56, 0x62, 0x73);
  theme.faint = QColor(0x98, 0xa3, 0xb1);
  theme.accent = QColor(0x00, 0x6a, 0xa8);
  theme.onAccent = QColor(0xff, 0xff, 0xff);
  theme.ok = QColor(0x00, 0x74, 0x55);
  theme.warn = QColor(0x8a, 0x5c, 0x00);
  theme.bad = QColor(0xba, 0x3a, 0x18);
  theme.textOnBright = QColor(0x0b, 0x0e, 0x12);
  theme.kinds = {QColor(0x4a, 0x9f, 0xd4), QColor(0xdd, 0x94, 0x14), QColor(0x22, 0xa1, 0x7b),
                 QColor(0xc9, 0x7c, 0xa5), QColor(0xc3, 0xb3, 0x2e), QColor(0x8b, 0x8f, 0xda)};
  theme.badBar = QColor(0xe0, 0x6a, 0x48);
  deriveColors(theme);
  return theme;
}

QPalette Theme::palette() const {
  QPalette p;
  p.setColor(QPalette::Window, background);
  p.setColor(QPalette::WindowText, text);
  p.setColor(QPalette::Base, surface);
  p.setColor(QPalette::AlternateBase, lane);
  p.setColor(QPalette::Text, text);
  p.setColor(QPalette::PlaceholderText, dim);
  p.setColor(QPalette::Button, raised);
  p.setColor(QPalette::ButtonText, text);
  p.setColor(QPalette::BrightText, bad);
  p.setColor(QPalette::Highlight, accent);
  p.setColor(QPalette::HighlightedText, onAccent);
  p.setColor(QPalette::Link, accent);
  p.setColor(QPalette::LinkVisited, accent);
  p.setColor(QPalette::ToolTipBase, raised);
  p.setColor(QPalette::ToolTipText, text);
  p.setColor(QPalette::Light, mixed(raised, text, 0.9));
  p.setColor(QPalette::Midlight, raised);
  p.setColor(QPalette::Mid, line);
  p.setColor(QPalette::Dark, line);
  p.setColor(QPalette::Shadow, background.darker(130));
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    p.setColor(QPalette::Disabled, role, faint);
  }
  return p;
}

qreal contrastRatio(const QColor& a, const QColor& b) {
  const qreal first = luminance(a);
  const qreal second = luminance(b);
  return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

QColor mixed(const QColor& a, const QColor& b, qreal share) {
  const auto channel = [share](int x, int y) { return qRound(x * share + y * (1 - share)); };
  return QColor(channel(a.red(), b.red()), channel(a.green(), b.green()),
                channel(a.blue(), b.blue()));
}

QColor translucent(const QColor& color, qreal opacity) {
  QColor result = color;
  result.setAlphaF(static_cast<float>(opacity));
  return result;
}

}  // namespace poolscope::ui
