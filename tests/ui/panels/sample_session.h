// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/session.h"
#include "core/trace/directory.h"
#include "core/trace/event.h"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace poolscope::ui {

/// A session written by hand, event by event, for tests of what shows one. One pool, called "web";
/// its caller is "main". Times are ns.
class SampleSession {
 public:
  explicit SampleSession(std::uint32_t maxWorkers = 2, session::TimeNs created = 0);

  session::TaskKey queue(session::TimeNs time, std::string_view name);
  void start(session::TaskKey task, session::TimeNs time, std::uint32_t worker);
  void phase(session::TaskKey task, trace::PhaseKind kind, std::string_view name,
             session::TimeNs begin, session::TimeNs end);
  void finish(session::TaskKey task, session::TimeNs time, std::string_view error = {});
  void cancel(session::TaskKey task, session::TimeNs time);
  void deliver(session::TaskKey task, session::TimeNs time);
  void resize(session::TimeNs time, std::uint32_t before, std::uint32_t now);
  void marker(session::TimeNs time, std::string_view text);
  void pause(session::TimeNs time);
  void resume(session::TimeNs time);
  /// The workers that started exit with it.
  void shutDown(session::TimeNs time);
  void lose(session::TimeNs time, std::uint64_t count);
  void block(session::TaskKey awaited, session::TimeNs begin, session::TimeNs end);
  /// The worker of `task` waits in result() from `begin` on.
  void blockWorker(session::TaskKey task, session::TaskKey awaited, session::TimeNs begin);
  /// queue, start, an I/O wait up to a CPU phase of a tenth, finish: an ordinary task.
  session::TaskKey ordinary(session::TimeNs queued, session::TimeNs started,
                            session::TimeNs finished, std::uint32_t worker,
                            std::string_view name = "fetch page");

  /// What was told so far, sorted by time.
  std::shared_ptr<const session::Snapshot> snapshot();

 private:
  void add(session::TimeNs time, trace::EventKind kind, std::uint64_t task, trace::ThreadId thread,
           std::uint64_t detail, trace::Outcome outcome = trace::Outcome::ok);
  trace::ThreadId worker(std::uint32_t index, session::TimeNs time);

  std::shared_ptr<trace::Directory> directory_;
  session::Session session_;
  std::shared_ptr<trace::Sink> sink_;
  trace::ThreadId main_;
  std::vector<trace::ThreadId> workers_;
  std::vector<trace::ThreadId> workerOfTask_;
  std::uint64_t tasks_ = 0;
  std::vector<trace::Event> events_;
};

/// A pool at work on web pages: `tasks` of three kinds on 4, later 8 workers, some failing; seeded.
void fillWebScraping(SampleSession& session, int batches);

}  // namespace poolscope::ui
