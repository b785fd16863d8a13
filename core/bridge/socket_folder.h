// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <utility>

namespace poolscope::bridge {

/// A new folder that nobody but the user can look into, for one socket; gone with this object.
/// Threads: one.
class SocketFolder {
 public:
  /// Below $XDG_RUNTIME_DIR if that will do, else in /tmp. Errors name the folder.
  static Result<SocketFolder> create();
  SocketFolder(SocketFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  SocketFolder& operator=(SocketFolder&&) = delete;
  ~SocketFolder();

  /// Where the socket is to be: at most 107 bytes, as a socket's address must be.
  std::filesystem::path socket() const { return path_ / "socket"; }

 private:
  explicit SocketFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace poolscope::bridge
