// SPDX-License-Identifier: Apache-2.0
#include "core/storage/recording.h"
#include "ui/panels/message_bar.h"
#include "window_fixture.h"

#include <QAction>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QLabel>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QTest>
#include <QUrl>

using namespace poolscope;
using namespace poolscope::ui;

class FilesTest : public QObject {
  Q_OBJECT

  static bool drop(WindowFixture& fixture, const QList<QUrl>& urls) {
    QMimeData data;
    data.setUrls(urls);
    QDragEnterEvent enter(QPoint(400, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&fixture.window, &enter);
    if (!enter.isAccepted()) {
      return false;
    }
    QDropEvent drop(QPointF(400, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&fixture.window, &drop);
    return drop.isAccepted();
  }
  static QString touch(const WindowFixture& fixture, const QString& name) {
    QFile file(fixture.folder.filePath(name));
    return file.open(QIODevice::WriteOnly) ? file.fileName() : QString();
  }
  static QStringList recent(WindowFixture& fixture) {
    auto* menu = fixture.find<QMenu>("recentMenu");
    Q_EMIT qobject_cast<QMenu*>(menu->menuAction()->associatedObjects().first())->aboutToShow();
    QStringList names;
    for (const QAction* action : menu->actions()) {
      names.append(action->text());
    }
    return names;
  }

 private Q_SLOTS:
  void droppedFile_isOpened_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("order");
    QTest::newRow("recording") << "a b.pftrace"
                               << "open %1";
    QTest::newRow("Chrome trace") << "a.json.gz"
                                  << "open %1";
    QTest::newRow("scenario") << "mine.toml"
                              << "start %1";
  }
  void droppedFile_isOpened() {
    QFETCH(QString, name);
    QFETCH(QString, order);
    WindowFixture fixture;
    const QString path = fixture.folder.filePath(name);
    QVERIFY(drop(fixture, {QUrl::fromLocalFile(path)}));
    QCOMPARE(fixture.engine.takeOrders(), QStringList{order.arg(path)});
  }

  void droppedText_andFilesOfTheNetwork_areNotTaken() {
    WindowFixture fixture;
    QVERIFY(!drop(fixture, {}));
    QVERIFY(!drop(fixture, {QUrl(QStringLiteral("https://example.org/a.pftrace"))}));
    QCOMPARE(fixture.engine.takeOrders(), QStringList{});
  }

  void droppedFiles_theFirstIsOpened_andThatIsSaid_data() {
    QTest::addColumn<QStringList>("names");
    QTest::newRow("three recordings") << QStringList{"a.pftrace", "b.pftrace", "c.pftrace"};
    QTest::newRow("a recording and a scenario") << QStringList{"a.pftrace", "mine.toml"};
  }
  void droppedFiles_theFirstIsOpened_andThatIsSaid() {
    QFETCH(QStringList, names);
    WindowFixture fixture;
    QList<QUrl> urls;
    for (const QString& name : names) {
      urls.append(QUrl::fromLocalFile(fixture.folder.filePath(name)));
    }
    QVERIFY(drop(fixture, urls));
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"open " + urls.first().toLocalFile()});
    QVERIFY(fixture.find<MessageBar>("messageBar")->text().contains(QStringLiteral("a.pftrace")));
  }

  void twoDroppedRecordings_areCompared_ifThatIsWanted() {
    WindowFixture fixture;
    const QString a = touch(fixture, QStringLiteral("a.pftrace"));
    const QString b = fixture.folder.filePath(QStringLiteral("b.pftrace"));
    QVERIFY(storage::save_recording(*WindowFixture::webScraping(), b.toStdString(), {}));
    QVERIFY(drop(fixture, {QUrl::fromLocalFile(a), QUrl::fromLocalFile(b)}));
    QCOMPARE(fixture.engine.takeOrders(), QStringList{});
    fixture.find<QPushButton>("twoFilesCompare")->click();
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"open " + a});
    fixture.engine.showOpening(WindowFixture::webScraping(), a, 0.5);
    QVERIFY(fixture.find("comparePage") == nullptr);
    fixture.engine.showFile(WindowFixture::webScraping(), a);
    QTRY_VERIFY(fixture.find("comparePage") != nullptr);
    QCOMPARE(fixture.find<QLabel>("compareAName")->text(), QStringLiteral("A: a.pftrace"));
    QCOMPARE(fixture.find<QLabel>("compareBName")->text(), QStringLiteral("B: b.pftrace"));
  }

  void twoDroppedRecordings_theFirstAlone_ifThatIsWanted() {
    WindowFixture fixture;
    QVERIFY(drop(fixture, {QUrl::fromLocalFile(QStringLiteral("/a.pftrace")),
                           QUrl::fromLocalFile(QStringLiteral("/b.pftrace"))}));
    fixture.find<QPushButton>("twoFilesOpenFirst")->click();
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"open /a.pftrace"});
  }

  void twoDroppedRecordings_theFirstUnreadable_areForgotten() {
    WindowFixture fixture;
    QVERIFY(drop(fixture, {QUrl::fromLocalFile(QStringLiteral("/a.pftrace")),
                           QUrl::fromLocalFile(QStringLiteral("/b.pftrace"))}));
    fixture.find<QPushButton>("twoFilesCompare")->click();
    Q_EMIT fixture.engine.failed(QStringLiteral("/a.pftrace: there is no such file"));
    fixture.engine.showFile(WindowFixture::webScraping(), QStringLiteral("/c.pftrace"));
    auto* messages = fixture.find<MessageBar>("messageBar");
    QCOMPARE(messages->count(), 1);  // nothing is read to be compared
    QVERIFY(messages->text().contains(QStringLiteral("/a.pftrace")));
  }

  void droppedFile_onAnUnsavedSession_asksFirst() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.window.run(Command::more_workers);
    fixture.engine.change([](EngineState& state) { state.unsaved = true; });
    fixture.engine.takeOrders();
    QVERIFY(drop(fixture, {QUrl::fromLocalFile(QStringLiteral("/a.pftrace"))}));
    QVERIFY(fixture.find("unsavedQuestion") != nullptr);
    QCOMPARE(fixture.engine.takeOrders(), QStringList{});
  }

  void recentFiles_areThoseOpenedAndSaved_theLatestFirst() {
    WindowFixture fixture;
    QVERIFY(!fixture.find<QMenu>("recentMenu")->isEnabled());
    const QString first = touch(fixture, QStringLiteral("first.pftrace"));
    const QString second = touch(fixture, QStringLiteral("R&D.pftrace"));
    fixture.engine.showFile(WindowFixture::webScraping(), first);
    Q_EMIT fixture.engine.saved(second);
    QCOMPARE(recent(fixture),
             QStringList({"R&&D.pftrace", "first.pftrace", QString(), "Forget these"}));
    fixture.find<QMenu>("recentMenu")->actions().at(1)->trigger();
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"open " + first});
    QVERIFY(QFile::remove(first));
    QCOMPARE(recent(fixture).size(), 3);  // gone from the disk
    fixture.find<QMenu>("recentMenu")->actions().last()->trigger();
    QCOMPARE(recent(fixture), QStringList());
  }

  void recentFiles_areTenAtMost_andNoneTwice() {
    WindowFixture fixture;
    for (int i = 0; i < 15; ++i) {
      fixture.settings.addRecentFile(QStringLiteral("/tmp/%1.pftrace").arg(i % 12));
    }
    const QStringList files = fixture.settings.recentFiles();
    QCOMPARE(files.size(), Settings::kRecentFiles);
    QCOMPARE(files.first(), QStringLiteral("/tmp/2.pftrace"));
    QCOMPARE(QSet<QString>(files.begin(), files.end()).size(), files.size());
  }
};

QTEST_MAIN(FilesTest)
#include "files_test.moc"
