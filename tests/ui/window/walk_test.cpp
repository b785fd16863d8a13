// SPDX-License-Identifier: Apache-2.0
// From task to task by a criterion, by keyboard and by the links of the inspector.
#include "window_fixture.h"

#include <QLabel>
#include <QTest>
#include <QToolButton>

#include <algorithm>

using namespace poolscope;
using namespace poolscope::ui;
using session::Task;

namespace {

struct WalkFixture : WindowFixture {
  WalkFixture() { showFile(); }
  std::optional<Task> selected() {
    return view()->frame().snapshot->task(view()->viewState().selectedTask);
  }
  QString note() {
    auto* label = find<QLabel>("walkNote");
    return label->isVisible() ? label->text().replace(QChar(0x00a0), u' ') : QString();
  }
  static session::TimeNs ran(const Task& task) { return *task.finished - *task.started; }
  session::TimeNs longest() {
    session::TimeNs most = 0;
    const auto snapshot = view()->frame().snapshot;
    for (std::uint64_t id = 1; id <= snapshot->task_count(); ++id) {
      const auto task = snapshot->task({0, id});
      most = std::max(most, task && task->finished ? ran(*task) : 0);
    }
    return most;
  }
};

}  // namespace

class WalkTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void keys_leadThroughTheSlowest_andSayWhere() {
    WalkFixture fixture;
    QVERIFY(fixture.showWindow());
    QTest::keyClick(&fixture.window, Qt::Key_L);
    QTRY_COMPARE(fixture.note(), QStringLiteral("The slowest of 240 tasks"));
    const auto slowest = fixture.selected();
    QVERIFY(slowest);
    QCOMPARE(WalkFixture::ran(*slowest), fixture.longest());
    const TimeRange range = fixture.view()->viewState().range();
    QVERIFY(*slowest->started >= range.begin && *slowest->started < range.end);
    QTest::keyClick(&fixture.window, Qt::Key_L);
    QTRY_COMPARE(fixture.note(), QStringLiteral("2nd slowest of 240 tasks"));
    QVERIFY(WalkFixture::ran(*fixture.selected()) <= fixture.longest());
    QTest::keyClick(&fixture.window, Qt::Key_L, Qt::ShiftModifier);
    QTRY_VERIFY(fixture.selected()->key == slowest->key);
  }

  void keys_leadToFailed_sameKind_sameWorker() {
    WalkFixture fixture;
    QVERIFY(fixture.showWindow());
    QTest::keyClick(&fixture.window, Qt::Key_X);
    QTRY_VERIFY(fixture.note().endsWith(QStringLiteral("that failed")));
    QVERIFY(fixture.selected()->state == session::TaskState::failed);
    const Task failed = *fixture.selected();
    QTest::keyClick(&fixture.window, Qt::Key_K);
    QTRY_VERIFY(fixture.selected()->key != failed.key);
    QCOMPARE(fixture.selected()->name, failed.name);
    QVERIFY(*fixture.selected()->started >= *failed.started);
    QTest::keyClick(&fixture.window, Qt::Key_K, Qt::ShiftModifier);
    QTRY_VERIFY(fixture.selected()->key == failed.key);
    QTest::keyClick(&fixture.window, Qt::Key_N);
    QVERIFY(fixture.selected()->worker == failed.worker);
    QVERIFY(*fixture.selected()->started > *failed.started);
    QVERIFY(fixture.note().isEmpty());  // it was of another task
    QTest::keyClick(&fixture.window, Qt::Key_N, Qt::ShiftModifier);
    QVERIFY(fixture.selected()->key == failed.key);
    QTest::keyClick(&fixture.window, Qt::Key_Q);
    QTRY_COMPARE(fixture.note(), QStringLiteral("The longest queued of 240 tasks"));
  }

  void links_doTheSame_byKeyboardToo() {
    WalkFixture fixture;
    QVERIFY(fixture.showWindow());
    QVERIFY(!fixture.find<QToolButton>("nextOfKindLink")->isVisible());  // of which task?
    fixture.view()->selectTask({0, 1});
    for (const char* name :
         {"nextSlowest", "nextLongestQueued", "nextFailed", "nextOfKind", "nextOnWorker"}) {
      auto* link = fixture.find<QToolButton>(qPrintable(QString::fromLatin1(name) + "Link"));
      QVERIFY(link != nullptr && link->isVisible() && link->isEnabled());
      QVERIFY(!link->accessibleName().isEmpty());
      QVERIFY(link->focusPolicy() & Qt::TabFocus);
    }
    auto* link = fixture.find<QToolButton>("nextSlowestLink");
    link->setFocus(Qt::TabFocusReason);
    QTest::keyClick(link, Qt::Key_Space);
    QTRY_COMPARE(fixture.note(), QStringLiteral("The slowest of 240 tasks"));
    QTest::mouseClick(link, Qt::LeftButton);
    QTRY_COMPARE(fixture.note(), QStringLiteral("2nd slowest of 240 tasks"));
    QTest::keyPress(&fixture.window, Qt::Key_Shift);
    QTest::mouseClick(link, Qt::LeftButton, Qt::ShiftModifier);
    QTest::keyRelease(&fixture.window, Qt::Key_Shift);
    QTRY_COMPARE(fixture.note(), QStringLiteral("The slowest of 240 tasks"));
    QCOMPARE(fixture.find<>("walkLinks")->accessibleDescription().replace(QChar(0x00a0), u' '),
             fixture.note());
  }

  void range_isWalkedAlone() {
    WalkFixture fixture;
    QVERIFY(fixture.showWindow());
    const auto begin = fixture.window.clock().begin();
    fixture.view()->selectRange(begin, begin + kSecond / 2);
    QTest::keyClick(&fixture.window, Qt::Key_L);
    QTRY_VERIFY(fixture.note().endsWith(QStringLiteral("of the selected range")));
    QVERIFY(*fixture.selected()->finished < begin + kSecond / 2);
    fixture.view()->selectRange(begin, begin + 1);
    QTest::keyClick(&fixture.window, Qt::Key_X);
    QTRY_COMPARE(fixture.note(), QStringLiteral("No task of the selected range has failed."));
  }

  void inspector_tellsHowTheTaskCompares() {
    WalkFixture fixture;
    QVERIFY(fixture.showWindow());
    QTest::keyClick(&fixture.window, Qt::Key_L);
    QTRY_VERIFY(!fixture.note().isEmpty());
    const QString kind = QString::fromUtf8(fixture.selected()->name);
    const auto told = [&] {
      const auto labels = fixture.find<>("taskInspector")->findChildren<QLabel*>();
      return std::any_of(labels.begin(), labels.end(), [&](const QLabel* label) {
        return label->isVisible() && label->text() == QStringLiteral("all others of %1").arg(kind);
      });
    };
    QTRY_VERIFY(told());
  }

  void replay_goesToTheTask_ifItIsYetToCome() {
    WalkFixture fixture;
    QVERIFY(fixture.showWindow());
    QTest::keyClick(&fixture.window, Qt::Key_Home);
    QTest::keyClick(&fixture.window, Qt::Key_L);
    QTRY_VERIFY(fixture.selected().has_value());
    QVERIFY(fixture.window.clock().now() >= *fixture.selected()->finished);
  }

  void anotherSession_forgetsTheNote() {
    WalkFixture fixture;
    QVERIFY(fixture.showWindow());
    QTest::keyClick(&fixture.window, Qt::Key_L);
    QTRY_VERIFY(!fixture.note().isEmpty());
    fixture.showFile();
    QTRY_VERIFY(fixture.note().isEmpty());
  }
};

QTEST_MAIN(WalkTest)
#include "walk_test.moc"
