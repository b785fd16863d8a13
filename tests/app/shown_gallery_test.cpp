// SPDX-License-Identifier: Apache-2.0
#include "core/workload/scenario.h"
#include "ui/panels/code_lines.h"
#include "ui/window/tour.h"

#include <QRegularExpression>
#include <QStringList>
#include <QTest>

#include <set>
#include <string>

using namespace poolscope;
using trace::BlockReason;
using ui::CallerStep;
using workload::LoadPattern;
using workload::Scenario;
using Kind = CallerStep::Kind;

namespace {

/// What the main thread can be seen at in a load of this pattern.
QList<CallerStep> stepsOf(const workload::Load& load) {
  const bool opens = load.pattern == LoadPattern::poisson || load.pattern == LoadPattern::burst;
  QList<CallerStep> steps{{.kind = Kind::submits}};
  if (opens) {
    steps << CallerStep{.kind = Kind::idles};
  } else if (load.results) {
    const BlockReason reason = load.pattern == LoadPattern::map ? BlockReason::map
                               : load.pattern == LoadPattern::as_completed
                                   ? BlockReason::as_completed
                                   : BlockReason::result;
    steps << CallerStep{.kind = Kind::waits, .reason = reason};
  } else {
    steps << CallerStep{.kind = Kind::waits, .reason = BlockReason::wait};
  }
  return steps;
}

}  // namespace

/// What the window shows of the gallery fits it: the code of each scenario, in both languages, has
/// the line at which the main thread is, and the tour's scenarios and buttons are there.
class ShownGalleryTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void code_hasALineForEachStep_data() {
    QTest::addColumn<QString>("code");
    QTest::addColumn<QList<poolscope::ui::CallerStep>>("steps");
    const auto rows = [](const Scenario& scenario, const std::string& name) {
      QTest::newRow((name + ", Python").c_str())
          << QString::fromStdString(scenario.code) << stepsOf(scenario.load);
      QTest::newRow((name + ", C++").c_str())
          << QString::fromStdString(scenario.code_cpp) << stepsOf(scenario.load);
    };
    for (const Scenario& scenario : workload::gallery()) {
      rows(scenario, scenario.name);
      for (const workload::Try& one : scenario.tries) {
        if (!one.with.empty()) {
          rows(*workload::changed(scenario, one.with), scenario.name + ", " + one.label);
        }
      }
    }
  }

  void code_hasALineForEachStep() {
    QFETCH(QString, code);
    QFETCH(QList<poolscope::ui::CallerStep>, steps);
    QVERIFY2(!code.trimmed().isEmpty(), "no code");
    const QStringList lines = code.split(QLatin1Char('\n'));
    for (const CallerStep& step : steps) {
      const auto range = ui::linesOf(code, step);
      QVERIFY2(range.has_value(), qPrintable(QString::number(static_cast<int>(step.kind))));
      const QString text =
          lines.mid(range->begin, range->end - range->begin).join(QLatin1Char('\n'));
      const bool fits =
          step.kind == Kind::submits
              ? text.contains(QStringLiteral(".submit(")) || text.contains(QStringLiteral(".map("))
          : step.kind == Kind::idles
              ? text.contains(QStringLiteral("for ")) || text.contains(QStringLiteral("while "))
          : step.reason == BlockReason::wait
              ? text.contains(QStringLiteral("with ")) || text.contains(u'}') ||
                    text.contains(QStringLiteral("wait("))
          : step.reason == BlockReason::as_completed
              ? text.contains(QStringLiteral("as_completed("))
          // What the window says beside it names the call: it stands in that line.
          : step.reason == BlockReason::map
              ? text.contains(QStringLiteral(".map(")) || text.contains(QStringLiteral("results"))
              : text.contains(QStringLiteral(".result("));
      QVERIFY2(fits, qPrintable(text));
    }
  }

  /// A sentence before, a question, what to try, a sentence after; and what must be seen.
  void lessons_askAQuestion_andLetOneTry() {
    static const QRegularExpression parts(
        QStringLiteral(R"(^\S[^*]*\S\n\n\*\*[^*]+\?\*\*\n\nTry it:\n\n\S[^*].*\.$)"),
        QRegularExpression::DotMatchesEverythingOption);
    for (const Scenario& scenario : workload::gallery()) {
      const QString lesson = QString::fromStdString(scenario.lesson).trimmed();
      QVERIFY2(parts.match(lesson).hasMatch(), scenario.name.c_str());
      QVERIFY2(!scenario.checks.empty() && !scenario.tries.empty(), scenario.name.c_str());
      QVERIFY2(!scenario.code_cpp.empty(), scenario.name.c_str());
    }
  }

  void lessons_leadToLessonsThatAreThere() {
    static const QRegularExpression link(QStringLiteral(R"(\[([^\]]*)\]\(scenario:([^)]*)\))"));
    int links = 0;
    for (const Scenario& scenario : workload::gallery()) {
      auto found = link.globalMatch(QString::fromStdString(scenario.lesson));
      for (; found.hasNext(); ++links) {
        const auto match = found.next();
        const auto other = workload::find_scenario(match.captured(2).toStdString());
        QVERIFY2(other.has_value(), qPrintable(match.captured()));
        QCOMPARE(match.captured(1).simplified(), QString::fromStdString(other->title));
      }
    }
    QVERIFY(links > 0);
  }

  void tour_pressesButtonsThatAreThere() {
    std::set<std::string> scenarios;
    for (const ui::TourStep& step : ui::tourSteps()) {
      const auto scenario = workload::find_scenario(step.scenario.toStdString());
      QVERIFY2(scenario.has_value(), qPrintable(step.scenario));
      QVERIFY(!step.tryOut || static_cast<std::size_t>(*step.tryOut) < scenario->tries.size());
      scenarios.insert(scenario->name);
    }
    QCOMPARE(scenarios.size(), std::size_t(5));
  }
};

QTEST_APPLESS_MAIN(ShownGalleryTest)
#include "shown_gallery_test.moc"
