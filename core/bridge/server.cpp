// SPDX-License-Identifier: Apache-2.0
#include "core/bridge/server.h"

#include "core/base/thread_name.h"
#include "core/bridge/connection.h"
#include "core/trace/clock.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <list>
#include <mutex>
#include <poll.h>
#include <set>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace poolscope::bridge {
namespace {

using Clock = std::chrono::steady_clock;
using trace::Event;

constexpr std::chrono::seconds kMostDrain{2};
constexpr int kLookMs = 1000;                             // without anything to do
constexpr std::uint64_t kHelloWithinNs = 10'000'000'000;  // of whoever connects
constexpr std::size_t kGreetings = std::size_t{1} << 16;  // processes remembered, at most

bool earlier(const Event& a, const Event& b) {
  return a.time_ns < b.time_ns;
}

Error socket_error(const std::filesystem::path& socket, int why) {
  return {socket.string(),
          "no program can connect there (" + std::generic_category().message(why) + ")",
          "set XDG_RUNTIME_DIR to a folder of yours"};
}

bool is_same_user(int file) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return getsockopt(file, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         (peer.uid == geteuid() || peer.uid == 0);
}

}  // namespace

/// What runs on the server's thread.
class Server::Loop {
 public:
  Loop(FileNumber listener, FileNumber waker, ServerOptions options)
      : options_(std::move(options)),
        listener_(std::move(listener)),
        waker_(std::move(waker)),
        thread_([this](const std::stop_token& stop) { run(stop); }) {}
  ~Loop() {
    thread_.request_stop();
    wake();
  }

  void command(PoolKey pool, const ControlRecord& record) {
    const std::lock_guard lock(mutex_);
    commands_.emplace_back(pool.process, record);
    wake();
  }
  std::vector<Hello> drain(std::chrono::milliseconds patience);
  bool said_bye(std::int64_t pid) {
    const std::lock_guard lock(mutex_);
    return departed_.contains(pid);
  }

  PoolStatuses statuses;
  std::atomic<std::size_t> greeted = 0;        // figures only
  std::atomic<std::size_t> process_count = 0;  // figures only

 private:
  void run(const std::stop_token& stop);
  int wait_for_files(int timeout_ms);
  void accept_all();
  bool serve(Connection& connection);
  ProcessIds* greet(Connection& connection, const Hello& hello);
  bool hand_on(Connection& connection);
  void end(Connection& connection);
  void publish();
  void send_commands();
  void refuse(const Error& error) const;
  void look_for_drained(bool idle);
  void wake() const {
    const std::uint64_t one = 1;
    static_cast<void>(write(waker_.get(), &one, sizeof one));
  }

  const ServerOptions options_;
  const FileNumber listener_;
  const FileNumber waker_;

  // The thread's own.
  std::list<Connection> connections_;
  std::list<Process> processes_;
  std::vector<pollfd> files_;
  std::vector<Event> batch_;
  Connection* serving_ = nullptr;

  std::mutex mutex_;  // guards what follows
  std::condition_variable drained_;
  std::vector<std::pair<std::uint32_t, ControlRecord>> commands_;
  bool draining_ = false;
  Clock::time_point drain_until_ = {};
  std::vector<Hello> left_ = {};
  std::set<std::int64_t> departed_ = {};  // by pid; as many as are remembered

  std::jthread thread_;  // last: it uses all of the above
};

std::vector<Hello> Server::Loop::drain(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  draining_ = true;
  drain_until_ = Clock::now() + patience;
  wake();
  drained_.wait(lock, [this] { return !draining_; });
  return std::move(left_);
}

