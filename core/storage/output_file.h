// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <utility>

namespace poolscope::storage {

/// A file that only grows by whole pieces: a piece that does not fit is taken back, so that what
/// stands there is whole. Threads: one at a time.
class OutputFile {
 public:
  /// `exclusive`: the file must not exist yet; else one that exists is emptied. Errors call it
  /// `shown`.
  static Result<OutputFile> create(const std::filesystem::path& path, bool exclusive,
                                   const std::filesystem::path& shown);
  OutputFile(OutputFile&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)),
        size_(other.size_),
        shown_(std::move(other.shown_)) {}
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  /// With one write(), unless a signal or a full disk cuts it.
  Result<void> append(std::string_view piece);
  Result<void> close();
  std::uint64_t size() const { return size_; }

 private:
  OutputFile(int fd, std::filesystem::path shown) : fd_(fd), shown_(std::move(shown)) {}
  int fd_;
  std::uint64_t size_ = 0;
  std::filesystem::path shown_;
};

/// What `error_number` means when `path` was to be written, with advice.
Error write_error(const std::filesystem::path& path, int error_number);

}  // namespace poolscope::storage
