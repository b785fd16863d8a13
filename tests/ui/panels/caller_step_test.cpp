// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/caller_step.h"

#include "sample_session.h"

#include <QTest>

using namespace poolscope;
using namespace poolscope::ui;
using Kind = CallerStep::Kind;

namespace {
constexpr session::TimeNs kMs = 1'000'000;
}  // namespace

class CallerStepTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void step_isTheSameWheneverItIsAsked() {
    SampleSession sample(1, 1000 * kMs);
    const auto task = sample.queue(1010 * kMs, "fetch");
    sample.start(task, 1011 * kMs, 0);
    sample.block(task, 1020 * kMs, 1100 * kMs);
    sample.finish(task, 1100 * kMs);
    sample.deliver(task, 1101 * kMs);
    sample.queue(1300 * kMs, "fetch");
    const auto snapshot = sample.snapshot();
    const auto at = [&](session::TimeNs ms) { return callerStep(*snapshot, ms * kMs); };
    QVERIFY(at(999).kind == Kind::none);
    QVERIFY(at(1012).kind == Kind::submits);
    QVERIFY((at(1050) == CallerStep{.kind = Kind::waits, .reason = trace::BlockReason::map}));
    QVERIFY(at(1102).kind == Kind::takes);
    QVERIFY(at(1280).kind == Kind::idles);
    QVERIFY(at(1302).kind == Kind::submits);
  }

  void step_isSaidInWords() {
    SampleSession sample(1, 1000 * kMs);
    const auto task = sample.queue(1010 * kMs, "fetch");
    sample.block(task, 1020 * kMs, 1100 * kMs);
    const auto snapshot = sample.snapshot();
    QCOMPARE(callerStepText(*snapshot, 1050 * kMs), QStringLiteral("blocked in map(): task 1"));
    QCOMPARE(callerStepText(*snapshot, 1011 * kMs), QStringLiteral("submits tasks"));
    QCOMPARE(callerStepText(*snapshot, 900 * kMs), QString());
  }

  void poolThatIsShutDown_isLeftWhenItsWorkersAreGone() {
    SampleSession sample(1, 1000 * kMs);
    const auto task = sample.queue(1010 * kMs, "fetch");
    sample.start(task, 1011 * kMs, 0);
    sample.shutDown(1020 * kMs);
    sample.finish(task, 1100 * kMs);
    const auto snapshot = sample.snapshot();
    QVERIFY(callerStep(*snapshot, 1050 * kMs).kind == Kind::shuts_down);
    QVERIFY(callerStep(*snapshot, 1111 * kMs).kind == Kind::none);
  }

  void emptySession_saysNothing() {
    const auto snapshot = session::Session().snapshot();
    QVERIFY(callerStep(*snapshot, 1).kind == Kind::none);
  }
};

QTEST_APPLESS_MAIN(CallerStepTest)
#include "caller_step_test.moc"
