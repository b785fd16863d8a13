// SPDX-License-Identifier: Apache-2.0
#include "ui/window/coach.h"

#include "sample_session.h"

#include <QTest>

using namespace poolscope;
using namespace poolscope::ui;
using Activity = EngineState::Activity;
using Source = EngineState::Source;

class CoachTest : public QObject {
  Q_OBJECT

  EngineState running_{.source = Source::live, .activity = Activity::running, .maxWorkers = 8};

 private Q_SLOTS:
  void introduction_leadsFromStepToStep() {
    CoachInput input{.state = &running_, .tasks = 40, .finished = 3};
    QCOMPARE(
        coachHint(input).text,
        QStringLiteral(
            "8 workers take tasks from the queue. Drag max_workers and watch tasks/s change."));
    input.hasResized = true;
    QVERIFY(coachHint(input).text.contains(QStringLiteral("click a task")));
    input.hasInspected = true;
    QVERIFY(coachHint(input).text.contains(QStringLiteral("?")));
    input.introductionDone = true;
    QVERIFY(coachHint(input).topic == CoachTopic::none);
  }

  void states_haveTheirOwnHint_alsoForWhoKnowsPoolscope() {
    const auto topicOf = [](const EngineState& state, std::uint64_t tasks) {
      return coachHint(
                 {.state = &state, .tasks = tasks, .finished = tasks, .introductionDone = true})
          .topic;
    };
    EngineState state = running_;
    QVERIFY(topicOf(state, 0) == CoachTopic::no_task);
    state.paused = true;
    QVERIFY(topicOf(state, 10) == CoachTopic::paused);
    QVERIFY(coachHint({.state = &state, .tasks = 10, .isSweeping = true}).topic ==
            CoachTopic::sweeping);
    state.paused = false;
    state.automatic = true;
    QVERIFY(topicOf(state, 10) == CoachTopic::automatic);
    state.trouble = QStringLiteral("nothing answers");
    QVERIFY(topicOf(state, 10) == CoachTopic::none);
    state.trouble.clear();
    state.activity = Activity::finished;
    QVERIFY(topicOf(state, 10) == CoachTopic::finished);
    state.source = Source::file;
    QVERIFY(topicOf(state, 10) == CoachTopic::replay);
    QVERIFY(topicOf({}, 0) == CoachTopic::none);
  }

  void auto_saysWhatItDidLast_andWhy() {
    SampleSession sample(8);
    const auto at = [](int seconds) { return session::TimeNs{1'000'000'000} * seconds; };
    sample.marker(at(1), "auto: 4 \u2192 8 workers: of an earlier time");
    sample.marker(at(2), "auto on: 8 workers");
    sample.marker(at(5), "auto: 8 \u2192 16 workers: is it better with more?");
    sample.marker(at(6), "lunch");
    sample.marker(at(9), "auto: 16 workers: later");
    const auto snapshot = sample.snapshot();
    EngineState state = running_;
    state.automatic = true;
    const auto text = [&](session::TimeNs now) {
      CoachInput input{.state = &state, .tasks = 10, .introductionDone = true};
      addAutoDecision(input, *snapshot, now);
      return coachHint(input).text;
    };
    QCOMPARE(text(at(8)),
             QStringLiteral("Auto, 3 s ago: 8 \u2192 16 workers: is it better with more? Change "
                            "max_workers yourself to take over."));
    QVERIFY(text(at(9)).startsWith(QStringLiteral("Auto, 0 s ago: 16 workers: later. Change")));
    QVERIFY(text(at(3)).startsWith(QStringLiteral("Auto changes max_workers")));
  }

  void finished_tellsHowManyAndWhatNext() {
    EngineState state = running_;
    state.activity = Activity::finished;
    const QString text = coachHint({.state = &state, .tasks = 200, .finished = 200}).text;
    QVERIFY(text.startsWith(QStringLiteral("Done: 200 tasks finished. ")));
    QVERIFY(text.contains(QStringLiteral("F5")));
  }

  void finished_hidesNoFailure() {
    EngineState state = running_;
    state.activity = Activity::finished;
    const QString text =
        coachHint({.state = &state, .tasks = 12, .finished = 4, .failed = 2, .cancelled = 6}).text;
    QVERIFY2(
        text.startsWith(QStringLiteral("Done: 4 tasks finished, 2 of them failed, 6 cancelled. ")),
        qPrintable(text));
  }

  void finished_whereAllFailed_countsThemOnce() {
    EngineState state = running_;
    state.activity = Activity::finished;
    QVERIFY(coachHint({.state = &state, .tasks = 4, .finished = 4, .failed = 4})
                .text.startsWith(QStringLiteral("Done: all 4 tasks failed. ")));
    QVERIFY(coachHint({.state = &state, .tasks = 1, .finished = 1, .failed = 1})
                .text.startsWith(QStringLiteral("Done: the only task failed. ")));
  }

  void introduction_waits_whileNothingAnswers() {
    EngineState state = running_;
    state.trouble = QStringLiteral("No network: nothing answers");
    QVERIFY(coachHint({.state = &state, .tasks = 40}).topic == CoachTopic::none);
  }
};

QTEST_APPLESS_MAIN(CoachTest)
#include "coach_test.moc"
