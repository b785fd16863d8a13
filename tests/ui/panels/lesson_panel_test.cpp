// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/lesson_panel.h"

#include <QAbstractTextDocumentLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QTextBlock>
#include <QTextDocument>
#include <QTextLayout>
#include <QTextList>

using namespace poolscope::ui;
using Stage = TrialInfo::Stage;

class LessonPanelTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init() {
    panel_ = std::make_unique<LessonPanel>();
    panel_->setTheme(Theme::light());
    panel_->showLesson(
        QStringLiteral("A sentence.\n\n**A question?**\n\nTry it:\n\n- Look.\n\nThe end."),
        {{.label = QStringLiteral("8 workers"), .promise = QStringLiteral("Twice as much")},
         {.label = QStringLiteral("None fail"),
          .promise = QStringLiteral("No red"),
          .startsAgain = true}});
  }

  void buttons_standWhereTheLessonSaysTry() {
    panel_->resize(300, 700);
    panel_->show();
    QVERIFY(QTest::qWaitForWindowExposed(panel_.get()));
    QVERIFY(label("lessonText")->text().contains(QStringLiteral("question")));
    QVERIFY(!label("lessonText")->text().contains(QStringLiteral("Look.")));
    QVERIFY(label("lessonRest")->text().contains(QStringLiteral("Look.")));
    const auto y = [this](const char* name) {
      return panel_->findChild<QWidget*>(QString::fromLatin1(name))->y();
    };
    QVERIFY(y("lessonText") < y("try0"));
    QVERIFY(y("try0") < y("tryText0"));
    QVERIFY(y("tryText0") < y("try1"));
    QVERIFY(y("tryText1") < y("lessonRest"));
  }

  /// As the label lays it out: its bullet keeps in line with the paragraphs about it.
  void items_standNoFurtherInThanTheirBulletNeeds() {
    QTextDocument document;
    document.setDefaultFont(Theme::light().fonts.body);
    document.setHtml(label("lessonRest")->text());
    QVERIFY(document.firstBlock().textList() != nullptr);
    document.documentLayout()->documentSize();  // lays it out
    const qreal left = document.firstBlock().layout()->lineAt(0).x();
    const int lineHeight = QFontMetrics(Theme::light().fonts.body).height();
    QVERIFY2(left > lineHeight / 2.0, qPrintable(QString::number(left)));
    QVERIFY2(left < 2 * lineHeight, qPrintable(QString::number(left)));
  }

  void link_toAnotherLesson_isFollowed_byKeys() {
    panel_->showLesson(QStringLiteral("See [Computing](scenario:cpu-bound) and [all](file:///)."),
                       {});
    QSignalSpy chosen(panel_.get(), &LessonPanel::scenarioChosen);
    QVERIFY(label("lessonText")->textInteractionFlags().testFlag(Qt::LinksAccessibleByKeyboard));
    panel_->show();
    QVERIFY(QTest::qWaitForWindowExposed(panel_.get()));
    label("lessonText")->setFocus(Qt::TabFocusReason);
    QTest::keyClick(label("lessonText"), Qt::Key_Tab);  // to its first link
    QTest::keyClick(label("lessonText"), Qt::Key_Return);
    QCOMPARE(chosen.size(), 1);
    QCOMPARE(chosen.first().first().toString(), QStringLiteral("cpu-bound"));
    panel_->showLesson(QStringLiteral("None."), {});
    QVERIFY(!label("lessonText")->textInteractionFlags().testFlag(Qt::LinksAccessibleByKeyboard));
  }

  void button_tellsItsPromiseToWhoCannotSee() {
    QCOMPARE(button("try0")->accessibleDescription(), QStringLiteral("Twice as much"));
  }

  void button_saysWhichTryIsWanted() {
    panel_->showTrial({}, true, true, false);
    QSignalSpy chosen(panel_.get(), &LessonPanel::tryChosen);
    button("try1")->click();
    QCOMPARE(chosen.size(), 1);
    QCOMPARE(chosen.first().first().toInt(), 1);
    QTest::keyClick(button("try0"), Qt::Key_Return);
    QCOMPARE(chosen.size(), 2);
    QCOMPARE(chosen.last().first().toInt(), 0);
  }

  void poolThatDoesNotRun_canOnlyBeStartedAgain() {
    panel_->showTrial({}, false, true, false);
    QVERIFY(!button("try0")->isEnabled());
    QVERIFY(!button("try0")->toolTip().isEmpty());
    QVERIFY(button("try1")->isEnabled());
    panel_->showTrial({}, false, false, false);
    QVERIFY(!button("try1")->isEnabled());
  }

  void focus_returnsToTheButton_whenTheScenarioHasStartedAgain() {
    panel_->resize(300, 700);
    panel_->show();
    panel_->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(panel_.get()));
    panel_->showTrial({}, true, true, false);
    button("try1")->setFocus();
    QTRY_VERIFY(button("try1")->hasFocus());
    panel_->showTrial({}, false, false, false);
    QVERIFY(!button("try1")->hasFocus());
    panel_->showTrial({}, true, true, true);
    QVERIFY(button("try1")->hasFocus());
    // Not where the user went elsewhere meanwhile.
    panel_->showTrial({}, false, false, true);
    button("undoTry")->setFocus();
    panel_->showTrial({}, true, true, true);
    QVERIFY(button("undoTry")->hasFocus());
  }

  void outcome_standsUnderItsPromise() {
    panel_->showTrial({.index = 0, .stage = Stage::looking}, true, true, false);
    QCOMPARE(label("tryText0")->text(), QStringLiteral("Twice as much\nLooking\u2026"));
    panel_->showTrial({.index = 0, .stage = Stage::kept, .text = QStringLiteral("800 tasks/s.")},
                      true, true, false);
    QCOMPARE(label("tryText0")->text(), QStringLiteral("Twice as much\n\u2713 Seen: 800 tasks/s."));
    QCOMPARE(label("tryText1")->text(), QStringLiteral("No red"));
  }

  void wayBack_isThereWhileTheScenarioIsChanged() {
    panel_->showTrial({}, true, true, false);
    QVERIFY(button("undoTry")->isHidden());
    panel_->showTrial({}, true, true, true);
    QVERIFY(!button("undoTry")->isHidden());
    QSignalSpy undone(panel_.get(), &LessonPanel::undoChosen);
    button("undoTry")->click();
    QCOMPARE(undone.size(), 1);
  }

  void anotherLesson_replacesTheButtons() {
    panel_->showLesson(QStringLiteral("Another."), {});
    QCOMPARE(button("try0"), nullptr);
    QVERIFY(label("lessonText")->text().contains(QStringLiteral("Another.")));
    QVERIFY(label("lessonRest")->isHidden());
  }

 private:
  QLabel* label(const char* name) { return panel_->findChild<QLabel*>(QString::fromLatin1(name)); }
  QPushButton* button(const char* name) {
    return panel_->findChild<QPushButton*>(QString::fromLatin1(name));
  }

  std::unique_ptr<LessonPanel> panel_;
};

QTEST_MAIN(LessonPanelTest)
#include "lesson_panel_test.moc"
