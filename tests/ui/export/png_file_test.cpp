// SPDX-License-Identifier: Apache-2.0
#include "ui/export/png_file.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <sys/resource.h>

using poolscope::ui::writePng;

class PngFileTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void written_replacesWhatWasThere();
  void failedWrite_keepsWhatWasThere();
  void device_isWrittenAsItIs();

 private:
  static QImage picture();
  static QByteArray contents(const QString& path);
  QTemporaryDir folder_;
};

QImage PngFileTest::picture() {
  QImage image(200, 100, QImage::Format_RGB32);
  QRandomGenerator random(1);
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) {  // nothing that packs well
      image.setPixel(x, y, random.generate());
    }
  }
  return image;
}

QByteArray PngFileTest::contents(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void PngFileTest::written_replacesWhatWasThere() {
  const QString path = folder_.filePath(QStringLiteral("a.png"));
  QCOMPARE(writePng(QImage(10, 10, QImage::Format_RGB32), path), QString());
  QCOMPARE(writePng(picture(), path), QString());
  QCOMPARE(QImage(path), picture());
}

void PngFileTest::failedWrite_keepsWhatWasThere() {
  const QString path = folder_.filePath(QStringLiteral("b.png"));
  const QString fresh = folder_.filePath(QStringLiteral("fresh.png"));
  QCOMPARE(writePng(QImage(10, 10, QImage::Format_RGB32), path), QString());
  const QByteArray before = contents(path);
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit = {};
  QCOMPARE(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit small = {1000, limit.rlim_max};
  QCOMPARE(setrlimit(RLIMIT_FSIZE, &small), 0);
  const QString problem = writePng(picture(), path);
  const QString freshProblem = writePng(picture(), fresh);
  setrlimit(RLIMIT_FSIZE, &limit);
  QVERIFY(!problem.isEmpty());
  QVERIFY(!freshProblem.isEmpty());
  QCOMPARE(contents(path), before);
  QVERIFY(!QFile::exists(fresh));
  for (const QString& name : QDir(folder_.path()).entryList(QDir::Files | QDir::Hidden)) {
    QVERIFY2(name.endsWith(QLatin1String(".png")), qPrintable(name));  // nothing half is left
  }
}

void PngFileTest::device_isWrittenAsItIs() {
  QCOMPARE(writePng(picture(), QStringLiteral("/dev/null")), QString());
  QVERIFY(!QFileInfo(QStringLiteral("/dev/null")).isFile());
  QVERIFY(!writePng(picture(), QStringLiteral("/dev/full")).isEmpty());
}

QTEST_GUILESS_MAIN(PngFileTest)
#include "png_file_test.moc"
