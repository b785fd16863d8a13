// SPDX-License-Identifier: Apache-2.0
#include "core/storage/export.h"
#include "event_samples.h"

#include <QTemporaryDir>
#include <QTest>

using namespace poolscope;
using namespace poolscope::storage;

class HtmlPageTest : public QObject {
  Q_OBJECT
 private slots:
  void page_isSmall_data();
  void page_isSmall();
  void page_loadsNothing();
  void stopped_leavesNothing();
};

void HtmlPageTest::page_isSmall_data() {
  QTest::addColumn<int>("tasks");
  QTest::addColumn<bool>("phases");
  QTest::newRow("few") << 10 << true;
  QTest::newRow("a hundred thousand") << 100'000 << false;
  QTest::newRow("with phases and failures") << 100'000 << true;
}

void HtmlPageTest::page_isSmall() {
  QFETCH(int, tasks);
  QFETCH(bool, phases);
  const SimulatedPool pool(
      {.tasks = static_cast<std::size_t>(tasks), .phases = phases, .failures = phases});
  const auto snapshot = session_of(pool.directory, pool.events)->snapshot();
  QTemporaryDir folder;
  const std::filesystem::path path = folder.filePath("p.html").toStdString();
  QVERIFY(export_html(*snapshot, path, {}).has_value());
  const auto size = std::filesystem::file_size(path);
  qInfo("%llu bytes", static_cast<unsigned long long>(size));
  QVERIFY(size <= 300'000 + 64 * static_cast<std::uintmax_t>(tasks));
}

void HtmlPageTest::page_loadsNothing() {
  const SimulatedPool pool({.tasks = 10});
  const auto snapshot = session_of(pool.directory, pool.events)->snapshot();
  QTemporaryDir folder;
  const std::filesystem::path path = folder.filePath("p.html").toStdString();
  QVERIFY(export_html(*snapshot, path, {}).has_value());
  const std::string page = read_file(path);
  for (const char* way_out :
       {"http://", "https://", "src=", "href=", "fetch(", "@import", "@SESSION@"}) {
    QVERIFY2(page.find(way_out) == std::string::npos, way_out);
  }
  QVERIFY(page.find("default-src 'none'") != std::string::npos);
}

void HtmlPageTest::stopped_leavesNothing() {
  const SimulatedPool pool({.tasks = 10});
  const auto snapshot = session_of(pool.directory, pool.events)->snapshot();
  QTemporaryDir folder;
  std::stop_source stop;
  stop.request_stop();
  using Export = Result<void> (*)(const session::Snapshot&, const std::filesystem::path&,
                                  const ExportOptions&);
  for (const Export write : {&export_html, &export_csv, &export_json, &export_chrome_json}) {
    const auto written =
        write(*snapshot, folder.filePath("p").toStdString(), {.stop = stop.get_token()});
    QVERIFY(!written.has_value());
    QVERIFY(written.error().message().find("stopped") != std::string::npos);
  }
  QVERIFY(std::filesystem::is_empty(folder.path().toStdString()));
}

QTEST_APPLESS_MAIN(HtmlPageTest)
#include "html_page_test.moc"
