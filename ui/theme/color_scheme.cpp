// SPDX-License-Identifier: Apache-2.0
#include "ui/theme/color_scheme.h"

#include "ui/theme/portal_setting.h"

#include <QGuiApplication>
#include <QPalette>

namespace poolscope::ui {
namespace {

QString appearance() {
  return QStringLiteral("org.freedesktop.appearance");
}
QString colorSchemeKey() {
  return QStringLiteral("color-scheme");
}

}  // namespace

ColorScheme::ColorScheme(QObject* parent) : QObject(parent) {
  const QPalette palette = QGuiApplication::palette();
  paletteIsDark_ =
      palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
  followPortal(this, {{appearance(), colorSchemeKey()}});
}

bool ColorScheme::isDark() const {
  if (choice_ != Choice::system) {
    return choice_ == Choice::dark;
  }
  return system_ == Preference::none ? paletteIsDark_ : system_ == Preference::dark;
}

void ColorScheme::setChoice(Choice choice) {
  update(choice, system_);
}

void ColorScheme::applyPortalSetting(const QString& group, const QString& key,
                                     const QDBusVariant& value) {
  if (group != appearance() || key != colorSchemeKey()) {
    return;
  }
  const uint preference = portalValue(value).toUInt();
  update(choice_, preference == 1   ? Preference::dark
                  : preference == 2 ? Preference::light
                                    : Preference::none);
}

void ColorScheme::update(Choice choice, Preference system) {
  const bool before = isDark();
  choice_ = choice;
  system_ = system;
  if (isDark() != before) {
    Q_EMIT changed();
  }
}

}  // namespace poolscope::ui
