// SPDX-License-Identifier: Apache-2.0
#include "core/storage/recording.h"
#include "event_samples.h"
#include "program.h"

#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using poolscope::test::Outcome;
using poolscope::test::runPoolscope;

/// The exported page, driven in a browser that is not ours: page_checks.py says what it must show.
class PageTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void page_inABrowser_showsTheSession();
  void lostEnd_isNoFinishedTask();

 private:
  QTemporaryDir folder_;
};

void PageTest::page_inABrowser_showsTheSession() {
  if (QStandardPaths::findExecutable(QStringLiteral("chromedriver")).isEmpty()) {
    QSKIP("chromedriver is not installed (Debian: chromium-driver)");
  }
  const QString recording = folder_.filePath(QStringLiteral("a.pftrace"));
  const QString page = folder_.filePath(QStringLiteral("a b.html"));
  const QString info = folder_.filePath(QStringLiteral("info.json"));
  QFile scenario(folder_.filePath(QStringLiteral("s.toml")));
  QVERIFY(scenario.open(QIODevice::WriteOnly));
  scenario.write(R"(
name = "a </script> page"
max_workers = 4
[load]
pattern = "map"
tasks = 120
[[task]]
name = "nap"
steps = [ { sleep = "4ms" }, { cpu = "1ms" } ]
[[task]]
name = "short"
steps = [ { sleep = "1ms" } ]
)");
  scenario.close();
  const Outcome recorded =
      runPoolscope({QStringLiteral("record"), QStringLiteral("--scenario"), scenario.fileName(),
                    QStringLiteral("--output"), recording});
  QVERIFY2(recorded.status == 0, qPrintable(recorded.err));
  const Outcome exported =
      runPoolscope({QStringLiteral("export"), recording, QStringLiteral("--output"), page});
  QVERIFY2(exported.status == 0, qPrintable(exported.err));
  QVERIFY(QFileInfo(page).size() < 300 * 1024 + 120 * 64);
  QFile told(info);
  QVERIFY(told.open(QIODevice::WriteOnly));
  told.write(
      runPoolscope({QStringLiteral("info"), recording, QStringLiteral("--json")}).out.toUtf8());
  told.close();
  QProcess checks;
  checks.setProcessChannelMode(QProcess::MergedChannels);
  checks.start(QStringLiteral("python3"),
               {QStringLiteral(POOLSCOPE_TEST_SCRIPTS "/page_checks.py"), page, info,
                folder_.filePath(QStringLiteral("page.png"))});
  QVERIFY(checks.waitForFinished(120'000));
  QVERIFY2(checks.exitCode() == 0, checks.readAll().constData());
}

void PageTest::lostEnd_isNoFinishedTask() {
  if (QStandardPaths::findExecutable(QStringLiteral("chromedriver")).isEmpty()) {
    QSKIP("chromedriver is not installed (Debian: chromium-driver)");
  }
  const QString recording = folder_.filePath(QStringLiteral("lost.pftrace"));
  const QString page = folder_.filePath(QStringLiteral("lost.html"));
  const auto session = poolscope::storage::damaged_session();
  QVERIFY(poolscope::storage::save_recording(*session->snapshot(), recording.toStdString(), {})
              .has_value());
  const Outcome exported =
      runPoolscope({QStringLiteral("export"), recording, QStringLiteral("--output"), page});
  QVERIFY2(exported.status == 0, qPrintable(exported.err));
  QProcess checks;
  checks.setProcessChannelMode(QProcess::MergedChannels);
  checks.start(QStringLiteral("python3"),
               {QStringLiteral(POOLSCOPE_TEST_SCRIPTS "/lost_end_checks.py"), page});
  QVERIFY(checks.waitForFinished(120'000));
  QVERIFY2(checks.exitCode() == 0, checks.readAll().constData());
}

QTEST_GUILESS_MAIN(PageTest)
#include "page_test.moc"
