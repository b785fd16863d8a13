// SPDX-License-Identifier: Apache-2.0
#include "core/session/session.h"
#include "core/storage/recording.h"
#include "virtual_display.h"

#include <QDeadlineTimer>
#include <QDebug>
#include <QFile>
#include <QFileInfo>
#include <QImage>
#include <QProcess>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

using poolscope::test::kPatienceMs;
using poolscope::test::VirtualDisplay;

namespace {

int colours(const QImage& image) {
  QSet<QRgb> seen;
  for (int y = 0; y < image.height(); y += 5) {
    for (int x = 0; x < image.width(); x += 5) {
      seen.insert(image.pixel(x, y));
    }
  }
  return static_cast<int>(seen.size());
}

}  // namespace

class WindowE2eTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init();
  void cleanup();
  void window_showsTheDefaultScenarioAtWork();
  void moreWorkers_byKey_multiplyThroughput();
  void closing_asksBeforeAnUnsavedSessionIsLost();
  void terminated_finishesItsRecording();
  void screenshot_isSavedAndTheWindowQuits();
  void openedRubbish_isSaidInTheWindow();

 private:
  void start(const QStringList& arguments);
  QString waitForWindow(const QString& title);
  QString path(const QString& name) const { return folder_->filePath(name); }

  std::unique_ptr<VirtualDisplay> display_;  // one a test: none inherits what another left
  std::unique_ptr<QTemporaryDir> folder_;
  std::unique_ptr<QProcess> program_;
};

void WindowE2eTest::init() {
  display_ = std::make_unique<VirtualDisplay>();
  QVERIFY2(display_->start(), "Xvfb and openbox are needed: tests/run.sh installs them");
  folder_ = std::make_unique<QTemporaryDir>();
  program_ = std::make_unique<QProcess>();
}

void WindowE2eTest::cleanup() {
  if (QTest::currentTestFailed()) {
    qWarning().noquote() << "the display is" << (display_->isAlive() ? "alive" : "dead")
                         << "and the program" << program_->state() << "having said"
                         << program_->readAllStandardError();
  }
  if (program_->state() != QProcess::NotRunning) {
    program_->kill();
    program_->waitForFinished();
  }
}

void WindowE2eTest::start(const QStringList& arguments) {
  QProcessEnvironment environment = display_->environment();
  environment.insert(QStringLiteral("XDG_CONFIG_HOME"), folder_->path());
  program_->setProcessEnvironment(environment);
  program_->start(QStringLiteral(POOLSCOPE_PROGRAM), arguments);
  QVERIFY(program_->waitForStarted());
}

QString WindowE2eTest::waitForWindow(const QString& title) {
  QString window;
  [&] { QTRY_VERIFY_WITH_TIMEOUT(!(window = display_->window(title)).isEmpty(), kPatienceMs); }();
  return window;
}

void WindowE2eTest::window_showsTheDefaultScenarioAtWork() {
  const QString recording = path(QStringLiteral("a.pftrace"));
  start({QStringLiteral("--record"), recording});
  const QString window = waitForWindow(QStringLiteral("Poolscope"));
  QVERIFY(!window.isEmpty());
  QTRY_VERIFY_WITH_TIMEOUT(QFileInfo(recording).size() > 2000, kPatienceMs);  // tasks run
  QVERIFY(display_->run(QStringLiteral("xdotool"), {QStringLiteral("getwindowname"), window})
              .startsWith(QStringLiteral("Web scraping")));
  const QString picture = path(QStringLiteral("window.png"));
  const auto seen = [&] {  // the tasks run before the first frame is painted
    display_->run(QStringLiteral("import"), {QStringLiteral("-window"), window, picture});
    return QImage(picture);
  };
  QTRY_VERIFY_WITH_TIMEOUT(colours(seen()) > 40, kPatienceMs);
  QVERIFY(QImage(picture).width() > 900);
}

