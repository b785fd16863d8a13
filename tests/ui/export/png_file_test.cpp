// SPDX-License-Identifier: Apache-2.0
#include "ui/export/png_file.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <sys/resource.h>

using poolscope::ui::writePng;

class PngFileTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void written_replacesWhatWasThere();
  void failedWrite_keepsWhatWasThere_andSaysWhy();
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
  QVERIFY(writePng(QImage(10, 10, QImage::Format_RGB32), path.toStdString(), false));
  QVERIFY(!writePng(picture(), path.toStdString(), false));
  QVERIFY(writePng(picture(), path.toStdString(), true));
  QCOMPARE(QImage(path), picture());
}

void PngFileTest::failedWrite_keepsWhatWasThere_andSaysWhy() {
  const QString path = folder_.filePath(QStringLiteral("b.png"));
  const QString fresh = folder_.filePath(QStringLiteral("fresh.png"));
  QVERIFY(writePng(QImage(10, 10, QImage::Format_RGB32), path.toStdString(), false));
  const QByteArray before = contents(path);
  rlimit limit = {};
  QCOMPARE(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit small = {1000, limit.rlim_max};
  QCOMPARE(setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto written = writePng(picture(), path.toStdString(), true);
  const auto freshWritten = writePng(picture(), fresh.toStdString(), false);
  setrlimit(RLIMIT_FSIZE, &limit);
  QVERIFY(!written && !freshWritten);
  QCOMPARE(QString::fromStdString(written.error().reason),
           QStringLiteral("cannot be written, file too large"));
  QCOMPARE(written.error().subject, path.toStdString());
  QCOMPARE(freshWritten.error().reason, written.error().reason);
  QCOMPARE(contents(path), before);
  QVERIFY(!QFile::exists(fresh));
  for (const QString& name : QDir(folder_.path()).entryList(QDir::Files | QDir::Hidden)) {
    QVERIFY2(name.endsWith(QLatin1String(".png")), qPrintable(name));  // nothing half is left
  }
}

void PngFileTest::device_isWrittenAsItIs() {
  QVERIFY(writePng(picture(), "/dev/null", true));
  QVERIFY(!QFileInfo(QStringLiteral("/dev/null")).isFile());
  const auto full = writePng(picture(), "/dev/full", true);
  QVERIFY(!full);
  QCOMPARE(QString::fromStdString(full.error().reason),
           QStringLiteral("cannot be written, no space left on device"));
}

QTEST_GUILESS_MAIN(PngFileTest)
#include "png_file_test.moc"
