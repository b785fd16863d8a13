// SPDX-License-Identifier: Apache-2.0
#include "core/storage/pending_file.h"

#include "core/storage/output_file.h"
#include "core/storage/recording.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace poolscope::storage {

namespace {

tl::unexpected<Error> there_is_one(const std::filesystem::path& path) {
  return failure(path.string(), "exists already", "use --force to replace it");
}

}  // namespace

Result<PendingFile> PendingFile::prepare(const std::filesystem::path& path, bool overwrite) {
  if (auto usable = check_output(path, overwrite); !usable) {
    return tl::unexpected(std::move(usable.error()));
  }
  std::error_code ignored;
  PendingFile file;
  file.shown_ = path;
  file.target_ = path;
  file.overwrite_ = overwrite;
  if (std::filesystem::is_symlink(path, ignored)) {
    file.target_ = std::filesystem::weakly_canonical(path, ignored);
  }
  file.device_ = std::filesystem::exists(file.target_, ignored) &&
                 !std::filesystem::is_regular_file(file.target_, ignored);
  file.temporary_ = file.target_;
  if (!file.device_) {
    static std::atomic<unsigned> files = 0;
    file.temporary_.replace_filename("." + file.target_.filename().string() + "." +
                                     std::to_string(getpid()) + "-" + std::to_string(++files) +
                                     ".part");
    unlink(file.temporary_.c_str());  // of a process that had our id and crashed
  }
  return file;
}

PendingFile::PendingFile(PendingFile&& other) noexcept
    : shown_(std::move(other.shown_)),
      target_(std::move(other.target_)),
      temporary_(std::move(other.temporary_)),
      overwrite_(other.overwrite_),
      device_(other.device_),
      done_(std::exchange(other.done_, true)) {}

PendingFile::~PendingFile() {
  if (!done_ && !device_) {
    unlink(temporary_.c_str());
  }
}

Result<void> PendingFile::publish() {
  if (device_) {
    return {};
  }
  const auto rename = [this]() -> Result<void> {
    if (std::rename(temporary_.c_str(), target_.c_str()) != 0) {
      return tl::unexpected(write_error(shown_, errno));
    }
    done_ = true;
    return {};
  };
  if (overwrite_) {
    return rename();
  }
  if (renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, target_.c_str(), RENAME_NOREPLACE) == 0) {
    done_ = true;
    return {};
  }
  if (errno == EEXIST) {
    return there_is_one(shown_);
  }
  // File systems without RENAME_NOREPLACE have link() or nothing to lose in between.
  if (link(temporary_.c_str(), target_.c_str()) == 0) {
    unlink(temporary_.c_str());
    done_ = true;
    return {};
  }
  if (errno == EEXIST) {
    return there_is_one(shown_);
  }
  return rename();
}

}  // namespace poolscope::storage