void WindowE2eTest::moreWorkers_byKey_multiplyThroughput() {
  using namespace poolscope;
  const QString recording = path(QStringLiteral("more.pftrace"));
  start({QStringLiteral("--max-workers"), QStringLiteral("1"), QStringLiteral("--record"),
         recording});
  const QString window = waitForWindow(QStringLiteral("Poolscope"));
  const auto read = [&] {
    session::Session session;
    const auto opened = storage::open_recording(recording.toStdString(), session);
    return opened ? session.snapshot() : std::make_shared<session::Session>()->snapshot();
  };
  const auto finished = [&] { return read()->statistics().finished; };
  QTRY_VERIFY_WITH_TIMEOUT(finished() >= 20, kPatienceMs);
  const auto workers = [&] {
    const auto snapshot = read();
    return snapshot->pools().empty()
               ? 0U
               : snapshot->max_workers_at(snapshot->pools()[0].index, snapshot->end());
  };
  // A key may be lost while the window is busy; some too many are as good.
  const QDeadlineTimer patience(kPatienceMs);
  while (workers() < 8 && !patience.hasExpired()) {
    display_->key(window, QStringLiteral("plus"));
  }
  QVERIFY(workers() >= 8U);
  const auto before = finished();
  QTRY_VERIFY_WITH_TIMEOUT(finished() >= before + 150, kPatienceMs);

  const auto snapshot = read();
  const session::PoolIndex pool = snapshot->pools()[0].index;
  const auto changes = snapshot->max_workers_steps(pool);
  const auto rate = [&](session::TimeNs begin, session::TimeNs end) {
    return static_cast<double>(snapshot->finished_count(pool, begin, end)) /
           (static_cast<double>(end - begin) * 1e-9);
  };
  const double with1 = rate(changes[0].time, changes[1].time);
  const double withMore = rate(changes.back().time, snapshot->end());
  QVERIFY2(withMore > 4 * with1, qPrintable(QStringLiteral("%1 -> %2").arg(with1).arg(withMore)));
}

void WindowE2eTest::closing_asksBeforeAnUnsavedSessionIsLost() {
  start({});
  const QString window = waitForWindow(QStringLiteral("Poolscope"));
  QTRY_VERIFY_WITH_TIMEOUT(
      [&] {
        display_->key(window, QStringLiteral("ctrl+q"));
        return !display_->window(QStringLiteral("Save")).isEmpty();
      }(),
      kPatienceMs);
  QTRY_VERIFY_WITH_TIMEOUT(
      [&] {  // it may be shown before keys reach it
        const QString question = display_->window(QStringLiteral("Save"));
        if (!question.isEmpty()) {
          display_->key(question, QStringLiteral("Escape"));
        }
        return display_->window(QStringLiteral("Save")).isEmpty();
      }(),
      kPatienceMs);
  QCOMPARE(program_->state(), QProcess::Running);
}

void WindowE2eTest::terminated_finishesItsRecording() {
  using namespace poolscope;
  const QString recording = path(QStringLiteral("term.pftrace"));
  start({QStringLiteral("--record"), recording});
  waitForWindow(QStringLiteral("Poolscope"));
  QTRY_VERIFY_WITH_TIMEOUT(QFileInfo(recording).size() > 2000, kPatienceMs);
  program_->terminate();
  QVERIFY(program_->waitForFinished(kPatienceMs));
  QCOMPARE(program_->exitStatus(), QProcess::NormalExit);
  QCOMPARE(program_->exitCode(), 0);
  session::Session session;
  const auto opened = storage::open_recording(recording.toStdString(), session);
  QVERIFY(opened.has_value());
  QVERIFY(!opened->truncated);
  QVERIFY(session.snapshot()->pools()[0].shut_down.has_value());
}

void WindowE2eTest::screenshot_isSavedAndTheWindowQuits() {
  const QString picture = path(QStringLiteral("s.png"));
  start({QStringLiteral("--screenshot"), picture, QStringLiteral("--after"), QStringLiteral("1.5"),
         QStringLiteral("--size"), QStringLiteral("1200x760")});
  QVERIFY(program_->waitForFinished(kPatienceMs));
  QCOMPARE(program_->exitCode(), 0);
  const QImage image(picture);
  QCOMPARE(image.size(), QSize(1200, 760));
  QVERIFY(colours(image) > 40);
}

void WindowE2eTest::openedRubbish_isSaidInTheWindow() {
  const QString file = path(QStringLiteral("rubbish.pftrace"));
  QFile out(file);
  QVERIFY(out.open(QIODevice::WriteOnly));
  out.write("no trace at all");
  out.close();
  start({QStringLiteral("--open"), file});
  waitForWindow(QStringLiteral("Poolscope"));
  QByteArray said;
  const auto line = [&] {
    program_->waitForReadyRead(100);
    said += program_->readAllStandardError();
    return said;
  };
  QTRY_VERIFY_WITH_TIMEOUT(line().contains("rubbish.pftrace"), kPatienceMs);
  QCOMPARE(program_->state(), QProcess::Running);  // and the window stays, to open another
}

QTEST_GUILESS_MAIN(WindowE2eTest)
#include "window_test.moc"
