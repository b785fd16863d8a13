// SPDX-License-Identifier: Apache-2.0
#include "ui/theme/portal_setting.h"

#include <QDBusConnection>
#include <QDBusError>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QMetaObject>
#include <QMetaType>

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

void ask(const QDBusConnection& bus, QObject* receiver, const PortalKey& key) {
  QDBusMessage question = QDBusMessage::createMethodCall(portalService(), portalPath(),
                                                         portalInterface(), QStringLiteral("Read"));
  question << key.first << key.second;
  auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(question), receiver);
  QObject::connect(watcher, &QDBusPendingCallWatcher::finished, receiver,
                   [receiver, key](QDBusPendingCallWatcher* done) {
                     const QDBusPendingReply<QDBusVariant> reply = *done;
                     if (reply.isValid()) {
                       QMetaObject::invokeMethod(
                           receiver, "applyPortalSetting", Q_ARG(QString, key.first),
                           Q_ARG(QString, key.second), Q_ARG(QDBusVariant, reply.value()));
                     }
                     done->deleteLater();
                   });
}

}  // namespace

void followPortal(QObject* receiver, const QList<PortalKey>& keys) {
  QDBusConnection bus = QDBusConnection::sessionBus();
  if (!bus.isConnected()) {
    return;
  }
  // Qt 6.4 finds the types of a slot by name, and nobody has named this one yet.
  qRegisterMetaType<QDBusVariant>("QDBusVariant");
  if (!bus.connect(portalService(), portalPath(), portalInterface(),
                   QStringLiteral("SettingChanged"), receiver,
                   SLOT(applyPortalSetting(QString, QString, QDBusVariant)))) {
    qWarning("Changes of the desktop's settings cannot be followed: %s",
             qPrintable(bus.lastError().message()));
  }
  for (const PortalKey& key : keys) {
    ask(bus, receiver, key);
  }
}

QVariant portalValue(const QDBusVariant& value) {
  QVariant inner = value.variant();
  while (inner.metaType() == QMetaType::fromType<QDBusVariant>()) {
    inner = inner.value<QDBusVariant>().variant();
  }
  return inner;
}

}  // namespace poolscope::ui
