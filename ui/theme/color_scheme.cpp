// SPDX-License-Identifier: Apache-2.0
#include "ui/theme/color_scheme.h"

#include <QDBusConnection>
#include <QDBusError>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QGuiApplication>
#include <QMetaType>
#include <QPalette>

namespace poolscope::ui {
namespace {

QString portalService() {
  return QStringLiteral("org.freedesktop.portal.Desktop");
}
QString portalPath() {
  return QStringLiteral("/org/freedesktop/portal/desktop");
}
QString portalInterface() {
  return QStringLiteral("org.freedesktop.portal.Settings");
}
QString appearance() {
  return QStringLiteral("org.freedesktop.appearance");
}
QString colorSchemeKey() {
  return QStringLiteral("color-scheme");
}

/// Read() wraps its answer in a variant once more than SettingChanged does.
QVariant unwrapped(QVariant value) {
  while (value.metaType() == QMetaType::fromType<QDBusVariant>()) {
    value = value.value<QDBusVariant>().variant();
  }
  return value;
}

}  // namespace

ColorScheme::ColorScheme(QObject* parent) : QObject(parent) {
  const QPalette palette = QGuiApplication::palette();
  paletteIsDark_ =
      palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
  askPortal();
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
  const uint preference = unwrapped(value.variant()).toUInt();
  update(choice_, preference == 1   ? Preference::dark
                  : preference == 2 ? Preference::light
                                    : Preference::none);
}

void ColorScheme::askPortal() {
  QDBusConnection bus = QDBusConnection::sessionBus();
  if (!bus.isConnected()) {
    return;
  }
  // Qt 6.4 finds the types of a slot by name, and nobody has named this one yet.
  qRegisterMetaType<QDBusVariant>("QDBusVariant");
  if (!bus.connect(portalService(), portalPath(), portalInterface(),
                   QStringLiteral("SettingChanged"), this,
                   SLOT(applyPortalSetting(QString, QString, QDBusVariant)))) {
    qWarning("The desktop's change between light and dark cannot be followed: %s",
             qPrintable(bus.lastError().message()));
  }
  QDBusMessage question = QDBusMessage::createMethodCall(portalService(), portalPath(),
                                                         portalInterface(), QStringLiteral("Read"));
  question << appearance() << colorSchemeKey();
  auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(question), this);
  connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](QDBusPendingCallWatcher* done) {
    const QDBusPendingReply<QDBusVariant> reply = *done;
    if (reply.isValid()) {
      applyPortalSetting(appearance(), colorSchemeKey(), reply.value());
    }
    done->deleteLater();
  });
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
