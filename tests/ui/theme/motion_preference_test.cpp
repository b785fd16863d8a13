// SPDX-License-Identifier: Apache-2.0
#include "ui/theme/motion_preference.h"

#include <QSignalSpy>
#include <QTest>

using poolscope::ui::MotionPreference;

class MotionPreferenceTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // Never the bus of whoever runs the tests: his desktop is no part of them.
  void initTestCase() { qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent"); }
  void portal_saysWhetherToMove_data();
  void portal_saysWhetherToMove();
  void portal_severalSettings_anyOfThemReduces();
  void choice_beatsThePortal();
};

namespace {

QString gnome() {
  return QStringLiteral("org.gnome.desktop.interface");
}
QString animations() {
  return QStringLiteral("enable-animations");
}

}  // namespace

void MotionPreferenceTest::portal_saysWhetherToMove_data() {
  QTest::addColumn<QString>("group");
  QTest::addColumn<QString>("key");
  QTest::addColumn<QVariant>("value");
  QTest::addColumn<bool>("reduced");
  const QString desktop = QStringLiteral("org.freedesktop.appearance");
  const QString reduced = QStringLiteral("reduced-motion");
  const QString kde = QStringLiteral("org.kde.kdeglobals.KDE");
  const QString factor = QStringLiteral("AnimationDurationFactor");
  QTest::newRow("reduced") << desktop << reduced << QVariant(uint(1)) << true;
  QTest::newRow("no preference") << desktop << reduced << QVariant(uint(0)) << false;
  QTest::newRow("GNOME without animations") << gnome() << animations() << QVariant(false) << true;
  QTest::newRow("GNOME with animations") << gnome() << animations() << QVariant(true) << false;
  QTest::newRow("in a variant") << gnome() << animations()
                                << QVariant::fromValue(QDBusVariant(QVariant(false))) << true;
  QTest::newRow("KDE instantly") << kde << factor << QVariant(QStringLiteral("0")) << true;
  QTest::newRow("KDE quickly") << kde << factor << QVariant(QStringLiteral("0.25")) << false;
  QTest::newRow("KDE nonsense") << kde << factor << QVariant(QStringLiteral("fast")) << false;
  QTest::newRow("another key") << gnome() << QStringLiteral("clock") << QVariant(false) << false;
}

void MotionPreferenceTest::portal_saysWhetherToMove() {
  QFETCH(QString, group);
  QFETCH(QString, key);
  QFETCH(QVariant, value);
  QFETCH(bool, reduced);
  MotionPreference motion;
  QSignalSpy changed(&motion, &MotionPreference::changed);
  QVERIFY(!motion.isReduced());
  motion.applyPortalSetting(group, key, QDBusVariant(value));
  QCOMPARE(motion.isReduced(), reduced);
  QCOMPARE(changed.count(), reduced ? 1 : 0);
}

void MotionPreferenceTest::portal_severalSettings_anyOfThemReduces() {
  MotionPreference motion;
  motion.applyPortalSetting(gnome(), animations(), QDBusVariant(false));
  motion.applyPortalSetting(QStringLiteral("org.freedesktop.appearance"),
                            QStringLiteral("reduced-motion"), QDBusVariant(uint(0)));
  QVERIFY(motion.isReduced());
  motion.applyPortalSetting(gnome(), animations(), QDBusVariant(true));
  QVERIFY(!motion.isReduced());
}

void MotionPreferenceTest::choice_beatsThePortal() {
  MotionPreference motion;
  motion.applyPortalSetting(gnome(), animations(), QDBusVariant(false));
  motion.setChoice(MotionPreference::Choice::full);
  QVERIFY(!motion.isReduced());
  motion.setChoice(MotionPreference::Choice::reduced);
  QVERIFY(motion.isReduced());
  motion.applyPortalSetting(gnome(), animations(), QDBusVariant(true));
  QVERIFY(motion.isReduced());
  motion.setChoice(MotionPreference::Choice::system);
  QVERIFY(!motion.isReduced());
}

QTEST_MAIN(MotionPreferenceTest)
#include "motion_preference_test.moc"
