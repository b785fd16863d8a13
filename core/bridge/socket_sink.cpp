// SPDX-License-Identifier: Apache-2.0
#include "core/bridge/socket_sink.h"

#include "core/bridge/wire.h"
#include "core/trace/clock.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace poolscope::bridge {
namespace {

using trace::Event;
using trace::EventKind;

// Out of the way of a program that counts on the lowest numbers.
constexpr int kHighNumber = 512;
// When nothing else is to do the collector may wait so long for a slow reader.
constexpr std::chrono::milliseconds kIdleWait{50};

std::string own_command() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string text;
  for (std::string word; std::getline(file, word, '\0');) {
    text += text.empty() ? std::filesystem::path(word).filename().string() : " " + word;
  }
  return text;
}

/// As much of `text` as may be sent, cut between two characters of UTF-8.
std::string_view cut(std::string_view text) {
  if (text.size() <= kMostText) {
    return text;
  }
  std::size_t size = kMostText;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80) {
    --size;
  }
  return text.substr(0, size);
}

EventKind on_wire(WireKind kind) {
  return static_cast<EventKind>(kind);
}

}  // namespace

std::shared_ptr<SocketSink> SocketSink::connect(const std::string& address,
                                                std::shared_ptr<const trace::Directory> directory) {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  if (address.empty() || address.size() >= sizeof where.sun_path) {
    return nullptr;
  }
  address.copy(where.sun_path, address.size());
  int file = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (file < 0 || ::connect(file, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) {
    if (file >= 0) {
      close(file);
    }
    return nullptr;
  }
  if (const int high = fcntl(file, F_DUPFD_CLOEXEC, kHighNumber); high >= 0) {
    close(file);
    file = high;
  }
  std::shared_ptr<SocketSink> sink(new SocketSink(file, std::move(directory)));
  sink->say_hello();
  return sink;
}

SocketSink::SocketSink(int file, std::shared_ptr<const trace::Directory> directory)
    : file_(file),
      directory_(std::move(directory)) {}

SocketSink::~SocketSink() {
  disown();
}

void SocketSink::disown() {
  if (file_ >= 0) {
    close(std::exchange(file_, -1));
  }
}

void SocketSink::say_hello() {
  append_text({.time_ns = trace::now_ns(),
               .task = static_cast<std::uint64_t>(getpid()),
               .thread = static_cast<trace::ThreadId>(getppid()),
               .kind = on_wire(WireKind::hello),
               .pool = kWireVersion},
              own_command());
  static_cast<void>(send_some());
}

void SocketSink::consume(std::span<const Event> events) {
  if (file_ < 0) {
    return;
  }
  if (unsent() <= kMostUnsent) {
    append_news();
    append_events(events);
  } else {
    untold_ += events.size();
  }
  const bool alive =
      send_some() && (!events.empty() || unsent() == 0 || !wait_writable(kIdleWait) || send_some());
  if (!alive) {
    disown();
    throw std::runtime_error("Poolscope has gone");
  }
}

/// Texts that the events to come may speak of.
void SocketSink::append_news() {
  const std::size_t names = directory_->name_count();
  for (; names_told_ < names; ++names_told_) {
    const auto id = static_cast<trace::NameId>(names_told_ + 1);
    if (id <= kMostNames) {
      append_text({.task = id, .kind = on_wire(WireKind::name)}, directory_->name(id));
    }
  }
  const std::size_t threads = directory_->thread_count();
  for (; threads_told_ < threads; ++threads_told_) {
    const auto id = static_cast<trace::ThreadId>(threads_told_ + 1);
    if (id <= kMostThreads) {
      const trace::ThreadInfo thread = directory_->thread(id);
      append_text({.time_ns = static_cast<std::uint64_t>(thread.os_id),
                   .task = id,
                   .kind = on_wire(WireKind::thread)},
                  thread.name);
    }
  }
}

void SocketSink::append_events(std::span<const Event> events) {
  if (untold_ != 0) {
    append(
        {.time_ns = trace::now_ns(), .kind = EventKind::lost, .detail = std::exchange(untold_, 0)});
  }
  const auto bytes = std::as_bytes(events);
  const std::size_t begin = pending_.size();
  pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  if (threads_told_ > kMostThreads) {
    for (std::size_t at = begin; at < pending_.size(); at += sizeof(Event)) {
      Event event;
      std::memcpy(&event, pending_.data() + at, sizeof event);
      event.thread = event.thread <= kMostThreads ? event.thread : 0;
      std::memcpy(pending_.data() + at, &event, sizeof event);
    }
  }
}

void SocketSink::append(const Event& record) {
  const auto bytes = std::as_bytes(std::span(&record, 1));
  pending_.insert(pending_.end(), bytes.begin(), bytes.end());
}

void SocketSink::append_text(Event record, std::string_view text) {
  text = cut(text);
  record.detail = text.size() | (std::uint64_t{kTextMagic} << 32);
  append(record);
  const auto bytes = std::as_bytes(std::span(text));
  pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  pending_.resize((pending_.size() + sizeof(Event) - text.size() % sizeof(Event)) -
                  (text.size() % sizeof(Event) == 0 ? sizeof(Event) : 0));
}

/// As much as fits now. False: nobody is there any more.
bool SocketSink::send_some() {
  while (unsent() > 0) {
    const ssize_t count =
        ::send(file_, pending_.data() + sent_, unsent(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0) {
      if (errno == EINTR) {
        continue;
      }
      return errno == EAGAIN || errno == EWOULDBLOCK;
    }
    sent_ += static_cast<std::size_t>(count);
    if (sent_ == pending_.size() || sent_ > kMostUnsent / 4) {
      pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(sent_));
      sent_ = 0;
    }
  }
  return true;
}

bool SocketSink::wait_writable(std::chrono::milliseconds patience) const {
  pollfd file{file_, POLLOUT, 0};
  return poll(&file, 1, static_cast<int>(patience.count())) > 0;
}

void SocketSink::finish(std::chrono::milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  if (file_ < 0) {
    return;
  }
  append({.time_ns = trace::now_ns(), .kind = on_wire(WireKind::bye), .detail = untold_});
  const auto until = Clock::now() + patience;
  while (send_some() && unsent() > 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    if (left.count() <= 0 || !wait_writable(left)) {
      break;
    }
  }
  disown();
}

}  // namespace poolscope::bridge
