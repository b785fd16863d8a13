// SPDX-License-Identifier: Apache-2.0
#include "ui/theme/color_scheme.h"

#include <QSignalSpy>
#include <QTest>

using poolscope::ui::ColorScheme;

class ColorSchemeTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void portal_saysDarkOrLight_isFollowed();
  void portal_otherSetting_isIgnored();
  void choice_lightOrDark_beatsThePortal();
};

namespace {

void portalSays(ColorScheme& scheme, uint value) {
  scheme.applyPortalSetting(QStringLiteral("org.freedesktop.appearance"),
                            QStringLiteral("color-scheme"), QDBusVariant(value));
}

}  // namespace

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
