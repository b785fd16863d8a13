// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/session/snapshot.h"
#include "core/storage/recording.h"

#include <filesystem>
#include <functional>
#include <limits>
#include <stop_token>

namespace poolscope::storage {

/// What of a snapshot is exported, and how its writer is watched. Threads: `progress` is called by
/// the thread that exports.
struct ExportOptions {
  /// Half-open, on the session's clock. Tasks that touch it are written with all their times.
  session::TimeNs begin = std::numeric_limits<session::TimeNs>::min();
  session::TimeNs end = std::numeric_limits<session::TimeNs>::max();
  RecordingInfo info = {};  ///< of the recording: its scenario gives the title
  bool overwrite = false;
  std::stop_token stop = {};
  std::function<void(double)> progress = {};  ///< 0..1, now and then
};

// Each writes to a temporary file that gets its name at the end. Cost O(tasks); memory does not
// grow with them. Call them on a job thread. Errors name `path`: exists, a full disk, stopped.

/// One row a task: see docs/exports.md. As RFC 4180, with LF.
Result<void> export_csv(const session::Snapshot& snapshot, const std::filesystem::path& path,
                        const ExportOptions& options);
/// {"tasks": [one object a task]}, with its phases.
Result<void> export_json(const session::Snapshot& snapshot, const std::filesystem::path& path,
                         const ExportOptions& options);
/// The object form of Chrome's Trace Event Format, which open_recording() reads back without loss.
Result<void> export_chrome_json(const session::Snapshot& snapshot,
                                const std::filesystem::path& path, const ExportOptions& options);
/// One page that plays the session in a browser, without a network: at most a million tasks.
Result<void> export_html(const session::Snapshot& snapshot, const std::filesystem::path& path,
                         const ExportOptions& options);

}  // namespace poolscope::storage
