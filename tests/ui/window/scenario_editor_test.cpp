// SPDX-License-Identifier: Apache-2.0
#include "ui/window/scenario_editor.h"

#include "core/workload/scenario.h"
#include "ui/window/numbered_text.h"
#include "ui/window/urls_dialog.h"
#include "window_fixture.h"

#include <QFile>
#include <QFileDialog>
#include <QLabel>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSpinBox>
#include <QTest>
#include <QTextBlock>
#include <QTextLayout>

using namespace poolscope;
using namespace poolscope::ui;

/// A scenario changed in the window, and one made of pasted URLs.
class ScenarioEditorTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void editor_withAFault_namesItsLineAndCannotRun();
  void editor_linesAreNumbered_andTheFaultyOneStandsOut();
  void editor_numbersFollow_whatIsScrolledTo();
  void editor_rightText_isRun();
  void editor_saved_isInTheFile();
  void editor_changedAndClosed_asks();
  void urls_thatAreNone_areToldAsTheyStand();
  void urls_pasted_areAScenario();
  void urls_strayLine_isTold_withItsNumber();
  void urls_ofAFile_areRead();
  void urls_ofNoFile_areRefused();

 private:
  static QString goodText() {
    return QStringLiteral(
        "name = \"mine\"\n[load]\npattern = \"map\"\ntasks = 3\n[[task]]\nsteps = [{ sleep = "
        "\"1ms\" }]\n");
  }
};

namespace {

struct Editor {
  Editor() {
    fixture.showLive();
    fixture.showWindow();
    QTest::keyClick(&fixture.window, Qt::Key_E, Qt::ControlModifier | Qt::ShiftModifier);
    editor = fixture.find<ScenarioEditor>("scenarioEditor");
  }
  QPlainTextEdit* text() { return fixture.find<QPlainTextEdit>("scenarioText"); }
  QString verdict() { return fixture.find<QLabel>("scenarioVerdict")->text(); }
  QPushButton* button(const char* name) { return fixture.find<QPushButton>(name); }

  WindowFixture fixture;
  ScenarioEditor* editor = nullptr;
};

struct Urls {
  Urls() {
    fixture.showLive();
    fixture.showWindow();
    QTest::keyClick(&fixture.window, Qt::Key_U, Qt::ControlModifier);
  }
  QPlainTextEdit* text() { return fixture.find<QPlainTextEdit>("urlsText"); }
  QString verdict() { return fixture.find<QLabel>("urlsVerdict")->text(); }
  QPushButton* fetch() { return fixture.find<QPushButton>("urlsRun"); }
  void choose(const QString& path) {
    fixture.find<QPushButton>("urlsFile")->click();
    auto* dialog = fixture.window.findChild<QFileDialog*>();
    QVERIFY(dialog != nullptr);
    dialog->selectFile(path);
    Q_EMIT dialog->fileSelected(path);
  }

  WindowFixture fixture;
};

}  // namespace

void ScenarioEditorTest::editor_withAFault_namesItsLineAndCannotRun() {
  Editor at;
  QVERIFY(at.editor != nullptr);
  QString text = goodText();
  at.text()->setPlainText(text.replace(QStringLiteral("tasks"), QStringLiteral("taks")));
  QVERIFY2(at.verdict().startsWith(QStringLiteral("Line 4: ")), qPrintable(at.verdict()));
  QVERIFY(at.verdict().contains(QStringLiteral("taks")));
  QCOMPARE(at.fixture.find<QLabel>("scenarioVerdict")->textFormat(), Qt::PlainText);
  QVERIFY(!at.button("scenarioRun")->isEnabled());
  QCOMPARE(at.text()->extraSelections().size(), 1);
  QCOMPARE(at.text()->extraSelections()[0].cursor.blockNumber(), 3);
}

