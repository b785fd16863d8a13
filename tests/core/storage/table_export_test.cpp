// SPDX-License-Identifier: Apache-2.0
#include "core/storage/export.h"
#include "event_samples.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace poolscope;
using namespace poolscope::storage;
using trace::EventKind;

/// Tables of tasks, of a session from which something is missing.
class TableExportTest : public QObject {
  Q_OBJECT

 private:
  QString path(const char* name) const { return folder_.filePath(QString::fromLatin1(name)); }

  QTemporaryDir folder_;

 private slots:
  void lostEnd_isAStateOfItsOwn();
  void waitThatIsNegative_isLeftEmpty();
  void exports_whileTheSessionGrows_areOfTheirSnapshot();
};

void TableExportTest::lostEnd_isAStateOfItsOwn() {
  const auto session = damaged_session();
  const auto file = path("tasks.csv").toStdString();
  QVERIFY(export_csv(*session->snapshot(), file, {.overwrite = true}).has_value());
  const QStringList lines = QString::fromStdString(read_file(file)).split(u'\n');
  const qsizetype state = lines[0].split(u',').indexOf(QStringLiteral("state"));
  QCOMPARE(lines[1].split(u',')[state], QStringLiteral("end_lost"));
  QCOMPARE(lines[2].split(u',')[state], QStringLiteral("finished"));
  // As many are finished as the figures say.
  QCOMPARE(session->snapshot()->statistics().finished, std::uint64_t{1});
}

void TableExportTest::waitThatIsNegative_isLeftEmpty() {
  const auto session = damaged_session();
  const auto csv = path("tasks.csv").toStdString();
  QVERIFY(export_csv(*session->snapshot(), csv, {.overwrite = true}).has_value());
  const QStringList lines = QString::fromStdString(read_file(csv)).split(u'\n');
  const qsizetype wait = lines[0].split(u',').indexOf(QStringLiteral("queue_wait"));
  QCOMPARE(lines[1].split(u',')[wait], QStringLiteral("0.001"));
  QCOMPARE(lines[2].split(u',')[wait], QString());
  QVERIFY(!lines[2].split(u',')[wait + 1].isEmpty());  // its run time is known

  const auto json = path("tasks.json").toStdString();
  QVERIFY(export_json(*session->snapshot(), json, {.overwrite = true}).has_value());
  const auto document = QJsonDocument::fromJson(QByteArray::fromStdString(read_file(json)));
  const QJsonArray tasks = document.object()["tasks"].toArray();
  QCOMPARE(tasks.size(), qsizetype{2});
  QCOMPARE(tasks[0].toObject()["state"].toString(), QStringLiteral("end_lost"));
  QVERIFY(!tasks[1].toObject().contains(QStringLiteral("queue_wait")));
}

/// As the window's export job does it: on a thread of its own, of a pool that goes on.
void TableExportTest::exports_whileTheSessionGrows_areOfTheirSnapshot() {
  const SimulatedPool pool({.tasks = 2000, .phases = true, .failures = true});
  const std::span<const trace::Event> events(pool.events);
  session::Session session;
  const auto sink = session.add_process(pool.directory);
  const std::size_t half = events.size() / 2;
  sink->consume(events.first(half));
  sink->consume({});
  const auto snapshot = session.snapshot();
  using Export = Result<void> (*)(const session::Snapshot&, const std::filesystem::path&,
                                  const ExportOptions&);
  const std::pair<const char*, Export> exports[] = {{"t.csv", &export_csv},
                                                    {"t.json", &export_json},
                                                    {"t.html", &export_html},
                                                    {"t.trace.json", &export_chrome_json}};
  std::vector<std::string> before;
  for (const auto& [name, write] : exports) {
    QVERIFY(write(*snapshot, path(name).toStdString(), {.overwrite = true}).has_value());
    before.push_back(read_file(path(name).toStdString()));
  }
  std::vector<std::string> during;
  {
    const std::jthread job([&] {
      for (const auto& [name, write] : exports) {
        if (write(*snapshot, path(name).toStdString(), {.overwrite = true})) {
          during.push_back(read_file(path(name).toStdString()));
        }
      }
    });
    for (std::size_t at = half; at < events.size(); at += 16) {
      sink->consume(events.subspan(at, std::min<std::size_t>(16, events.size() - at)));
      static_cast<void>(session.snapshot());
    }
  }
  QVERIFY(during == before);
}

QTEST_APPLESS_MAIN(TableExportTest)
#include "table_export_test.moc"
