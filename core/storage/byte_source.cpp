// SPDX-License-Identifier: Apache-2.0
#include "core/storage/byte_source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>
#include <zlib.h>
#include <zstd.h>

namespace poolscope::storage {

namespace {

constexpr std::size_t kReadSize = 256 * 1024;

class FileSource final : public ByteSource {
 public:
  explicit FileSource(int fd) : fd_(fd) {}
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  ~FileSource() override { close(fd_); }

  std::size_t read(std::span<char> buffer) override {
    ssize_t n = 0;
    do {
      n = ::read(fd_, buffer.data(), buffer.size());
    } while (n < 0 && errno == EINTR);
    broken_ = broken_ || n < 0;
    return n < 0 ? 0 : static_cast<std::size_t>(n);
  }
  bool broken() const override { return broken_; }

 private:
  int fd_;
  bool broken_ = false;
};

/// Bytes already read in front of those to come.
class PrefixedSource final : public ByteSource {
 public:
  PrefixedSource(std::string prefix, std::unique_ptr<ByteSource> rest)
      : prefix_(std::move(prefix)),
        rest_(std::move(rest)) {}

  std::size_t read(std::span<char> buffer) override {
    const std::size_t n = std::min(buffer.size(), prefix_.size() - used_);
    if (n == 0) {
      return rest_->read(buffer);
    }
    std::memcpy(buffer.data(), prefix_.data() + used_, n);
    used_ += n;
    return n;
  }
  bool broken() const override { return rest_->broken(); }

 private:
  std::string prefix_;
  std::size_t used_ = 0;
  std::unique_ptr<ByteSource> rest_;
};

class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(std::unique_ptr<ByteSource> inner)
      : inner_(std::move(inner)),
        input_(kReadSize) {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    ready_ = inflateInit2(&stream_, kGzipOnly) == Z_OK;
    broken_ = !ready_;
  }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;
  ~GzipSource() override {
    if (ready_) {
      inflateEnd(&stream_);
    }
  }

  std::size_t read(std::span<char> buffer) override {
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out = static_cast<uInt>(buffer.size());
    while (!broken_ && stream_.avail_out == buffer.size()) {
      if (stream_.avail_in == 0 && !refill()) {
        broken_ = !between_members_;
        break;
      }
      if (between_members_ && stream_.total_in > 0) {
        inflateReset(&stream_);
      }
      between_members_ = false;
      const int status = inflate(&stream_, Z_NO_FLUSH);
      between_members_ = status == Z_STREAM_END;
      broken_ = status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR;
    }
    return buffer.size() - stream_.avail_out;
  }
  bool broken() const override { return broken_ || inner_->broken(); }

 private:
  bool refill() {
    const std::size_t n = inner_->read(input_);
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(n);
    return n > 0;
  }

  std::unique_ptr<ByteSource> inner_;
  std::vector<char> input_;
  z_stream stream_ = {};
  bool ready_ = false;
  bool broken_ = false;
  bool between_members_ = true;
};

class ZstdSource final : public ByteSource {
 public:
  explicit ZstdSource(std::unique_ptr<ByteSource> inner)
      : inner_(std::move(inner)),
        input_(kReadSize),
        context_(ZSTD_createDCtx(), ZSTD_freeDCtx) {
    broken_ = context_ == nullptr;
  }

  std::size_t read(std::span<char> buffer) override {
    ZSTD_outBuffer out = {buffer.data(), buffer.size(), 0};
    while (!broken_ && out.pos == 0) {
      if (in_.pos == in_.size) {
        const std::size_t n = inner_->read(input_);
        in_ = {input_.data(), n, 0};
        if (n == 0) {
          broken_ = !between_frames_;
          break;
        }
      }
      const std::size_t left = ZSTD_decompressStream(context_.get(), &out, &in_);
      broken_ = ZSTD_isError(left) != 0;
      between_frames_ = left == 0;
    }
    return out.pos;
  }
  bool broken() const override { return broken_ || inner_->broken(); }

 private:
  std::unique_ptr<ByteSource> inner_;
  std::vector<char> input_;
  ZSTD_inBuffer in_ = {};
  std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context_;
  bool broken_ = false;
  bool between_frames_ = true;
};

}  // namespace

Result<InputFile> open_input(const std::filesystem::path& path) {
  const std::string subject = path.string();
  // Not to wait for the other end, should it be a pipe.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return failure(subject, "there is no such file", "check its name");
    }
    return failure(subject, "cannot be read, " + std::generic_category().message(errno),
                   "check its permissions");
  }
  auto source = std::make_unique<FileSource>(fd);
  struct stat status = {};
  if (fstat(fd, &status) != 0) {
    return failure(subject, "cannot be read, " + std::generic_category().message(errno),
                   "check its disk");
  }
  if (S_ISDIR(status.st_mode)) {
    return failure(subject, "is a folder", "give a file in it");
  }
  if (!S_ISREG(status.st_mode)) {
    return failure(subject, "is not a regular file", "save its contents to a file first");
  }
  if (status.st_size == 0) {
    return failure(subject, "is empty", "choose a recording");
  }
  return InputFile{std::move(source), static_cast<std::uint64_t>(status.st_size)};
}

std::uint64_t inflation_limit(std::uint64_t size) {
  constexpr std::uint64_t kFloor = std::uint64_t{64} << 20;
  constexpr std::uint64_t kRatio = 64;
  return kFloor + kRatio * size;
}

std::uint32_t thread_limit(std::uint64_t size) {
  constexpr std::uint64_t kFloor = 1U << 16;
  constexpr std::uint64_t kMost = 1U << 24;
  constexpr std::uint64_t kBytesPerThread = 16;
  return static_cast<std::uint32_t>(std::min(kFloor + size / kBytesPerThread, kMost));
}

Peeked peek(std::unique_ptr<ByteSource> source, std::size_t count) {
  std::string front(count, '\0');
  std::size_t size = 0;
  while (size < count) {
    const std::size_t n = source->read(std::span(front).subspan(size));
    if (n == 0) {
      break;
    }
    size += n;
  }
  front.resize(size);
  return {front, std::make_unique<PrefixedSource>(front, std::move(source))};
}

std::unique_ptr<ByteSource> unwrap(std::unique_ptr<ByteSource> inner) {
  using namespace std::string_view_literals;
  auto [magic, whole] = peek(std::move(inner), 4);
  if (magic.starts_with("\x1f\x8b"sv)) {
    return std::make_unique<GzipSource>(std::move(whole));
  }
  if (magic == "\x28\xb5\x2f\xfd"sv) {
    return std::make_unique<ZstdSource>(std::move(whole));
  }
  return std::move(whole);
}

}  // namespace poolscope::storage
