// SPDX-License-Identifier: Apache-2.0
#include "core/bridge/connection.h"

#include <array>
#include <cerrno>
#include <span>
#include <sys/socket.h>
#include <unistd.h>

namespace poolscope::bridge {

FileNumber::~FileNumber() {
  if (number_ >= 0) {
    close(number_);
  }
}

Result<Connection::State> Connection::read(std::uint64_t now_ns, std::vector<trace::Event>& out) {
  constexpr int kRounds = 4;
  std::array<std::byte, std::size_t{64} << 10> bytes;
  for (int round = 0; round < kRounds; ++round) {
    const ssize_t count = recv(file_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count < 0) {
      return errno == EAGAIN || errno == EINTR ? State::open : State::ended;
    }
    if (count == 0) {
      return State::ended;
    }
    const auto taken =
        decoder_.feed(std::span(bytes).first(static_cast<std::size_t>(count)), now_ns, out);
    if (!taken) {
      return tl::unexpected(taken.error());
    }
  }
  return State::open;
}

void Connection::send(const ControlRecord& record) {
  if (unsent_.size() >= kMostUnsent && written_ == 0) {
    unsent_.pop_front();
  }
  if (unsent_.size() < kMostUnsent) {
    unsent_.push_back(record);
  }
  write();
}

void Connection::write() {
  while (!unsent_.empty()) {
    const auto bytes = std::as_bytes(std::span(&unsent_.front(), 1)).subspan(written_);
    const ssize_t count =
        ::send(file_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count <= 0) {
      return;  // full; or gone, which the next read tells
    }
    written_ += static_cast<std::size_t>(count);
    if (written_ == sizeof(ControlRecord)) {
      unsent_.pop_front();
      written_ = 0;
    }
  }
}

}  // namespace poolscope::bridge