void Server::Loop::run(const std::stop_token& stop) {
  set_current_thread_name("bridge");
  while (!stop.stop_requested()) {
    int timeout = kLookMs;
    {
      const std::lock_guard lock(mutex_);
      timeout = draining_ ? 1 : timeout;
    }
    const int ready = wait_for_files(timeout);
    std::uint64_t ignored = 0;
    static_cast<void>(read(waker_.get(), &ignored, sizeof ignored));
    send_commands();
    std::size_t index = 2;
    for (auto at = connections_.begin(); at != connections_.end(); ++index) {
      const short events = files_[index].revents;
      const bool silent = !at->said_hello() && trace::now_ns() - at->accepted_ns > kHelloWithinNs;
      if ((events & POLLOUT) != 0) {
        at->write();
      }
      const bool over = (events & (POLLIN | POLLHUP | POLLERR)) != 0 && !serve(*at);
      if (over || silent) {
        end(*at);
        at = connections_.erase(at);
      } else {
        ++at;
      }
    }
    accept_all();
    const bool idle = ready <= 0 || wait_for_files(0) == 0;
    if (idle) {
      publish();
    }
    look_for_drained(idle);
  }
}

int Server::Loop::wait_for_files(int timeout_ms) {
  files_.clear();
  files_.push_back({waker_.get(), POLLIN, 0});
  files_.push_back({listener_.get(), POLLIN, 0});
  for (const Connection& each : connections_) {
    files_.push_back(
        {each.file(), static_cast<short>(POLLIN | (each.wants_to_write() ? POLLOUT : 0)), 0});
  }
  return poll(files_.data(), files_.size(), timeout_ms);
}

