// SPDX-License-Identifier: Apache-2.0
#include "tests/ui/timeline/demo_session.h"
#include "ui/export/svg_device.h"
#include "ui/export/svg_file.h"

#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

using namespace poolscope;
using namespace poolscope::test;
using namespace poolscope::ui;

class SvgTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void shapes_areCutAtTheClip();
  void clip_isAsThePainterHasIt();
  void text_staysText_unlessItIsCut();
  void neighbours_ofOneColour_areOneElement();
  void names_areEscaped();
  void picture_isOfShapesAndText();
};

namespace {

/// What a painter makes on a page of 100 by 100.
template <typename Paint>
QByteArray painted(Paint paint) {
  SvgDevice device(QSize(100, 100), QStringLiteral("A <title>"));
  {
    QPainter painter(&device);
    paint(painter);
  }
  return device.document();
}

qsizetype elements(const QByteArray& document, const char* name) {
  QXmlStreamReader reader(document);
  qsizetype count = 0;
  while (!reader.atEnd()) {
    if (reader.readNext() == QXmlStreamReader::StartElement &&
        reader.name() == QLatin1String(name)) {
      ++count;
    }
  }
  return reader.hasError() ? -1 : count;
}

}  // namespace

void SvgTest::shapes_areCutAtTheClip() {
  const QByteArray document = painted([](QPainter& painter) {
    painter.setClipRect(QRect(10, 20, 30, 40));
    painter.fillRect(QRect(0, 0, 50, 50), Qt::red);
    painter.fillRect(QRect(60, 60, 20, 20), Qt::blue);  // outside
    painter.setPen(QPen(Qt::green, 2));
    painter.drawLine(0, 30, 100, 30);
  });
  QVERIFY2(document.contains("M10 20h30v30h-30z"), document.constData());
  QVERIFY(!document.contains("#0000ff"));
  // The line became an area that ends at the clip.
  static const QRegularExpression numbers(QStringLiteral("d=\"([^\"]*)\" fill=\"#00ff00\""));
  const QString line = numbers.match(QString::fromUtf8(document)).captured(1);
  QVERIFY(!line.isEmpty());
  static const QRegularExpression point(QStringLiteral("[ML](\\S+) "));
  for (auto found = point.globalMatch(line); found.hasNext();) {
    const double x = found.next().captured(1).toDouble();
    QVERIFY(x >= 10 && x <= 40);
  }
}

void SvgTest::clip_isAsThePainterHasIt() {
  const QByteArray document = painted([](QPainter& painter) {
    painter.translate(10, 0);
    painter.setClipRect(QRect(0, 0, 50, 50));
    painter.save();
    painter.setClipRect(QRect(20, 20, 100, 100), Qt::IntersectClip);
    painter.fillRect(QRect(0, 0, 100, 100), Qt::red);
    painter.restore();
    painter.fillRect(QRect(0, 0, 100, 100), Qt::green);
    painter.setClipping(false);
    painter.fillRect(QRect(0, 0, 100, 10), Qt::blue);
  });
  QVERIFY2(document.contains("M30 20h30v30h-30z\" fill=\"#ff0000\""), document.constData());
  QVERIFY(document.contains("M10 0h50v50h-50z\" fill=\"#00ff00\""));
  QVERIFY(document.contains("M10 0h90v10h-90z\" fill=\"#0000ff\""));
}

void SvgTest::text_staysText_unlessItIsCut() {
  const auto write = [](QPainter& painter) {
    painter.drawText(QPointF(20, 50), QStringLiteral("name"));
  };
  const QByteArray whole = painted(write);
  QVERIFY(whole.contains(">name</text>"));
  const QByteArray cut = painted([&](QPainter& painter) {
    painter.setClipRect(QRect(0, 0, 30, 100));
    write(painter);
  });
  QCOMPARE(elements(cut, "text"), 0);
  QCOMPARE(elements(cut, "path"), 1);
}

void SvgTest::neighbours_ofOneColour_areOneElement() {
  const QByteArray document = painted([](QPainter& painter) {
    for (int i = 0; i < 10; ++i) {
      painter.fillRect(QRect(i * 10, 0, 5, 5), Qt::red);
    }
    painter.fillRect(QRect(0, 20, 5, 5), Qt::blue);
  });
  QCOMPARE(elements(document, "path"), 2);
}

void SvgTest::names_areEscaped() {
  const QByteArray document = painted(
      [](QPainter& painter) { painter.drawText(QPointF(5, 50), QStringLiteral("<a & \"b\">")); });
  QCOMPARE(elements(document, "text"), 1);
  QVERIFY(document.contains("<title>A &lt;title&gt;</title>"));
}

void SvgTest::picture_isOfShapesAndText() {
  const auto s = demoSession();
  QTemporaryDir folder;
  const QString path = folder.filePath(QStringLiteral("p.svg"));
  QVERIFY(
      writeSvg({s, s->end_, false}, {.title = QStringLiteral("A demo")}, path.toStdString(), false)
          .has_value());
  QFile file(path);
  QVERIFY(file.open(QIODevice::ReadOnly));
  const QByteArray document = file.readAll();
  QCOMPARE(elements(document, "image"), 0);
  QVERIFY(elements(document, "text") > 20);
  QVERIFY(elements(document, "path") > 20);
  QVERIFY(document.contains(">A demo</text>"));
  QVERIFY(!writeSvg({s, s->end_, false}, {}, path.toStdString(), false).has_value());  // exists
}

QTEST_MAIN(SvgTest)
#include "svg_test.moc"
