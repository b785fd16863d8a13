// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/points_file.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace poolscope::experiment;

class PointsFileTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void columns_areFoundByName_data();
  void columns_areFoundByName();
  void badInput_namesFileLineAndValue_data();
  void badInput_namesFileLineAndValue();
  void whatIsNoFile_isNamed();
};

void PointsFileTest::columns_areFoundByName_data() {
  QTest::addColumn<QByteArray>("csv");
  QTest::newRow("plain") << QByteArray("workers,throughput\n4,200.5\n1,50\n");
  QTest::newRow("no line end at the end") << QByteArray("workers,throughput\n4,200.5\n1,50");
  QTest::newRow("Windows") << QByteArray("\xef\xbb\xbfWorkers,Throughput\r\n4,200.5\r\n1,50\r\n");
  QTest::newRow("other order, more columns")
      << QByteArray("note,throughput,p99,workers\n\"a, b\",200.5,1,4\n,5e1,2,1.0\n");
  QTest::newRow("spaces, quotes, empty lines")
      << QByteArray("\n \"workers\" , throughput \n\n 4 , \"200.5\"\n\n1,50\n\n");
}

void PointsFileTest::columns_areFoundByName() {
  QFETCH(QByteArray, csv);
  const auto points = parse_points({csv.constData(), static_cast<std::size_t>(csv.size())}, "f");
  QVERIFY2(points.has_value(), points ? "" : points.error().message().c_str());
  QCOMPARE(points->size(), std::size_t{2});
  QCOMPARE(points->at(0).workers, std::uint64_t{4});
  QCOMPARE(points->at(0).throughput, 200.5);
  QCOMPARE(points->at(1).workers, std::uint64_t{1});
  QCOMPARE(points->at(1).throughput, 50.0);
}

void PointsFileTest::badInput_namesFileLineAndValue_data() {
  QTest::addColumn<QByteArray>("csv");
  QTest::addColumn<QStringList>("words");
  const auto row = [](const char* name, const char* rows, QStringList words) {
    QTest::newRow(name) << QByteArray("workers,throughput\n1,10\n") + rows << words;
  };
  QTest::newRow("empty") << QByteArray("") << QStringList{"p.csv", "empty"};
  QTest::newRow("blank") << QByteArray("\n \n") << QStringList{"p.csv", "empty"};
  QTest::newRow("only a header") << QByteArray("workers,throughput\n")
                                 << QStringList{"p.csv", "no measurement"};
  QTest::newRow("text") << QByteArray("hello world\n") << QStringList{"p.csv:1", "'workers'"};
  QTest::newRow("no header") << QByteArray("1,10\n2,20\n") << QStringList{"p.csv:1", "'workers'"};
  QTest::newRow("no throughput") << QByteArray("workers,rate\n1,10\n")
                                 << QStringList{"p.csv:1", "'throughput'"};
  QTest::newRow("semicolons") << QByteArray("workers;throughput\n1;10\n")
                              << QStringList{"p.csv:1", "workers,throughput", "';'"};
  QTest::newRow("tabs") << QByteArray("workers\tthroughput\n1\t10\n")
                        << QStringList{"p.csv:1", "with tabs", "commas"};
  QTest::newRow("line ends of an old Mac")
      << QByteArray("workers,throughput\r1,10\r") << QStringList{"p.csv:1", "carriage returns"};
  QTest::newRow("UTF-16") << QByteArray("\xff\xfew\0o\0r\0k\0", 10)
                          << QStringList{"p.csv", "UTF-16", "UTF-8"};
  QTest::newRow("a column twice") << QByteArray("workers,throughput,Workers\n1,10,2\n")
                                  << QStringList{"p.csv:1", "'workers' twice"};
  row("more than there can be", "2,1e308\n", {"p.csv:3", "'1e308'", "1e18"});
  row("text in a number", "2,fast\n", {"p.csv:3", "'fast'", "throughput"});
  row("NaN", "2,nan\n", {"p.csv:3", "'nan'"});
  row("infinite", "2,inf\n", {"p.csv:3", "'inf'"});
  row("negative throughput", "2,-5\n", {"p.csv:3", "'-5'"});
  row("negative workers", "-2,5\n", {"p.csv:3", "'-2'", "workers"});
  row("no workers", "0,5\n", {"p.csv:3", "'0'"});
  row("half a worker", "2.5,5\n", {"p.csv:3", "'2.5'"});
  row("too many workers", "1e9,5\n", {"p.csv:3", "'1e9'"});
  row("nan workers", "nan,5\n", {"p.csv:3", "'nan'"});
  row("a column short", "2\n", {"p.csv:3", "too few columns"});
  row("an empty value", "2,\n", {"p.csv:3", "''"});
  row("a decimal comma", "2,\"5,5\"\n", {"p.csv:3", "'5,5'"});
  row("too large for a double", "2,1e999\n", {"p.csv:3", "'1e999'"});
}

void PointsFileTest::badInput_namesFileLineAndValue() {
  QFETCH(QByteArray, csv);
  QFETCH(QStringList, words);
  const auto points =
      parse_points({csv.constData(), static_cast<std::size_t>(csv.size())}, "p.csv");
  QVERIFY(!points.has_value());
  const QString text = QString::fromStdString(points.error().message());
  for (const QString& word : words) {
    QVERIFY2(text.contains(word), qPrintable(word + QStringLiteral(" in: ") + text));
  }
  QVERIFY(!points.error().advice.empty());
}

void PointsFileTest::whatIsNoFile_isNamed() {
  const QTemporaryDir folder;
  const std::string path = folder.path().toStdString();
  QVERIFY(read_points(path).error().message().find("is a folder") != std::string::npos);
  QVERIFY(read_points(path + "/none.csv").error().message().find("no such file") !=
          std::string::npos);
  const std::string pipe = path + "/pipe";
  QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
  QVERIFY(read_points(pipe).error().message().find("no regular file") != std::string::npos);
  QFile file(folder.filePath(QStringLiteral("good.csv")));
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write("workers,throughput\n1,10\n");
  file.close();
  QCOMPARE(read_points(path + "/good.csv")->size(), std::size_t{1});
}

QTEST_APPLESS_MAIN(PointsFileTest)
#include "points_file_test.moc"
