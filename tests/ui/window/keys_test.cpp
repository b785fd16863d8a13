// SPDX-License-Identifier: Apache-2.0
#include "ui/window/shortcut_page.h"
#include "window_fixture.h"

#include <QAction>
#include <QDialog>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>
#include <QToolButton>

using namespace poolscope::ui;

class KeysTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyKey_triggersItsCommand_data() {
    QTest::addColumn<int>("command");
    QTest::addColumn<QKeySequence>("keys");
    for (const CommandInfo& info : commandTable()) {
      for (const char* key : info.keys) {
        QTest::addRow("%s by %s", info.name, key)
            << static_cast<int>(info.command)
            << QKeySequence(QString::fromLatin1(key), QKeySequence::PortableText);
      }
    }
  }
  void everyKey_triggersItsCommand() {
    QFETCH(int, command);
    QFETCH(QKeySequence, keys);
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    auto* action = fixture.find<QAction>(commandTable()[static_cast<std::size_t>(command)].name);
    action->disconnect();  // the key alone is of interest, not what comes of it
    QSignalSpy triggered(action, &QAction::triggered);
    fixture.view()->setFocus();
    QTest::keySequence(&fixture.window, keys);
    QCOMPARE(triggered.count(), 1);
  }

  void table_isInTheOrderOfCommands() {
    int index = 0;
    for (const CommandInfo& info : commandTable()) {
      QCOMPARE(static_cast<int>(info.command), index++);
    }
  }

  void keysOfTheDesign_areAllThere_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("command");
    const QList<QPair<QString, QString>> expected{{"P", "pausePool"},
                                                  {"Space", "freeze"},
                                                  {"+", "moreWorkers"},
                                                  {"-", "fewerWorkers"},
                                                  {"W", "zoomIn"},
                                                  {"S", "zoomOut"},
                                                  {"A", "panLeft"},
                                                  {"D", "panRight"},
                                                  {"F", "fit"},
                                                  {"Home", "goToStart"},
                                                  {"End", "goToEnd"},
                                                  {".", "nextEvent"},
                                                  {",", "previousEvent"},
                                                  {"[", "slower"},
                                                  {"]", "faster"},
                                                  {"M", "addMarker"},
                                                  {"R", "record"},
                                                  {"F5", "restart"},
                                                  {"Ctrl+O", "openRecording"},
                                                  {"Ctrl+S", "saveSession"},
                                                  {"Ctrl+E", "exportPicture"},
                                                  {"Ctrl+F", "find"},
                                                  {"F3", "findNext"},
                                                  {"F11", "presentation"},
                                                  {"Shift+F3", "findPrevious"},
                                                  {"Ctrl+Q", "quit"},
                                                  {"?", "shortcuts"},
                                                  {"F1", "guidedTour"}};
    for (const auto& [key, command] : expected) {
      QTest::newRow(qPrintable(key)) << key << command;
    }
  }
  void keysOfTheDesign_areAllThere() {
    QFETCH(QString, key);
    QFETCH(QString, command);
    WindowFixture fixture;
    auto* action = fixture.window.findChild<QAction*>(command);
    QVERIFY(action != nullptr);
    QVERIFY(action->shortcuts().contains(QKeySequence(key, QKeySequence::PortableText)));
  }

  void poolKeys_reachTheEngine_data() {
    QTest::addColumn<QKeySequence>("keys");
    QTest::addColumn<QString>("order");
    QTest::newRow("pause") << QKeySequence(Qt::Key_P) << "pause";
    QTest::newRow("more") << QKeySequence(Qt::Key_Plus) << "workers 9";
    QTest::newRow("fewer") << QKeySequence(Qt::Key_Minus) << "workers 7";
    QTest::newRow("restart") << QKeySequence(Qt::Key_F5) << "restart";
    QTest::newRow("quit") << QKeySequence(Qt::CTRL | Qt::Key_Q) << "quit";
  }
  void poolKeys_reachTheEngine() {
    QFETCH(QKeySequence, keys);
    QFETCH(QString, order);
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    QTest::keySequence(&fixture.window, keys);
    fixture.window.showNextFrame();  // a resize goes out with the frame
    QCOMPARE(fixture.engine.takeOrders(), QStringList{order});
  }

  void fileKeys_askForAFile_data() {
    QTest::addColumn<QKeySequence>("keys");
    QTest::newRow("open") << QKeySequence(Qt::CTRL | Qt::Key_O);
    QTest::newRow("save") << QKeySequence(Qt::CTRL | Qt::Key_S);
    QTest::newRow("export") << QKeySequence(Qt::CTRL | Qt::Key_E);
    QTest::newRow("record") << QKeySequence(Qt::Key_R);
  }
  void fileKeys_askForAFile() {
    QFETCH(QKeySequence, keys);
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    QTest::keySequence(&fixture.window, keys);
    auto* dialog = fixture.window.findChild<QFileDialog*>();
    QVERIFY(dialog != nullptr && dialog->isVisible());
    dialog->reject();
    QCOMPARE(fixture.engine.takeOrders(), QStringList{});
  }

  void viewKeys_changeTheView() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    const auto length = [&] { return fixture.view()->viewState().range().length(); };
    const auto before = length();
    QTest::keyClick(&fixture.window, Qt::Key_W);
    QVERIFY(length() < before);
    QTest::keyClick(&fixture.window, Qt::Key_S);
    QTest::keyClick(&fixture.window, Qt::Key_S);
    QVERIFY(length() > before);
    const auto begin = fixture.view()->viewState().range().begin;
    QTest::keyClick(&fixture.window, Qt::Key_A);
    QVERIFY(fixture.view()->viewState().range().begin < begin);
    QVERIFY(!fixture.view()->viewState().following());
    QTest::keyClick(&fixture.window, Qt::Key_End);
    QVERIFY(fixture.view()->viewState().following());
  }

  void singleKeys_inTheNumberField_doNothingElse() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    auto* field = fixture.find<QSpinBox>("maxWorkers");
    field->setFocus();
    field->selectAll();
    for (const char key : {'p', 'w', 's', 'f', 'm', 'r', '?', '-', '+', ' ', '.', '['}) {
      QTest::keyClick(field, key);
    }
    QTest::keyClick(field, Qt::Key_Home);
    QCOMPARE(fixture.engine.takeOrders(), QStringList{});
    QVERIFY(fixture.find<QLineEdit>("markerText")->isHidden());
    QVERIFY(fixture.window.findChild<QDialog*>() == nullptr);
    QVERIFY(fixture.view()->viewState().following());
  }

  void marker_isTyped_withAllItsLetters() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    QTest::keyClick(&fixture.window, Qt::Key_M);
    auto* field = fixture.find<QLineEdit>("markerText");
    QVERIFY(field->isVisible());
    QTRY_VERIFY(field->hasFocus());
    QTest::keyClicks(field, QStringLiteral("warm up, run 2? +1"));
    QTest::keyClick(field, Qt::Key_Return);
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"marker warm up, run 2? +1"});
    QVERIFY(field->isHidden());
    QTRY_VERIFY(fixture.view()->hasFocus());
  }

  void marker_escape_setsNone() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    QTest::keyClick(&fixture.window, Qt::Key_M);
    auto* field = fixture.find<QLineEdit>("markerText");
    QTest::keyClicks(field, QStringLiteral("no"));
    QTest::keyClick(field, Qt::Key_Escape);
    QVERIFY(field->isHidden());
    QCOMPARE(fixture.engine.takeOrders(), QStringList{});
  }

  void space_onAFocusedButton_pressesIt_andDoesNotFreeze() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    auto* button = fixture.find<QToolButton>("restartButton");
    button->setFocus();
    QTest::keyClick(button, Qt::Key_Space);
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"restart"});
    QVERIFY(fixture.window.clock().atPresent());
    fixture.view()->setFocus();
    QTest::keyClick(fixture.view(), Qt::Key_Space);
    QVERIFY(!fixture.window.clock().atPresent());
  }

  void replayKeys_moveTheClock() {
    WindowFixture fixture;
    fixture.showFile();
    QVERIFY(fixture.showWindow());
    const PlaybackClock& clock = fixture.window.clock();
    QTest::keyClick(&fixture.window, Qt::Key_Home);
    QCOMPARE(clock.now(), clock.begin());
    QTest::keyClick(&fixture.window, Qt::Key_Period);
    const auto first = clock.now();
    QVERIFY(first > clock.begin());
    QTest::keyClick(&fixture.window, Qt::Key_Period);
    QTest::keyClick(&fixture.window, Qt::Key_Comma);
    QCOMPARE(clock.now(), first);
    QTest::keyClick(&fixture.window, Qt::Key_BracketLeft);
    QCOMPARE(clock.speedText(), QStringLiteral("1/2x"));
    QTest::keyClick(&fixture.window, Qt::Key_BracketRight);
    QCOMPARE(clock.speedText(), QStringLiteral("1x"));
    QTest::keyClick(&fixture.window, Qt::Key_Space);
    QVERIFY(clock.isPlaying());
    QTest::keyClick(&fixture.window, Qt::Key_End);
    QCOMPARE(clock.now(), clock.end());
    QCOMPARE(fixture.engine.takeOrders(), QStringList{});
  }

  void questionMark_listsEveryCommand() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    fixture.window.run(Command::shortcuts);
    auto* page = fixture.window.findChild<ShortcutPage*>();
    QVERIFY(page != nullptr && page->isVisible());
    QStringList texts;
    for (const QLabel* label : page->findChildren<QLabel*>()) {
      texts << label->text();
    }
    for (const CommandInfo& info : commandTable()) {
      QVERIFY2(texts.contains(QString::fromLatin1(info.hint)), info.hint);
    }
  }
};

QTEST_MAIN(KeysTest)
#include "keys_test.moc"