void ScenarioEditorTest::editor_linesAreNumbered_andTheFaultyOneStandsOut() {
  Editor at;
  auto* text = at.fixture.find<NumberedText>("scenarioText");
  text->setPlainText(goodText().replace(QStringLiteral("tasks"), QStringLiteral("taks")));
  QCOMPARE(text->markedLine(), 4);
  // Each number stands beside its line.
  for (int line = 1; line <= text->blockCount(); ++line) {
    QTextCursor cursor(text->document()->findBlockByNumber(line - 1));
    const int y = text->viewport()->mapTo(at.editor, text->cursorRect(cursor).center()).y();
    const QRectF number = text->numberRect(line);
    const QPoint place = text->gutter()->mapTo(at.editor, number.center().toPoint());
    QVERIFY2(qAbs(place.y() - y) <= 2, qPrintable(QString::number(line)));
    QVERIFY(place.x() < text->viewport()->mapTo(at.editor, QPoint(0, 0)).x());
  }
  text->setLineWrapMode(QPlainTextEdit::WidgetWidth);
  text->setPlainText(QStringLiteral("https://example.org/") + QString(400, QLatin1Char('x')));
  QTRY_VERIFY(text->document()->firstBlock().layout()->lineCount() > 1);
  QVERIFY(text->numberRect(1).height() < 2 * text->fontMetrics().lineSpacing());
  text->setLineWrapMode(QPlainTextEdit::NoWrap);
  text->setPlainText(goodText().replace(QStringLiteral("tasks"), QStringLiteral("taks")));
  // In both themes: a red that is nowhere beside other lines.
  const auto hasRed = [&](int line, const Theme& theme) {
    const QRect place = text->numberRect(line).toRect().adjusted(0, 1, 0, -1);
    const QImage image = text->gutter()->grab(place).toImage();
    for (int y = 0; y < image.height(); ++y) {
      for (int x = 0; x < image.width(); ++x) {
        if (image.pixelColor(x, y) == theme.bad) {
          return true;
        }
      }
    }
    return false;
  };
  for (const bool isDark : {true, false}) {
    const Theme theme = Theme::make(isDark);
    at.editor->setTheme(theme);
    QVERIFY(hasRed(4, theme));
    QVERIFY(!hasRed(3, theme));
    QVERIFY(contrastRatio(theme.bad, theme.lane) >= 4.5);
  }
  text->setPlainText(goodText());
  QCOMPARE(text->markedLine(), 0);
}

void ScenarioEditorTest::editor_numbersFollow_whatIsScrolledTo() {
  Editor at;
  auto* text = at.fixture.find<NumberedText>("scenarioText");
  const int narrow = text->gutter()->width();
  text->setPlainText(goodText() + QStringLiteral("# more\n").repeated(1200));
  QVERIFY(text->gutter()->width() > narrow);
  QVERIFY(!text->numberRect(1).isEmpty());
  QVERIFY(text->numberRect(1200).isEmpty());
  text->verticalScrollBar()->setValue(text->verticalScrollBar()->maximum());
  QVERIFY(text->numberRect(1).isEmpty());
  QVERIFY(!text->numberRect(1200).isEmpty());
}

void ScenarioEditorTest::editor_rightText_isRun() {
  Editor at;
  at.text()->setPlainText(goodText());
  QCOMPARE(at.verdict(), QStringLiteral("It can be run."));
  QVERIFY(at.text()->extraSelections().isEmpty());
  at.button("scenarioRun")->click();
  QCOMPARE(at.fixture.engine.takeOrders().last(), QStringLiteral("start text web-scraping.toml"));
  QCOMPARE(at.fixture.engine.startedText(), goodText());
  at.text()->setPlainText(
      goodText().replace(QStringLiteral("sleep = \"1ms\""), QStringLiteral("command = \"true\"")));
  QVERIFY2(at.verdict().contains(QStringLiteral("runs commands")), qPrintable(at.verdict()));
}

void ScenarioEditorTest::editor_saved_isInTheFile() {
  Editor at;
  at.text()->setPlainText(goodText());
  at.button("scenarioSave")->click();
  auto* dialog = at.fixture.window.findChild<QFileDialog*>();
  QVERIFY(dialog != nullptr);
  const QString path = at.fixture.folder.filePath(QStringLiteral("mine.toml"));
  Q_EMIT dialog->fileSelected(path);
  QFile file(path);
  QVERIFY(file.open(QIODevice::ReadOnly));
  QCOMPARE(QString::fromUtf8(file.readAll()), goodText());
  QVERIFY(at.editor->windowTitle().startsWith(QStringLiteral("mine.toml")));
}

