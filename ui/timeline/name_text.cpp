// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/name_text.h"

#include <QChar>
#include <QList>

#include <algorithm>

namespace poolscope::ui {
namespace {

constexpr std::size_t kMostOfALine = 256;  // bytes
constexpr std::size_t kMostOfMany = 8'192;

bool isSpace(char16_t c) {
  return c == u'\t' || c == u'\n' || c == u'\r' || c == u'\v' || c == u'\f' || c == u'\u0085' ||
         c == QChar::LineSeparator || c == QChar::ParagraphSeparator;
}

/// Embeddings, overrides, isolates, marks of direction.
bool turnsDirection(char16_t c) {
  return (c >= u'\u202a' && c <= u'\u202e') || (c >= u'\u2066' && c <= u'\u2069') ||
         c == u'\u200e' || c == u'\u200f' || c == u'\u061c';
}

bool isRightToLeft(char32_t c) {
  const QChar::Direction direction = QChar::direction(c);
  return direction == QChar::DirR || direction == QChar::DirAL || direction == QChar::DirAN;
}

/// Where to cut so that no character is left in pieces.
std::size_t wholeCharacters(std::string_view utf8, std::size_t most) {
  std::size_t end = std::min(utf8.size(), most);
  while (end < utf8.size() && end > most - 4 &&
         (static_cast<unsigned char>(utf8[end]) & 0xc0U) == 0x80U) {
    --end;
  }
  return end;
}

}  // namespace

QString nameText(std::string_view utf8, TextLines lines) {
  const std::size_t end =
      wholeCharacters(utf8, lines == TextLines::many ? kMostOfMany : kMostOfALine);
  QString text = QString::fromUtf8(utf8.data(), static_cast<qsizetype>(end));
  for (QChar& c : text) {
    if (isSpace(c.unicode())) {
      c = lines == TextLines::many && c == QLatin1Char('\n') ? c : QLatin1Char(' ');
    } else if (c.category() == QChar::Other_Control || turnsDirection(c.unicode())) {
      c = QChar::ReplacementCharacter;
    }
  }
  if (end < utf8.size()) {
    text += QChar(0x2026);
  }
  const auto codes = text.toUcs4();
  if (std::any_of(codes.begin(), codes.end(), isRightToLeft)) {
    constexpr char16_t kFirstStrongIsolate = 0x2068;
    constexpr char16_t kPopIsolate = 0x2069;
    text = QChar(kFirstStrongIsolate) + text + QChar(kPopIsolate);
  }
  return text;
}

bool isBlank(const QString& name) {
  return std::all_of(name.begin(), name.end(), [](QChar c) { return c.isSpace(); });
}

}  // namespace poolscope::ui
