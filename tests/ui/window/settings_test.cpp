// SPDX-License-Identifier: Apache-2.0
#include "ui/window/settings.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace poolscope::ui;

class SettingsTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  QString file(const char* name) const { return folder_.filePath(QString::fromLatin1(name)); }

 private Q_SLOTS:
  void nothingSaved_givesDefaults() {
    const Settings settings(file("none.ini"));
    QVERIFY(settings.geometry().isEmpty());
    QVERIFY(settings.colorScheme() == ColorScheme::Choice::system);
    QVERIFY(settings.motion() == MotionPreference::Choice::system);
    QVERIFY(settings.askBeforeClosing());
    QVERIFY(!settings.introductionDone());
    QCOMPARE(settings.memoryShare(), 25);
    QVERIFY(!settings.folder().isEmpty());
  }

  void whatIsSet_isThereInTheNextRun() {
    {
      Settings settings(file("all.ini"));
      settings.setGeometry("abc\0def");
      settings.setColumns("columns");
      settings.setRows("rows");
      settings.setColorScheme(ColorScheme::Choice::light);
      settings.setMotion(MotionPreference::Choice::reduced);
      settings.setAskBeforeClosing(false);
      settings.setIntroductionDone(true);
      settings.setMemoryShare(0);
      settings.setFolder(folder_.path());
    }
    const Settings settings(file("all.ini"));
    QCOMPARE(settings.geometry(), QByteArray("abc\0def"));
    QCOMPARE(settings.columns(), QByteArray("columns"));
    QCOMPARE(settings.rows(), QByteArray("rows"));
    QVERIFY(settings.colorScheme() == ColorScheme::Choice::light);
    QVERIFY(settings.motion() == MotionPreference::Choice::reduced);
    QVERIFY(!settings.askBeforeClosing());
    QVERIFY(settings.introductionDone());
    QCOMPARE(settings.memoryShare(), 0);
    QCOMPARE(settings.folder(), folder_.path());
  }

  void valuesThatMakeNoSense_countAsNotSet() {
    QFile broken(file("broken.ini"));
    QVERIFY(broken.open(QIODevice::WriteOnly));
    broken.write(
        "[window]\ncolorScheme=purple\nmotion=7\n[session]\naskBeforeClosing=perhaps\nmemoryShare="
        "400\n["
        "files]\nfolder=/does/"
        "not/exist\n");
    broken.close();
    const Settings settings(file("broken.ini"));
    QVERIFY(settings.colorScheme() == ColorScheme::Choice::system);
    QVERIFY(settings.motion() == MotionPreference::Choice::system);
    QVERIFY(settings.askBeforeClosing());
    QCOMPARE(settings.memoryShare(), 25);
    QVERIFY(settings.folder() != QStringLiteral("/does/not/exist"));
  }
};

QTEST_GUILESS_MAIN(SettingsTest)
#include "settings_test.moc"
