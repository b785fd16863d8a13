// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/code_panel.h"

#include "ui/panels/code_view.h"
#include "ui/panels/eliding_label.h"

#include <QLabel>
#include <QTest>
#include <QTextBlock>
#include <QTextLayout>
#include <QToolButton>

using namespace poolscope;
using namespace poolscope::ui;
using Kind = CallerStep::Kind;

namespace {

const QString kPython = QStringLiteral(
    "with ThreadPoolExecutor() as pool:\n    for page in pool.map(fetch, urls):\n        "
    "print(page)");
const QString kCpp = QStringLiteral(
    "int main() {\n  ThreadPoolExecutor pool({.max_workers = 8});\n"
    "  for (auto page : pool.map(fetch, urls)) {\n    print(page);\n  }\n}");

}  // namespace

class CodePanelTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init() {
    panel_ = std::make_unique<CodePanel>();
    panel_->setTheme(Theme::dark());
    panel_->showCode(kPython, kCpp);
  }

  void language_isTheReadersChoice_andTheLineMovesWithIt() {
    panel_->showStep({.kind = Kind::takes}, QStringLiteral("takes a result"));
    QCOMPARE(panel_->view()->toPlainText(), kPython);
    QCOMPARE(panel_->view()->lit(), (std::optional<LineRange>({2, 3})));
    panel_->findChild<QToolButton*>(QStringLiteral("codeCpp"))->click();
    QCOMPARE(panel_->view()->toPlainText(), kCpp);
    QCOMPARE(panel_->view()->lit(), (std::optional<LineRange>({3, 4})));
    QCOMPARE(panel_->view()->accessibleName(), QStringLiteral("C++ code"));
    QCOMPARE(panel_->findChild<QLabel*>(QStringLiteral("codeStep"))->text(),
             QStringLiteral("takes a result"));
  }

  void waitingForAll_whereNoCallDoes_isCalledLeavingThePool() {
    const CallerStep waits{.kind = Kind::waits, .reason = trace::BlockReason::wait};
    const auto* words = panel_->findChild<QLabel*>(QStringLiteral("codeStep"));
    panel_->showCode(QStringLiteral("with ThreadPoolExecutor() as pool:\n    pool.submit(f)"), {});
    panel_->showStep(waits, QStringLiteral("blocked in wait()"));
    QCOMPARE(words->text(), QStringLiteral("leaves the pool when all is done"));
    QCOMPARE(panel_->view()->lit(), (std::optional<LineRange>({0, 1})));
    panel_->showCode(QStringLiteral("pool = ThreadPoolExecutor()\nfutures = [pool.submit(f)]\n"
                                    "wait(futures)"),
                     {});
    QCOMPARE(words->text(), QStringLiteral("blocked in wait()"));
    QCOMPARE(panel_->view()->lit(), (std::optional<LineRange>({2, 3})));
  }

  void choice_staysWhileTheScenarioChanges_andReturnsWhereThereIsNone() {
    panel_->findChild<QToolButton*>(QStringLiteral("codeCpp"))->click();
    panel_->showCode(kPython, QString());
    QCOMPARE(panel_->view()->toPlainText(), kPython);
    QVERIFY(panel_->findChild<QToolButton*>(QStringLiteral("codeCpp"))->parentWidget()->isHidden());
    panel_->showCode(kPython, kCpp);
    QCOMPARE(panel_->view()->toPlainText(), kCpp);
  }

  void buttons_stayWhereTheyAre_withoutWords() {
    panel_->resize(300, 300);
    panel_->show();
    QVERIFY(QTest::qWaitForWindowExposed(panel_.get()));
    auto* cpp = panel_->findChild<QToolButton*>(QStringLiteral("codeCpp"));
    const auto place = [&] {
      QCoreApplication::processEvents();
      return cpp->mapTo(panel_.get(), QPoint());
    };
    panel_->showStep({.kind = Kind::takes}, QStringLiteral("takes a result"));
    const QPoint before = place();
    panel_->showStep({}, QString());
    QCOMPARE(place(), before);
  }

  void words_withoutRoom_giveWayToShorterOnes() {
    panel_->resize(280, 300);
    panel_->show();
    QVERIFY(QTest::qWaitForWindowExposed(panel_.get()));
    const auto* words =
        static_cast<ElidingLabel*>(panel_->findChild<QLabel*>(QStringLiteral("codeStep")));
    const CallerStep waits{.kind = Kind::waits, .reason = trace::BlockReason::map};
    const auto shown = [&](const QString& task) {
      panel_->showStep(waits, QStringLiteral("blocked in map() for a long time: task ") + task,
                       QStringLiteral("waits for task ") + task);
      QCoreApplication::processEvents();
      return words->shownText();
    };
    QCOMPARE(shown(QStringLiteral("34401")), QStringLiteral("waits for task 34401"));
    QVERIFY(words->text().startsWith(QStringLiteral("blocked in map()")));  // for a screen reader
    panel_->resize(900, 300);
    QVERIFY(shown(QStringLiteral("95")).startsWith(QStringLiteral("blocked in map()")));
  }

  void nothingKnown_lightsNothing() {
    panel_->showStep({.kind = Kind::takes}, QStringLiteral("takes a result"));
    panel_->showStep({}, QString());
    QCOMPARE(panel_->view()->lit(), std::optional<LineRange>());
    QVERIFY(panel_->findChild<QLabel*>(QStringLiteral("codeStep"))->isHidden());
  }

  void litLine_isPaintedWithItsBar() {
    panel_->resize(500, 300);
    panel_->show();
    QVERIFY(QTest::qWaitForWindowExposed(panel_.get()));
    const Theme theme = Theme::dark();
    const auto leftOf = [this](int line) {
      const QImage image = panel_->view()->viewport()->grab().toImage();
      const int height = panel_->view()->fontMetrics().lineSpacing();
      return image.pixelColor(1, 8 + line * height + height / 2);
    };
    panel_->showStep({.kind = Kind::waits, .reason = trace::BlockReason::map},
                     QStringLiteral("blocked in map()"));
    QCOMPARE(leftOf(1), theme.warn);
    panel_->showStep({.kind = Kind::takes}, QStringLiteral("takes a result"));
    QCOMPARE(leftOf(2), theme.accent);
    QVERIFY(leftOf(1) != theme.warn);
  }

  void everyWord_isReadable_onALitLine_data() {
    QTest::addColumn<bool>("dark");
    QTest::newRow("dark") << true;
    QTest::newRow("light") << false;
  }
  void everyWord_isReadable_onALitLine() {
    QFETCH(bool, dark);
    const Theme theme = Theme::make(dark);
    panel_->setTheme(theme);
    panel_->showCode(QStringLiteral("with ThreadPoolExecutor() as pool:\n"
                                    "    for page in pool.map(fetch, \"x\", 8):  # slow\n"
                                    "        print(page)"),
                     QString());
    panel_->showStep({.kind = Kind::waits, .reason = trace::BlockReason::map},
                     QStringLiteral("blocked in map()"));
    const auto selections = panel_->view()->extraSelections();
    QCOMPARE(selections.size(), 1);
    const QColor lit = selections.first().format.background().color();
    QList<QColor> words = {theme.text};  // what no rule colours
    const QTextBlock line = panel_->view()->document()->findBlockByNumber(1);
    for (const auto& range : line.layout()->formats()) {
      words.append(range.format.foreground().color());
    }
    QVERIFY(words.size() > 5);  // keywords, the pool's names, text, number and comment
    for (const QColor& word : words) {
      QVERIFY2(contrastRatio(word, lit) >= 4.5, qPrintable(word.name() + lit.name()));
    }
    QVERIFY(contrastRatio(theme.warn, lit) >= 3);  // the bar beside it
    QVERIFY(contrastRatio(theme.accent, lit) >= 3);
  }

 private:
  std::unique_ptr<CodePanel> panel_;
};

QTEST_MAIN(CodePanelTest)
#include "code_panel_test.moc"
