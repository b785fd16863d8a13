// SPDX-License-Identifier: Apache-2.0
#include "core/storage/output_file.h"

#include "core/base/no_file_size_signal.h"
#include "core/storage/recording.h"

#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace poolscope::storage {

namespace {

std::string reason_of(int error_number) {
  std::string text = std::generic_category().message(error_number);
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') {
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  }
  return text;
}

std::optional<struct stat> status_of(const std::filesystem::path& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) {
    return {};
  }
  return status;
}

bool may(const std::filesystem::path& path, int mode) {
  return faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0;
}

}  // namespace

Error write_error(const std::filesystem::path& path, int error_number) {
  std::string advice;
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
      advice = "free some space or choose another disk";
      break;
    case EFBIG:
      advice = "it reached the largest size allowed (ulimit -f)";
      break;
    default:
      advice = "choose another file";
  }
  return {path.string(), "cannot be written, " + reason_of(error_number), advice};
}

Result<OutputFile> OutputFile::create(const std::filesystem::path& path, bool exclusive,
                                      const std::filesystem::path& shown) {
  const int fd =
      open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | (exclusive ? O_EXCL : O_TRUNC),
           0666);
  if (fd < 0) {
    if (errno == EEXIST) {
      return failure(shown.string(), "exists already", "use --force to replace it");
    }
    return tl::unexpected(write_error(shown, errno));
  }
  return OutputFile(fd, shown);
}

OutputFile::~OutputFile() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

Result<void> OutputFile::append(std::string_view piece) {
  const NoFileSizeSignal guard;
  std::size_t done = 0;
  while (done < piece.size()) {
    const ssize_t n = write(fd_, piece.data() + done, piece.size() - done);
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n <= 0) {
      const int error_number = n < 0 ? errno : ENOSPC;
      // A device takes nothing back; there is nothing to keep whole either.
      if (ftruncate(fd_, static_cast<off_t>(size_)) == 0) {
        lseek(fd_, static_cast<off_t>(size_), SEEK_SET);
      }
      return tl::unexpected(write_error(shown_, error_number));
    }
    done += static_cast<std::size_t>(n);
  }
  size_ += piece.size();
  return {};
}

Result<void> OutputFile::close() {
  if (fd_ >= 0 && ::close(std::exchange(fd_, -1)) != 0) {
    return tl::unexpected(write_error(shown_, errno));
  }
  return {};
}

Result<void> check_output(const std::filesystem::path& path, bool overwrite) {
  const std::string subject = path.string();
  if (path.empty()) {
    return failure("output file", "has no name", "give one");
  }
  if (const auto status = status_of(path)) {
    if (S_ISDIR(status->st_mode)) {
      return failure(subject, "is a folder", "give the name of a file in it");
    }
    if (!overwrite) {
      return failure(subject, "exists already", "use --force to replace it");
    }
    if (!S_ISREG(status->st_mode) && !S_ISCHR(status->st_mode)) {
      return failure(subject, "is not a regular file", "choose another file");
    }
    if (!may(path, W_OK)) {
      return failure(subject, "cannot be written, " + reason_of(errno), "choose another file");
    }
    return {};
  }
  if (!path.has_filename()) {
    return failure(subject, "is the name of a folder", "give the name of a file");
  }
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const auto status = status_of(folder);
  if (!status) {
    const std::string reason =
        errno == ENOENT ? " does not exist" : " cannot be used, " + reason_of(errno);
    return failure(subject, "the folder " + folder.string() + reason,
                   "create it or choose another one");
  }
  if (!S_ISDIR(status->st_mode)) {
    return failure(subject, folder.string() + " is not a folder", "choose another one");
  }
  if (!may(folder, W_OK | X_OK)) {
    return failure(subject,
                   "the folder " + folder.string() + " cannot be written, " + reason_of(errno),
                   "choose another one");
  }
  return {};
}

}  // namespace poolscope::storage
