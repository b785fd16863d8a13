// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../executor/support.h"
#include "core/trace/directory.h"
#include "core/workload/scenario.h"
#include "core/workload/scenario_run.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtGlobal>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace poolscope::testing {

/// The scenario of `toml`, which must be right.
inline workload::Scenario scenario_of(const std::string& toml) {
  auto scenario = workload::parse_scenario(toml, "test.toml");
  if (!scenario) {
    qFatal("%s", scenario.error().message().c_str());
  }
  return std::move(*scenario);
}

/// A scenario with this load (the lines of [load]) and one kind of task.
inline std::string small_scenario(const std::string& load, const std::string& steps,
                                  const std::string& top = {}) {
  return "name = \"test\"\n" + top + "\n[load]\n" + load +
         "\n[[task]]\nname = \"work\"\nsteps = [" + steps + "]\n";
}

/// How many tasks were queued, and what became of them.
struct Tally {
  std::uint64_t queued = 0;
  std::uint64_t started = 0;
  std::uint64_t ok = 0;
  std::uint64_t failed = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t delivered = 0;
};

inline Tally tally(const std::vector<trace::Event>& events) {
  Tally sum;
  for (const trace::Event& event : events) {
    const bool finished = event.kind == trace::EventKind::task_finished;
    sum.queued += event.kind == trace::EventKind::task_queued ? 1U : 0U;
    sum.started += event.kind == trace::EventKind::task_started ? 1U : 0U;
    sum.ok += finished && event.outcome == trace::Outcome::ok ? 1U : 0U;
    sum.failed += finished && event.outcome == trace::Outcome::error ? 1U : 0U;
    sum.cancelled += finished && event.outcome == trace::Outcome::cancelled ? 1U : 0U;
    sum.delivered += event.kind == trace::EventKind::result_delivered ? 1U : 0U;
  }
  return sum;
}

/// A stretch in which a thread was in a phase.
struct Span {
  trace::ThreadId thread = 0;
  std::uint64_t begin_ns = 0;
  std::uint64_t end_ns = 0;
};

/// The phases of `kind`, in order of their begin. Phases of one kind and thread must not nest.
inline std::vector<Span> spans_of(const std::vector<trace::Event>& events, trace::PhaseKind kind) {
  std::vector<Span> spans;
  for (const trace::Event& event : events) {
    const bool begin = event.kind == trace::EventKind::phase_begin;
    const bool end = event.kind == trace::EventKind::phase_end;
    if ((!begin && !end) || trace::phase_kind(event.detail) != kind) {
      continue;
    }
    if (begin) {
      spans.push_back({event.thread, event.time_ns, 0});
      continue;
    }
    const auto open = std::find_if(spans.rbegin(), spans.rend(),
                                   [&](const Span& span) { return span.thread == event.thread; });
    if (open != spans.rend()) {
      open->end_ns = event.time_ns;
    }
  }
  return spans;
}

/// Whether no two of the spans, which are in order of their begin, were at the same time.
inline bool apart(const std::vector<Span>& spans) {
  return std::adjacent_find(spans.begin(), spans.end(), [](const Span& a, const Span& b) {
           return a.end_ns > b.begin_ns;
         }) == spans.end();
}

/// A scenario that runs, and its events.
struct TracedRun {
  explicit TracedRun(const std::string& toml, workload::RunOptions options = {})
      : TracedRun(scenario_of(toml), std::move(options)) {}
  TracedRun(workload::Scenario scenario, workload::RunOptions options) {
    options.tracer = &traced.tracer;
    auto started = workload::ScenarioRun::start(std::move(scenario), std::move(options));
    if (!started) {
      qFatal("%s", started.error().message().c_str());
    }
    run = std::move(*started);
  }

  Tally so_far() { return tally(traced.events()); }
  /// Waits until the run has ended.
  Tally finish() {
    run->wait();
    return so_far();
  }
  /// The texts of errors, of all tasks that failed.
  std::vector<std::string> errors() {
    std::vector<std::string> texts;
    for (const auto& event : traced.of(trace::EventKind::task_finished)) {
      if (event.outcome == trace::Outcome::error) {
        texts.emplace_back(traced.tracer.directory()->name(trace::finished_error(event.detail)));
      }
    }
    return texts;
  }

  Traced traced;
  std::unique_ptr<workload::ScenarioRun> run;
};

/// A step for a scenario's tasks that ends once the test opens the gate.
class CommandGate {
 public:
  std::string step() const {
    return "{ command = 'touch " + file("here") + "; until [ -e " + file("open") +
           " ]; do sleep 0.01; done' }";
  }
  /// Whether a task has come to the gate, within half a minute.
  bool reached() const {
    return eventually([&] { return QFile::exists(QString::fromStdString(file("here"))); });
  }
  void open() const {
    QFile made(QString::fromStdString(file("open")));
    if (!made.open(QIODevice::WriteOnly)) {
      qFatal("%s cannot be made", qPrintable(made.fileName()));
    }
  }

 private:
  std::string file(const char* name) const {
    return folder_.filePath(QLatin1String(name)).toStdString();
  }
  QTemporaryDir folder_;
};

}  // namespace poolscope::testing
