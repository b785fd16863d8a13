// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/session/session.h"
#include "core/session/snapshot.h"
#include "core/trace/directory.h"
#include "core/trace/event.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

namespace poolscope::storage {

/// What a recording says of itself, so that a replay knows all that the live view knew.
struct RecordingInfo {
  std::string version = {};  ///< of the Poolscope that wrote it; empty: written by another program
  std::string scenario_name = {};                    ///< as in its file
  std::string scenario_toml = {};                    ///< the whole scenario file
  std::map<std::string, std::string> settings = {};  ///< max_workers, seed, cores, ...
};

/// The cores of the machine that it was recorded on; nothing where it does not say so.
std::optional<std::size_t> recorded_cores(const RecordingInfo& info);

/// Both ran the same scenario with the same seed: tasks of the same place drew the same durations.
bool same_tasks(const RecordingInfo& a, const RecordingInfo& b);

struct WriteOptions {
  RecordingInfo info = {};
  bool overwrite = false;  ///< else a file that exists is refused
  bool compress = true;  ///< false: plain packets, three times as large, for programs that read no
                         ///< compressed ones
  std::size_t queue_bytes =
      std::size_t{256} << 20;  ///< events that may wait for a slow disk; more are counted as lost
};

/// Writes a session as it happens: a sink that hands batches to a thread of its own, which writes
/// them as blocks of compressed Perfetto packets, one at least every 150 ms, each with one write():
/// a crash loses no more than the last block. Began late, it writes what the session had before.
/// Threads: consume() by the collector, the rest by any one thread. Errors after create() stop the
/// recording, not the pool.
class Recorder final : public trace::Sink {
 public:
  /// `before` (may be empty) is asked once, on the collector's thread at the first batch, for all
  /// that happened so far, that batch included; it is then written first (the process of
  /// `directory` of it). Give it where the session's sink was added earlier than this one. If no
  /// batch comes, finish() asks, on its own thread.
  static Result<std::shared_ptr<Recorder>> create(
      const std::filesystem::path& path, std::shared_ptr<const trace::Directory> directory,
      WriteOptions options, std::function<std::shared_ptr<const session::Snapshot>()> before = {});
  ~Recorder() override;  ///< finish()

  void consume(std::span<const trace::Event> events) override;

  /// A sink for the events of one more process, whose ids `directory` explains. All sinks of a
  /// recording are called by one thread at a time. Threads: that one.
  std::shared_ptr<trace::Sink> add_process(std::shared_ptr<const trace::Directory> directory);

  /// Writes what is left and closes. Remove the sink from its tracer first. Says what went wrong
  /// since create().
  Result<void> finish();
  /// What stopped the recording (a full disk), as soon as it is known. Threads: any.
  std::optional<Error> error() const;
  std::uint64_t bytes_written() const;
  const std::filesystem::path& path() const;

 private:
  struct Impl;
  class ProcessSink;
  explicit Recorder(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

/// Writes all of a snapshot as a recording: to a temporary file beside it first, so that a failure
/// leaves no half file.
Result<void> save_recording(const session::Snapshot& snapshot, const std::filesystem::path& path,
                            WriteOptions options);

struct OpenedRecording {
  RecordingInfo info = {};
  bool truncated = false;  ///< something of the file is not in the session:
  std::string missing =
      {};  ///< what that is, in words that go on after the file's name; empty: nothing
};

/// Reads a Perfetto or a Chrome JSON trace into an empty session: our own without loss, others' as
/// far as they have slices on threads. A cut or damaged file gives what came before (truncated),
/// and one with slices on too many threads those of the first.
/// Errors name the file: missing, a folder, empty, not a trace. `progress` gets 0..1 now and then;
/// `stop` ends early with an error. Call it on a job thread.
Result<OpenedRecording> open_recording(const std::filesystem::path& path, session::Session& session,
                                       std::stop_token stop = {},
                                       std::function<void(double)> progress = {});

/// The message for an output that must not be written: exists without `overwrite`, is a folder, its
/// folder is missing or cannot be written. For every writer of files, so that all say the same.
Result<void> check_output(const std::filesystem::path& path, bool overwrite);

}  // namespace poolscope::storage
