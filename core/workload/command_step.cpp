// SPDX-License-Identifier: Apache-2.0
#include "core/trace/phase_scope.h"
#include "core/workload/steps.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <string_view>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace poolscope::workload {
namespace {

/// posix_spawn's two argument objects, set up for a quiet program that shares nothing with this
/// one.
class SpawnSetup {
 public:
  SpawnSetup() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    // Not our own output: with --json that is one document and nothing else.
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setflags(
        &attributes_,
        static_cast<short>(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
    posix_spawnattr_setpgroup(&attributes_, 0);  // its own: a stop ends what it started, too
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigaddset(&signals, SIGPIPE);  // libraries like to ignore it
    posix_spawnattr_setsigdefault(&attributes_, &signals);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
  ~SpawnSetup() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  pid_t spawn(std::string command) const {
    std::string shell = "sh";
    std::string option = "-c";
    const std::array<char*, 4> arguments = {shell.data(), option.data(), command.data(), nullptr};
    pid_t pid = 0;
    const int error =
        posix_spawn(&pid, "/bin/sh", &actions_, &attributes_, arguments.data(), environ);
    if (error != 0) {
      throw TaskFailed("the command cannot be started: " + std::generic_category().message(error));
    }
    return pid;
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// The command as its phase is called: its first line, not too long, cut between characters.
std::string_view phase_name(std::string_view command) {
  constexpr std::size_t kMostBytes = 60;
  command = command.substr(0, command.find('\n'));
  if (command.size() > kMostBytes) {
    std::size_t end = kMostBytes;
    while (end > 0 && (static_cast<unsigned char>(command[end]) & 0xc0) == 0x80) {
      --end;
    }
    command = command.substr(0, end);
  }
  return command;
}

/// Waits for the child's end but leaves it to be reaped: until then its number is not given to
/// another process, so that a late stop cannot kill a stranger.
void wait_without_reaping(pid_t pid) {
  siginfo_t info{};
  while (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
}

int reap(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) {
      throw TaskFailed("the command's status is not known");  // SIGCHLD is ignored
    }
  }
  return status;
}

/// What the shell means by the statuses that are its own (POSIX, Shell & Utilities 2.8.2).
const char* shells_reason(int status) {
  return status == 127 ? ": no such program" : status == 126 ? ": a file that cannot be run" : "";
}

}  // namespace

void run_command(const std::string& command, const std::stop_token& stop) {
  const trace::PhaseScope phase(trace::PhaseKind::command, phase_name(command));
  const pid_t pid = SpawnSetup().spawn(command);
  {
    const std::stop_callback kill_it(stop, [pid] { kill(-pid, SIGKILL); });
    wait_without_reaping(pid);
  }
  const int status = reap(pid);
  if (stop.stop_requested()) {
    throw TaskStopped();
  }
  if (WIFSIGNALED(status)) {
    throw TaskFailed("command ended by signal " + std::to_string(WTERMSIG(status)));
  }
  if (WEXITSTATUS(status) != 0) {
    throw TaskFailed("command exited with status " + std::to_string(WEXITSTATUS(status)) +
                     shells_reason(WEXITSTATUS(status)));
  }
}

}  // namespace poolscope::workload
