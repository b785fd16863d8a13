// SPDX-License-Identifier: Apache-2.0
#include "ui/theme/color_scheme.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QProcess>
#include <QSignalSpy>
#include <QTest>

using poolscope::ui::ColorScheme;

/// What answers for the desktop, on a bus of the test's own.
class FakePortal : public QObject {
  Q_OBJECT
  Q_CLASSINFO("D-Bus Interface", "org.freedesktop.portal.Settings")
 public:
  uint scheme = 2;

 public Q_SLOTS:
  QDBusVariant Read(const QString& /*group*/, const QString& /*key*/) const {
    return QDBusVariant(QVariant::fromValue(QDBusVariant(scheme)));
  }

 Q_SIGNALS:
  void SettingChanged(const QString& group, const QString& key, const QDBusVariant& value);
};

class ColorSchemeTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void cleanupTestCase();
  void desktop_changesWhileRunning_isFollowed();
  void portal_saysDarkOrLight_isFollowed();
  void portal_otherSetting_isIgnored();
  void choice_lightOrDark_beatsThePortal();

 private:
  QProcess bus_;
  QString address_;
};

namespace {

void portalSays(ColorScheme& scheme, uint value) {
  scheme.applyPortalSetting(QStringLiteral("org.freedesktop.appearance"),
                            QStringLiteral("color-scheme"), QDBusVariant(value));
}

}  // namespace

void ColorSchemeTest::initTestCase() {
  bus_.start(
      QStringLiteral("dbus-daemon"),
      {QStringLiteral("--session"), QStringLiteral("--nofork"), QStringLiteral("--print-address")});
  if (bus_.waitForStarted()) {
    QVERIFY(bus_.waitForReadyRead());
    address_ = QString::fromUtf8(bus_.readLine()).trimmed();
  }
  // Never the bus of whoever runs the tests: his desktop is no part of them.
  qputenv("DBUS_SESSION_BUS_ADDRESS",
          address_.isEmpty() ? QByteArray("unix:path=/nonexistent") : address_.toUtf8());
}

void ColorSchemeTest::cleanupTestCase() {
  bus_.kill();
  bus_.waitForFinished();
}

void ColorSchemeTest::desktop_changesWhileRunning_isFollowed() {
  if (address_.isEmpty()) {
    QSKIP("dbus-daemon is not installed");
  }
  FakePortal portal;
  QDBusConnection bus = QDBusConnection::connectToBus(address_, QStringLiteral("portal"));
  QVERIFY(bus.registerService(QStringLiteral("org.freedesktop.portal.Desktop")));
  QVERIFY(bus.registerObject(QStringLiteral("/org/freedesktop/portal/desktop"), &portal,
                             QDBusConnection::ExportAllSlots | QDBusConnection::ExportAllSignals));
  const auto become = [&portal](uint scheme) {
    portal.scheme = scheme;
    Q_EMIT portal.SettingChanged(QStringLiteral("org.freedesktop.appearance"),
                                 QStringLiteral("color-scheme"), QDBusVariant(scheme));
  };
  portal.scheme = 1;
  ColorScheme scheme;
  QTRY_VERIFY(scheme.isDark());  // as it was asked
  become(2);
  QTRY_VERIFY(!scheme.isDark());  // as it was told
  become(1);
  QTRY_VERIFY(scheme.isDark());
  QDBusConnection::disconnectFromBus(QStringLiteral("portal"));
}

void ColorSchemeTest::portal_saysDarkOrLight_isFollowed() {
  ColorScheme scheme;
  const bool fallback = scheme.isDark();
  portalSays(scheme, 2);
  QVERIFY(!scheme.isDark());
  QSignalSpy spy(&scheme, &ColorScheme::changed);
  portalSays(scheme, 1);
  QVERIFY(scheme.isDark());
  QCOMPARE(spy.count(), 1);
  portalSays(scheme, 1);
  QCOMPARE(spy.count(), 1);
  // Read() answers with a variant in a variant.
  scheme.applyPortalSetting(QStringLiteral("org.freedesktop.appearance"),
                            QStringLiteral("color-scheme"),
                            QDBusVariant(QVariant::fromValue(QDBusVariant(uint(2)))));
  QVERIFY(!scheme.isDark());
  portalSays(scheme, 0);
  QCOMPARE(scheme.isDark(), fallback);
}

void ColorSchemeTest::portal_otherSetting_isIgnored() {
  ColorScheme scheme;
  portalSays(scheme, 2);
  scheme.applyPortalSetting(QStringLiteral("org.gnome.desktop.interface"),
                            QStringLiteral("color-scheme"), QDBusVariant(uint(1)));
  QVERIFY(!scheme.isDark());
}

void ColorSchemeTest::choice_lightOrDark_beatsThePortal() {
  ColorScheme scheme;
  portalSays(scheme, 2);
  QSignalSpy spy(&scheme, &ColorScheme::changed);
  scheme.setChoice(ColorScheme::Choice::dark);
  QVERIFY(scheme.isDark());
  QCOMPARE(spy.count(), 1);
  portalSays(scheme, 1);
  QVERIFY(scheme.isDark());
  scheme.setChoice(ColorScheme::Choice::light);
  QVERIFY(!scheme.isDark());
  scheme.setChoice(ColorScheme::Choice::system);
  QVERIFY(scheme.isDark());
}

QTEST_MAIN(ColorSchemeTest)
#include "color_scheme_test.moc"
