// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace poolscope::storage {

/// The bytes of a trace, in order, whatever it is wrapped in.
/// Threads: one at a time.
class ByteSource {
 public:
  ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  virtual ~ByteSource() = default;

  /// Fills the front of `buffer` and says how much; 0 only at the end.
  virtual std::size_t read(std::span<char> buffer) = 0;
  /// The end came where it should not: a wrapper that is cut or damaged, a disk that cannot be
  /// read.
  virtual bool broken() const = 0;
};

/// A regular file opened for reading.
struct InputFile {
  std::unique_ptr<ByteSource> bytes = {};
  std::uint64_t size = 0;
};
/// Errors name `path`: missing, a folder, a device, empty, not to be read.
Result<InputFile> open_input(const std::filesystem::path& path);

/// How much a file of `size` may hold unwrapped: ours grow threefold. More is not a recording but
/// an attack on the memory.
std::uint64_t inflation_limit(std::uint64_t size);
/// Ids of threads that a file of `size` may use.
std::uint32_t thread_limit(std::uint64_t size);

/// The bytes of `source` again, and the first of them, at most `count`.
struct Peeked {
  std::string front = {};
  std::unique_ptr<ByteSource> source = {};
};
Peeked peek(std::unique_ptr<ByteSource> source, std::size_t count);

/// `inner` unwrapped if it begins as gzip (also several members) or zstd, else the same bytes.
std::unique_ptr<ByteSource> unwrap(std::unique_ptr<ByteSource> inner);

}  // namespace poolscope::storage
