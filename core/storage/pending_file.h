// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <filesystem>

namespace poolscope::storage {

/// The name under which a file is written before it gets its own, so that a failure leaves no half
/// file, and what stood there stays until all of the new one is written. A link stays one: what it
/// points to is replaced. A device is written as it is. Threads: one at a time.
class PendingFile {
 public:
  /// Errors as check_output().
  static Result<PendingFile> prepare(const std::filesystem::path& path, bool overwrite);
  PendingFile(PendingFile&& other) noexcept;
  PendingFile& operator=(PendingFile&&) = delete;
  ~PendingFile();  ///< removes what was not published

  /// Where to write; not there yet unless it is a device.
  const std::filesystem::path& temporary() const { return temporary_; }
  /// What messages call it.
  const std::filesystem::path& shown() const { return shown_; }
  bool is_device() const { return device_; }

  /// Gives the finished file its name, without ever replacing another one unasked.
  Result<void> publish();

 private:
  PendingFile() = default;
  std::filesystem::path shown_;
  std::filesystem::path target_;
  std::filesystem::path temporary_;
  bool overwrite_ = false;
  bool device_ = false;
  bool done_ = false;
};

}  // namespace poolscope::storage
