// SPDX-License-Identifier: Apache-2.0
#include "app/program.h"

#include "core/base/thread_name.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace poolscope::app {
namespace {

constexpr std::array kPassedOn{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};

sigset_t passedOn() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : kPassedOn) {
    sigaddset(&set, signal);
  }
  return set;
}

bool writeAll(int file, const void* data, std::size_t size) {
  const auto* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t count = write(file, at, size);
    if (count < 0 && errno != EINTR) {
      return false;
    }
    at += std::max<ssize_t>(count, 0);
    size -= static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  }
  return true;
}

std::string readAll(int file) {
  std::string text;
  std::array<char, 4096> bytes;
  while (true) {
    const ssize_t count = read(file, bytes.data(), bytes.size());
    if (count > 0) {
      text.append(bytes.data(), static_cast<std::size_t>(count));
    } else if (count == 0 || errno != EINTR) {
      return text;
    }
  }
}

/// In the new process: waits to be let go, and becomes the program. No other thread was there when
/// it was made, so it may do anything.
[[noreturn]] void become(const std::vector<std::string>& words, const StopSignals& signals,
                         int gate, int answer) {
  const std::string settings = readAll(gate);
  if (settings.empty()) {
    _exit(127);  // nobody wants it any more
  }
  for (std::size_t at = 1; at < settings.size();) {  // the first byte says go
    const std::size_t end = settings.find('\0', at);
    const std::string setting = settings.substr(at, end - at);
    const std::size_t equals = setting.find('=');
    setenv(setting.substr(0, equals).c_str(), setting.substr(equals + 1).c_str(), 1);
    at = end + 1;
  }
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) {
    arguments.push_back(const_cast<char*>(word.c_str()));
  }
  arguments.push_back(nullptr);
  signals.undo();
  execvp(arguments[0], arguments.data());
  const int why = errno;
  writeAll(answer, &why, sizeof why);
  _exit(127);
}

Error cannotRun(const std::string& program, int why) {
  if (why == ENOENT) {
    return {program, "there is no such program", "check its name, or give its whole path"};
  }
  return {program, "cannot be run (" + std::generic_category().message(why) + ")",
          "check that it is a program and may be executed"};
}

}  // namespace

Result<std::unique_ptr<Program>> Program::prepare(std::vector<std::string> words,
                                                  const StopSignals& signals) {
  std::array<int, 2> gate{};
  std::array<int, 2> answer{};
  if (pipe2(gate.data(), O_CLOEXEC) != 0 || pipe2(answer.data(), O_CLOEXEC) != 0) {
    return tl::unexpected(cannotRun(words.front(), errno));
  }
  const pid_t pid = fork();
  if (pid < 0) {
    return tl::unexpected(cannotRun(words.front(), errno));
  }
  if (pid == 0) {
    close(gate[1]);
    close(answer[0]);
    become(words, signals, gate[0], answer[1]);
  }
  close(gate[0]);
  close(answer[1]);
  const sigset_t set = passedOn();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);  // all threads to come inherit it
  return std::unique_ptr<Program>(new Program(std::move(words), pid, gate[1], answer[0]));
}

Program::Program(std::vector<std::string> words, pid_t pid, int gate, int answer)
    : words_(std::move(words)),
      pid_(pid),
      gate_(gate),
      answer_(answer) {}

Program::~Program() {
  close(gate_);
  close(answer_);
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  if (!started_) {
    waitpid(pid_, nullptr, 0);
  }
}

std::string Program::command() const {
  std::string text = std::filesystem::path(words_.front()).filename().string();
  for (std::size_t i = 1; i < words_.size(); ++i) {
    text += " " + words_[i];
  }
  return text;
}

Result<void> Program::start(const std::map<std::string, std::string>& environment) {
  std::string settings = "!";
  for (const auto& [name, value] : environment) {
    settings += name + "=" + value + '\0';
  }
  const bool told = writeAll(gate_, settings.data(), settings.size());
  close(std::exchange(gate_, -1));
  const std::string answer = told ? readAll(answer_) : std::string();
  if (!told || !answer.empty()) {
    int why = EIO;
    if (answer.size() == sizeof why) {
      std::copy(answer.begin(), answer.end(), reinterpret_cast<char*>(&why));
    }
    return tl::unexpected(cannotRun(words_.front(), why));
  }
  started_ = true;
  thread_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
  return {};
}

void Program::onEnd(std::function<void()> ended) {
  const std::lock_guard lock(mutex_);
  if (status_ && ended) {
    ended();
  }
  on_end_ = std::move(ended);
}

bool Program::wait(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return ended_.wait_for(lock, patience, [this] { return status_.has_value(); });
}

std::optional<int> Program::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void Program::signal(int number) const {
  const std::lock_guard lock(mutex_);
  if (!status_) {
    kill(pid_, number);
  }
}

void Program::watch(const std::stop_token& stop) {
  set_current_thread_name("program");
  const sigset_t set = passedOn();
  const int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  const auto end = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  // Where there is no such file, it is looked at often.
  const int lookMs = end >= 0 ? 200 : 10;
  while (!stop.stop_requested() && !reap()) {
    std::array<pollfd, 2> files{{{signals, POLLIN, 0}, {end, POLLIN, 0}}};
    poll(files.data(), files.size(), lookMs);
    signalfd_siginfo about{};
    while (read(signals, &about, sizeof about) == sizeof about) {
      // What the terminal sends (Ctrl+C) the program has got, too.
      if (about.ssi_code != SI_KERNEL) {
        signal(static_cast<int>(about.ssi_signo));
      }
    }
  }
  close(signals);
  if (end >= 0) {
    close(end);
  }
}

/// True when it has ended.
bool Program::reap() {
  int state = 0;
  if (waitpid(pid_, &state, WNOHANG) != pid_) {
    return false;
  }
  const std::lock_guard lock(mutex_);
  status_ = WIFSIGNALED(state) ? 128 + WTERMSIG(state) : WEXITSTATUS(state);
  ended_.notify_all();
  if (on_end_) {
    on_end_();
  }
  return true;
}

}  // namespace poolscope::app
