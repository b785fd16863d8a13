// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <utility>

namespace poolscope::testing {

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// A socket of the loopback, for what no decent HTTP client or server would do. What it waits for
/// fails after a minute.
class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {
    const timeval patience{60, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket() { end(); }

  /// Connected to a port of the loopback.
  static Socket to(std::uint16_t port) {
    Socket result(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(port);
    result.good_ =
        connect(result.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    return result;
  }
  /// Has a free port, on which it does not listen.
  static Socket bound() {
    Socket result(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(0);
    result.good_ =
        bind(result.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    return result;
  }
  /// Listens on a free port.
  static Socket listening(int backlog) {
    Socket result = bound();
    result.good_ = result.good_ && listen(result.fd_, backlog) == 0;
    return result;
  }

  bool good() const { return good_; }
  int fd() const { return fd_; }
  std::uint16_t port() const {
    sockaddr_in address{};
    socklen_t size = sizeof(address);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
  }
  Socket accept_one() const { return Socket(accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC)); }

  bool send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// All of one answer, head and body; what came so far if the connection ended before.
  std::string answer(bool has_body = true) {
    std::size_t head = 0;
    while ((head = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) {
        return std::exchange(received_, {});
      }
    }
    const std::size_t size = head + 4 + (has_body ? content_length(received_) : 0);
    while (received_.size() < size && receive()) {
    }
    const std::string result = received_.substr(0, size);
    received_.erase(0, size);
    return result;
  }
  /// Waits until the other side has closed, and drops what comes before.
  bool closed_by_other() {
    while (receive()) {
      received_.clear();
    }
    return ended_;
  }
  /// Closes with a reset, not a farewell.
  void reset() {
    const linger now{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    end();
  }

  static std::size_t content_length(const std::string& answer) {
    constexpr std::string_view kField = "Content-Length: ";
    const auto at = answer.find(kField);
    return at == std::string::npos
               ? 0
               : std::strtoull(answer.c_str() + at + kField.size(), nullptr, 10);
  }

 private:
  bool receive() {
    std::array<char, 16 * 1024> buffer{};
    const ssize_t count = recv(fd_, buffer.data(), buffer.size(), 0);
    // A reset is an end, too; running out of patience is not.
    ended_ = count == 0 || (count < 0 && errno != EAGAIN);
    received_.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return count > 0;
  }
  void end() {
    if (fd_ >= 0) {
      close(fd_);
      fd_ = -1;
    }
  }

  int fd_;
  bool good_ = true;
  bool ended_ = false;
  std::string received_ = {};
};

/// A port of the loopback on which nobody listens, nor can while this is there.
class ClosedPort {
 public:
  std::uint16_t port() const { return socket_.port(); }

 private:
  Socket socket_ = Socket::bound();
};

}  // namespace poolscope::testing