void ScenarioEditorTest::editor_changedAndClosed_asks() {
  Editor at;
  at.text()->setPlainText(goodText());
  at.editor->reject();
  auto* question = at.fixture.window.findChild<QMessageBox*>();
  QVERIFY(question != nullptr);
  QVERIFY(at.editor->isVisible());
  question->button(QMessageBox::Discard)->click();
  QTRY_VERIFY(at.fixture.window.findChild<ScenarioEditor*>() == nullptr);
}

void ScenarioEditorTest::urls_thatAreNone_areToldAsTheyStand() {
  Urls at;
  at.text()->setPlainText(QStringLiteral("a <b>page</b>"));
  QVERIFY2(at.verdict().contains(QStringLiteral("no http or https URL: a <b>page</b>")),
           qPrintable(at.verdict()));
  QCOMPARE(at.fixture.find<QLabel>("urlsVerdict")->textFormat(), Qt::PlainText);
  QVERIFY(!at.fetch()->isEnabled());
}

void ScenarioEditorTest::urls_pasted_areAScenario() {
  Urls at;
  QVERIFY(at.text() != nullptr);
  QVERIFY(!at.fetch()->isEnabled());
  at.text()->setPlainText(
      QStringLiteral("https://example.org/a\nhttps://example.org/b\nhttp://other.example/\n"));
  QCOMPARE(at.verdict(), QStringLiteral("3 pages from 2 hosts."));
  at.fixture.find<QSpinBox>("urlsWorkers")->setValue(5);
  at.fetch()->click();
  QCOMPARE(at.fixture.engine.takeOrders().last(), QStringLiteral("start text my-pages.toml"));
  const auto scenario =
      workload::parse_scenario(at.fixture.engine.startedText().toStdString(), "my-pages.toml");
  QVERIFY(scenario);
  QCOMPARE(scenario->http.urls.size(), std::size_t{3});
  QCOMPARE(*scenario->max_workers, std::size_t{5});
  QCOMPARE(*scenario->http.rate_per_host, 2.0);
}

void ScenarioEditorTest::urls_strayLine_isTold_withItsNumber() {
  Urls at;
  at.text()->setPlainText(QStringLiteral("https://example.org/a\n# later\nexample.org/b\n"));
  QCOMPARE(at.verdict(), QStringLiteral("Line 3: no http or https URL: example.org/b. Begin it "
                                        "with https://, or with # to leave it out."));
  QCOMPARE(at.fixture.find<NumberedText>("urlsText")->markedLine(), 3);
  QVERIFY(!at.fetch()->isEnabled());
  at.text()->setPlainText(QStringLiteral("https://example.org/a\n"));
  QCOMPARE(at.fixture.find<NumberedText>("urlsText")->markedLine(), 0);
}

void ScenarioEditorTest::urls_ofAFile_areRead() {
  Urls at;
  const QString path = at.fixture.folder.filePath(QStringLiteral("urls.txt"));
  QFile file(path);
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write("http://127.0.0.1:8000/\n");
  file.close();
  at.choose(path);
  QCOMPARE(at.verdict(), QStringLiteral("1 page from 1 host."));
  QVERIFY(at.fetch()->isEnabled());
}

void ScenarioEditorTest::urls_ofNoFile_areRefused() {
  Urls at;
  at.choose(QStringLiteral("/dev/zero"));
  QVERIFY2(at.verdict().contains(QStringLiteral("/dev/zero cannot be read: it is no file")),
           qPrintable(at.verdict()));
  at.choose(at.fixture.folder.path());
  QVERIFY2(at.verdict().contains(QStringLiteral("it is no file")), qPrintable(at.verdict()));
}

QTEST_MAIN(ScenarioEditorTest)
#include "scenario_editor_test.moc"
