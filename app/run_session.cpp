// SPDX-License-Identifier: Apache-2.0
#include "app/run_session.h"

#include "app/client_folder.h"
#include "app/commands.h"
#include "app/exit_status.h"

#include <chrono>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>

namespace poolscope::app {
namespace {

// Processes of the program that end with it may be some moments later.
constexpr std::chrono::milliseconds kPatience{300};
constexpr int kKilled = 128;  // a status above it: by a signal

std::map<std::string, std::string> environmentFor(const RunCall& call,
                                                  const std::filesystem::path& folder,
                                                  const std::filesystem::path& socket) {
  std::map<std::string, std::string> environment;
  const char* const before = std::getenv("PYTHONPATH");
  environment["PYTHONPATH"] =
      folder.string() +
      (before != nullptr && *before != '\0' ? ":" + std::string(before) : std::string());
  environment["POOLSCOPE_SOCKET"] = socket.string();
  if (call.maxWorkers) {
    environment["POOLSCOPE_MAX_WORKERS"] = std::to_string(*call.maxWorkers);
  }
  if (call.cpuTime) {
    environment["POOLSCOPE_CPU_TIME"] = "1";
  }
  return environment;
}

}  // namespace

Result<std::unique_ptr<RunSession>> RunSession::start(const RunCall& call,
                                                      const StopSignals& signals) {
  const auto client = clientFolder();
  if (!client) {
    return tl::unexpected(client.error());
  }
  if (!call.window.record.empty()) {
    if (const auto usable = storage::check_output(call.window.record, call.window.force); !usable) {
      return tl::unexpected(usable.error());
    }
  }
  auto folder = bridge::SocketFolder::create();
  if (!folder) {
    return tl::unexpected(folder.error());
  }
  std::unique_ptr<RunSession> run(new RunSession(std::move(*folder)));
  auto program = Program::prepare(call.program, signals);
  if (!program) {
    return tl::unexpected(program.error());
  }
  run->program_ = std::move(*program);
  BridgeSession::Options options;
  options.pid = run->program_->pid();
  options.command = run->program_->command();
  options.maxWorkers = call.maxWorkers;
  options.onRefused = [](const Error& error) { complain(error, kDone); };
  auto session = BridgeSession::start(run->folder_.socket(), std::move(options));
  if (!session) {
    return tl::unexpected(session.error());
  }
  run->session_ = std::move(*session);
  if (!call.window.record.empty()) {
    if (const auto recording = run->session_->startRecording(call.window.record, call.window.force);
        !recording) {
      return tl::unexpected(recording.error());
    }
  }
  if (const auto started =
          run->program_->start(environmentFor(call, *client, run->folder_.socket()));
      !started) {
    if (!call.window.record.empty()) {  // there is nothing in it
      static_cast<void>(run->session_->stopRecording());
      std::error_code ignored;
      std::filesystem::remove(call.window.record, ignored);
    }
    return tl::unexpected(started.error());
  }
  return run;
}

std::optional<Error> RunSession::silence() const {
  if (session_->server().process_count() > 0) {
    return std::nullopt;
  }
  const bool killed = program_->status().value_or(0) > kKilled;
  if (killed && session_->server().greeted() > 0) {
    return Error{program_->command(), "was killed, or crashed, before it told of a thread pool",
                 "what a program does in its last 20 ms is not heard"};
  }
  if (session_->server().greeted() > 0) {
    return Error{program_->command(), "used no thread pool, so there is nothing to see",
                 "Poolscope sees concurrent.futures.ThreadPoolExecutor and what stands on it"};
  }
  if (auto why = whyNotInstrumented(program_->words())) {
    return why;
  }
  return Error{program_->command(), "nothing was heard of it",
               "if it is Python 3.9 or later it may run with -I, -E or -S, be bundled, clear its "
               "environment, or have ended before it began"};
}

void RunSession::takeTheLast() {
  if (!std::exchange(ended_, true)) {
    left_ = session_->drain(kPatience);
  }
}

void RunSession::stopWatching() {
  if (session_->recorder() == nullptr && !program_->status()) {
    session_->stopListening();
    watched_ = false;
    ended_ = true;
  }
}

int RunSession::finish() {
  takeTheLast();
  const auto recorded = session_->stopRecording();
  if (const auto why = watched_ ? silence() : std::nullopt) {
    complain(*why, kDone);
  }
  for (const bridge::Hello& process : left_) {
    complain({process.command, "process " + std::to_string(process.pid) + " goes on by itself",
              "it is not watched any more"},
             kDone);
  }
  const int status = program_->status().value_or(kFailed);
  if (!recorded) {
    complain(recorded.error(), kFailed);
    return status == kDone ? int{kFailed} : status;
  }
  return status;
}

}  // namespace poolscope::app
