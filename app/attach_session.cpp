// SPDX-License-Identifier: Apache-2.0
#include "app/attach_session.h"

#include "app/commands.h"
#include "app/exit_status.h"
#include "app/numbers.h"
#include "core/base/thread_name.h"
#include "core/bridge/offer.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>

namespace poolscope::app {
namespace {

constexpr std::chrono::milliseconds kPatience{300};  // for processes that end with the program
constexpr std::chrono::milliseconds kLook{50};

/// As the kernel knows them; none if there is no such process.
std::vector<std::string> wordsOf(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline", std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');) {
    words.push_back(word);
  }
  return words;
}

bool isThere(pid_t pid) {
  return kill(pid, 0) == 0 || errno == EPERM;
}

struct Target {
  pid_t pid = 0;
  std::filesystem::path offer = {};
};

/// A number is that of a process; anything else is the socket that one offers, called by its
/// number.
Result<Target> targetOf(const std::string& text) {
  const bool isPath = text.find('/') != std::string::npos;
  const std::filesystem::path path(text);
  const auto number = parseWhole(isPath ? path.filename().string() : text);
  if (!number || *number == 0 || *number > std::numeric_limits<pid_t>::max()) {
    return failure(text, "is neither the number of a process nor the socket that one offers",
                   "give a number, as 'pgrep -n python3' tells it");
  }
  const auto pid = static_cast<pid_t>(*number);
  if (!isPath && !isThere(pid)) {
    return failure(text, "there is no such process", "'pgrep -n python3' tells the newest");
  }
  return Target{pid, isPath ? path : bridge::offer_of(pid)};
}

/// Why it cannot be attached to, with those that can be.
Error withOthers(Error error) {
  const auto all = bridge::offering();
  if (!all.empty()) {
    error.advice += " (there are:";
    for (std::size_t i = 0; i < all.size() && i < 10; ++i) {
      error.advice += " " + std::to_string(all[i]);
    }
    error.advice += ")";
  }
  return error;
}

}  // namespace

Result<std::unique_ptr<AttachSession>> AttachSession::start(const AttachCall& call) {
  const auto target = targetOf(call.target);
  if (!target) {
    return tl::unexpected(withOthers(target.error()));
  }
  const std::string& record = call.window.record;
  if (!record.empty()) {
    if (const auto usable = storage::check_output(record, call.window.force); !usable) {
      return tl::unexpected(usable.error());
    }
  }
  auto folder = bridge::SocketFolder::create();
  if (!folder) {
    return tl::unexpected(folder.error());
  }
  std::unique_ptr<AttachSession> made(
      new AttachSession(std::move(*folder), target->pid, wordsOf(target->pid)));
  BridgeSession::Options options;
  options.pid = made->pid_;
  options.command = made->command();
  options.onRefused = [](const Error& error) { complain(error, kDone); };
  auto session = BridgeSession::start(made->folder_.socket(), std::move(options));
  if (!session) {
    return tl::unexpected(session.error());
  }
  made->session_ = std::move(*session);
  if (!record.empty()) {
    if (const auto recording = made->session_->startRecording(record, call.window.force);
        !recording) {
      return tl::unexpected(recording.error());
    }
  }
  if (const auto asked = bridge::invite(target->offer, made->folder_.socket()); !asked) {
    if (!record.empty()) {  // there is nothing in it
      static_cast<void>(made->session_->stopRecording());
      std::error_code ignored;
      std::filesystem::remove(record, ignored);
    }
    return tl::unexpected(withOthers(asked.error()));
  }
  made->thread_ =
      std::jthread([own = made.get()](const std::stop_token& stop) { own->watch(stop); });
  return made;
}

AttachSession::AttachSession(bridge::SocketFolder folder, pid_t pid, std::vector<std::string> words)
    : folder_(std::move(folder)),
      pid_(pid),
      words_(std::move(words)) {}

AttachSession::~AttachSession() = default;

std::string AttachSession::command() const {
  if (words_.empty()) {
    return "process " + std::to_string(pid_);
  }
  std::string text = std::filesystem::path(words_.front()).filename().string();
  for (std::size_t i = 1; i < words_.size(); ++i) {
    text += " " + words_[i];
  }
  return text;
}

void AttachSession::watch(const std::stop_token& stop) {
  set_current_thread_name("attached");
  // One in a container has its number there, and no end that we could see.
  const bool wasThere = isThere(pid_);
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested() && !stopped_) {
    if ((wasThere && !isThere(pid_)) || session_->server().said_bye(pid_)) {
      ended_ = true;
      if (on_end_) {
        on_end_();
      }
      over_.notify_all();
      return;
    }
    over_.wait_for(lock, kLook);
  }
}

bool AttachSession::ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

void AttachSession::onEnd(std::function<void()> ended) {
  const std::lock_guard lock(mutex_);
  if (ended_ && ended) {
    ended();
  }
  on_end_ = std::move(ended);
}

void AttachSession::wait() {
  std::unique_lock lock(mutex_);
  over_.wait(lock, [this] { return ended_ || stopped_; });
}

void AttachSession::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  over_.notify_all();
}

std::optional<Error> AttachSession::silence() const {
  if (session_->server().process_count() > 0) {
    return std::nullopt;
  }
  if (session_->server().greeted() > 0) {
    return Error{command(), "used no thread pool that was made after 'import poolscope'",
                 "Poolscope sees concurrent.futures.ThreadPoolExecutor and what stands on it"};
  }
  return Error{command(), "nothing was heard of it",
               "it answers when a pool of its has a thread, if no other Poolscope watches it"};
}

void AttachSession::takeTheLast() {
  if (!std::exchange(drained_, true)) {
    session_->drain(ended() ? kPatience : std::chrono::milliseconds(1));
  }
}

int AttachSession::finish() {
  stop();
  takeTheLast();
  const auto recorded = session_->stopRecording();
  if (const auto why = silence()) {
    complain(*why, kDone);
  }
  if (!recorded) {
    return complain(recorded.error(), kFailed);
  }
  return session_->server().greeted() > 0 ? kDone : kFailed;
}

}  // namespace poolscope::app
