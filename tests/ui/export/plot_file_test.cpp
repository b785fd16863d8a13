// SPDX-License-Identifier: Apache-2.0
#include "ui/export/plot_file.h"

#include <QFile>
#include <QImage>
#include <QTemporaryDir>
#include <QTest>

using namespace poolscope;
using namespace poolscope::experiment;
using namespace poolscope::ui;

namespace {

ScalingData someData() {
  ScalingData data{.title = QStringLiteral("a < b"), .reason = QStringLiteral("Can't tell: yet.")};
  for (const std::uint64_t workers : {1, 2, 4}) {
    const std::vector<double> values{10.0 * static_cast<double>(workers)};
    data.points.push_back({.workers = workers, .throughput = mean_interval(values)});
  }
  return data;
}

}  // namespace

class PlotFileTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void png_isSharp_andOfItsTheme() {
    const QString path = folder_.filePath(QStringLiteral("plot.png"));
    QVERIFY(writeScalingPlot(someData(), Theme::light(), path, false));
    const QImage image(path);
    QCOMPARE(image.size(), QSize(1920, 1080));
    QCOMPARE(image.pixelColor(2, 2), Theme::light().surface);
  }

  void svg_isOfShapesAndText() {
    const QString path = folder_.filePath(QStringLiteral("plot.svg"));
    QVERIFY(writeScalingPlot(someData(), Theme::dark(), path, false));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray document = file.readAll();
    QVERIFY(document.contains("a &lt; b"));
    QVERIFY(document.contains(">max_workers</text>"));
    QVERIFY(document.contains("Can't tell: yet.") || document.contains("Can&#39;t tell: yet."));
    QVERIFY(!document.contains("<image"));
  }

  void whatExists_isKept_unlessToldOtherwise() {
    for (const char* name : {"kept.png", "kept.svg"}) {
      const QString path = folder_.filePath(QString::fromLatin1(name));
      QFile file(path);
      QVERIFY(file.open(QIODevice::WriteOnly));
      file.write("mine");
      file.close();
      const auto refused = writeScalingPlot(someData(), Theme::dark(), path, false);
      QVERIFY(!refused);
      QVERIFY(refused.error().message().find(name) != std::string::npos);
      QVERIFY(writeScalingPlot(someData(), Theme::dark(), path, true));
      QVERIFY(QFile(path).size() > 100);
    }
  }

  void otherEndings_areRefusedByName() {
    const auto refused = writeScalingPlot(someData(), Theme::dark(),
                                          folder_.filePath(QStringLiteral("plot.mp4")), false);
    QVERIFY(!refused);
    QVERIFY(refused.error().message().find("plot.mp4") != std::string::npos);
    QVERIFY(refused.error().message().find(".svg") != std::string::npos);
    QVERIFY(!checkPlotName(QStringLiteral("plot")));
    QVERIFY(checkPlotName(QStringLiteral("PLOT.PNG")));
  }

 private:
  QTemporaryDir folder_;
};

QTEST_MAIN(PlotFileTest)
#include "plot_file_test.moc"
