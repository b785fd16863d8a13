// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/session.h"
#include "ui/window/engine.h"
#include "ui/window/sweep_runner.h"

#include <QStringList>

#include <memory>
#include <utility>

namespace poolscope::ui {

/// Measures nothing: tests say what it shows, and read what it was told.
class FakeSweeps : public SweepRunner {
  Q_OBJECT
 public:
  SweepState state() const override { return state_; }
  QString scenario() const override { return scenario_; }
  void start(const SweepRequest& request) override {
    orders_ << QStringLiteral("start %1").arg(request.workers.size());
  }
  void cancel() override { orders_ << QStringLiteral("cancel"); }
  void saveData(const QString& path) override { orders_ << QStringLiteral("save %1").arg(path); }

  void show(SweepState state) {
    state_ = std::move(state);
    Q_EMIT changed();
  }
  /// What it was told since the last call.
  QStringList takeOrders() { return std::exchange(orders_, {}); }

 private:
  SweepState state_;
  QString scenario_ = QStringLiteral("Web scraping");
  QStringList orders_;
};

/// An engine without a pool: tests say what it shows, and read what it was told.
class FakeEngine : public Engine {
  Q_OBJECT
 public:
  FakeEngine() : snapshot_(session::Session().snapshot()) {}

  QList<ScenarioInfo> scenarios() const override {
    return {
        {.name = "web-scraping",
         .title = "Web scraping",
         .summary = "200 pages, map(), local server",
         .lesson = "# Waiting\nWorkers **hide latency**.",
         .code = "with ThreadPoolExecutor(max_workers=8) as pool:\n    for page in pool.map(fetch, "
                 "urls):\n"
                 "        print(page)\n",
         .maxWorkers = 8,
         .tries = {{.label = "32 workers", .promise = "Four times as much"},
                   {.label = "1 worker", .promise = "An eighth"},
                   {.label = "None fail", .promise = "No red", .startsAgain = true}}},
        {.name = "cpu-bound", .title = "CPU bound", .summary = "200 x 10 ms CPU", .maxWorkers = 2}};
  }
  EngineState state() const override { return state_; }
  std::shared_ptr<const session::Snapshot> snapshot() const override { return snapshot_; }
  session::TimeNs now() const override { return now_; }
  SweepRunner* sweeps() override { return &sweeps_; }
  FakeSweeps& fakeSweeps() { return sweeps_; }

  void startScenario(const QString& name, bool trusted) override {
    tell(trusted ? QStringLiteral("start %1 trusted").arg(name)
                 : QStringLiteral("start %1").arg(name));
  }
  void startText(const QString& toml, const QString& name) override {
    text_ = toml;
    tell(QStringLiteral("start text %1").arg(name));
  }
  QString startedText() const { return text_; }
  void restart() override { tell(QStringLiteral("restart")); }
  void setMaxWorkers(int count) override { tell(QStringLiteral("workers %1").arg(count)); }
  void pausePool() override { tell(QStringLiteral("pause")); }
  void resumePool() override { tell(QStringLiteral("resume")); }
  void addMarker(const QString& text) override { tell(QStringLiteral("marker %1").arg(text)); }
  void tryOut(int index) override { tell(QStringLiteral("try %1").arg(index)); }
  void undoTry() override { tell(QStringLiteral("undo try")); }
  void startRecording(const QString& path) override { tell(QStringLiteral("record %1").arg(path)); }
  void stopRecording() override { tell(QStringLiteral("stop recording")); }
  void saveSession(const QString& path) override { tell(QStringLiteral("save %1").arg(path)); }
  void setMemoryShare(int percent) override { tell(QStringLiteral("memory %1").arg(percent)); }
  void openFile(const QString& path) override { tell(QStringLiteral("open %1").arg(path)); }
  void prepareQuit() override { tell(QStringLiteral("quit")); }

  /// A running pool whose present is `now`.
  void showLive(std::shared_ptr<const session::Snapshot> snapshot, session::TimeNs now,
                int maxWorkers) {
    snapshot_ = std::move(snapshot);
    now_ = now;
    state_ = {};
    state_.source = EngineState::Source::live;
    state_.activity = EngineState::Activity::running;
    state_.scenario = scenarios().first();
    state_.maxWorkers = maxWorkers;
    Q_EMIT sessionReplaced();
    Q_EMIT stateChanged();
  }
  void showFile(std::shared_ptr<const session::Snapshot> snapshot, const QString& path,
                const QString& missing = {}) {
    snapshot_ = std::move(snapshot);
    now_ = snapshot_->end();
    state_ = {};
    state_.source = EngineState::Source::file;
    state_.file = path;
    state_.missing = missing;
    Q_EMIT sessionReplaced();
    Q_EMIT stateChanged();
  }
  /// A file of which a part is read.
  void showOpening(std::shared_ptr<const session::Snapshot> snapshot, const QString& path,
                   double progress) {
    snapshot_ = std::move(snapshot);
    state_ = {};
    state_.source = EngineState::Source::file;
    state_.activity = EngineState::Activity::opening;
    state_.file = state_.opening = path;
    state_.openProgress = progress;
    Q_EMIT sessionReplaced();
    Q_EMIT stateChanged();
  }
  void showMore(std::shared_ptr<const session::Snapshot> snapshot, double progress) {
    snapshot_ = std::move(snapshot);
    state_.openProgress = progress;
    Q_EMIT stateChanged();
  }
  /// Another state of the same session.
  template <typename Change>
  void change(Change apply) {
    apply(state_);
    Q_EMIT stateChanged();
  }
  void setNow(session::TimeNs now) { now_ = now; }
  /// What it was told since the last call.
  QStringList takeOrders() { return std::exchange(orders_, {}); }

 private:
  void tell(const QString& order) { orders_ << order; }

  EngineState state_;
  QString text_ = {};
  std::shared_ptr<const session::Snapshot> snapshot_;
  session::TimeNs now_ = 0;
  QStringList orders_;
  FakeSweeps sweeps_;
};

}  // namespace poolscope::ui