void Server::Loop::accept_all() {
  while (true) {
    FileNumber file(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (file.get() < 0) {
      return;
    }
    if (!is_same_user(file.get())) {
      refuse({"a connection", "comes from another user", "it was closed"});
    } else if (connections_.size() >= kMostConnections) {
      refuse({"a connection",
              "is one more than the " + std::to_string(kMostConnections) +
                  " processes that can be watched at a time",
              "it was closed; the process goes on unwatched"});
    } else {
      connections_.emplace_back(
          std::move(file), [this](const Hello& hello) { return greet(*serving_, hello); },
          [this](const std::string& text) {
            if (options_.on_notice) {
              options_.on_notice(serving_->process->hello, text);
            }
          });
      connections_.back().accepted_ns = trace::now_ns();
    }
  }
}

/// False: it is over.
bool Server::Loop::serve(Connection& connection) {
  serving_ = &connection;
  batch_.clear();
  const auto state = connection.read(trace::now_ns(), batch_);
  const bool kept = hand_on(connection);
  if (!state) {
    refuse(state.error());
    return false;
  }
  return kept && *state == Connection::State::open;
}

/// The process of a connection: one that is known, if it only connects anew.
ProcessIds* Server::Loop::greet(Connection& connection, const Hello& hello) {
  for (Process& each : processes_) {
    if (each.hello.pid == hello.pid && each.hello.began_ns == hello.began_ns) {
      connection.process = &each;
      return &each.ids;
    }
  }
  greeted.fetch_add(1, std::memory_order_relaxed);
  if (processes_.size() >= kGreetings) {
    return nullptr;
  }
  Process& process = processes_.emplace_back();
  process.hello = hello;
  process.ids.directory = options_.directory_of ? options_.directory_of(hello) : nullptr;
  if (process.ids.directory == nullptr) {
    process.ids.directory = std::make_shared<trace::Directory>(
        trace::ProcessInfo{.pid = hello.pid, .name = hello.command});
  }
  connection.process = &process;
  return &process.ids;
}

/// Gives what was read to the sink of its process. False: it is one process too many.
bool Server::Loop::hand_on(Connection& connection) {
  if (batch_.empty()) {
    return true;
  }
  Process& process = *connection.process;
  if (!process.number) {
    if (process_count.load(std::memory_order_relaxed) >= kMostProcesses) {
      refuse({process.hello.command,
              "is one more than the " + std::to_string(kMostProcesses) +
                  " processes that a session holds",
              "it goes on unwatched"});
      return false;
    }
    process.number = static_cast<std::uint32_t>(process_count.fetch_add(1));
    if (options_.on_process) {
      process.sink = options_.on_process(process.hello, process.ids.directory);
    }
  }
  // A pool is told of when it has been used, with the time when it was made.
  if (!std::is_sorted(batch_.begin(), batch_.end(), earlier)) {
    std::stable_sort(batch_.begin(), batch_.end(), earlier);
  }
  statuses.consume(*process.number, batch_);
  if (process.sink != nullptr) {
    process.sink->consume(batch_);
    process.unpublished = true;
  }
  return true;
}

void Server::Loop::end(Connection& connection) {
  Process* const process = connection.process;
  if (process != nullptr && connection.said_bye()) {
    const std::lock_guard lock(mutex_);
    departed_.insert(process->hello.pid);
  }
  if (process == nullptr || !process->number) {
    return;
  }
  const auto others =
      std::count_if(connections_.begin(), connections_.end(),
                    [&](const Connection& each) { return each.process == process; });
  if (others == 1) {
    statuses.forget(*process->number);
  }
}

/// Nothing more is there now: who shows the session shows all of it.
void Server::Loop::publish() {
  for (Process& each : processes_) {
    if (std::exchange(each.unpublished, false)) {
      each.sink->consume({});
    }
  }
}

void Server::Loop::send_commands() {
  std::vector<std::pair<std::uint32_t, ControlRecord>> commands;
  {
    const std::lock_guard lock(mutex_);
    commands.swap(commands_);
  }
  for (const auto& [process, record] : commands) {
    for (Connection& each : connections_) {
      if (each.process != nullptr && each.process->number == process) {
        each.send(record);
      }
    }
  }
}

void Server::Loop::refuse(const Error& error) const {
  if (options_.on_refused) {
    options_.on_refused(error);
  }
}

void Server::Loop::look_for_drained(bool idle) {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  const bool done = idle && (connections_.empty() || now >= drain_until_);
  // A process that goes on may tell more and more.
  if (!draining_ || (!done && now < drain_until_ + kMostDrain)) {
    return;
  }
  draining_ = false;
  left_.clear();
  for (const Connection& each : connections_) {
    if (each.process != nullptr) {
      left_.push_back(each.process->hello);
    }
  }
  drained_.notify_all();
}

Server::Server(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(const std::filesystem::path& socket,
                                              ServerOptions options) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& path = socket.native();
  if (path.size() >= sizeof address.sun_path) {
    return tl::unexpected(socket_error(socket, ENAMETOOLONG));
  }
  path.copy(address.sun_path, path.size());
  FileNumber listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  FileNumber waker(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (listener.get() < 0 || waker.get() < 0 ||
      bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener.get(), SOMAXCONN) != 0) {
    return tl::unexpected(socket_error(socket, errno));
  }
  return std::unique_ptr<Server>(new Server(
      std::make_unique<Loop>(std::move(listener), std::move(waker), std::move(options))));
}

std::vector<PoolStatus> Server::pools() const {
  return loop_->statuses.list();
}
void Server::set_max_workers(PoolKey pool, std::uint32_t count) {
  loop_->command(pool, {ControlOp::set_max_workers, pool.pool, count, 0});
}
void Server::pause(PoolKey pool) {
  loop_->command(pool, {ControlOp::pause, pool.pool, 0, 0});
}
void Server::resume(PoolKey pool) {
  loop_->command(pool, {ControlOp::resume, pool.pool, 0, 0});
}
std::size_t Server::greeted() const {
  return loop_->greeted.load(std::memory_order_relaxed);
}
std::size_t Server::process_count() const {
  return loop_->process_count.load(std::memory_order_relaxed);
}
bool Server::said_bye(std::int64_t pid) const {
  return loop_->said_bye(pid);
}
std::vector<Hello> Server::drain(std::chrono::milliseconds patience) {
  return loop_->drain(patience);
}

}  // namespace poolscope::bridge
