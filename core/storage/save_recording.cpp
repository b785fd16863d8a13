// SPDX-License-Identifier: Apache-2.0
#include "core/storage/block_encoder.h"
#include "core/storage/encoder_sink.h"
#include "core/storage/recording.h"
#include "core/storage/trace_file_writer.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <unistd.h>

namespace poolscope::storage {

namespace {

void write_snapshot(const session::Snapshot& snapshot, const RecordingInfo& info,
                    TraceFileWriter& writer) {
  const ClockOffsets clocks = read_clock_offsets();
  const BlockEncoder::BlockSink sink = [&](std::string_view packets) { writer.write(packets); };
  const auto begin = static_cast<std::uint64_t>(snapshot.begin());
  if (snapshot.process_count() == 0) {
    BlockEncoder(std::make_shared<trace::Directory>(), 0, clocks, sink).add_info(info, begin);
  }
  for (std::uint32_t process = 0; process < snapshot.process_count() && !writer.error();
       ++process) {
    BlockEncoder encoder(snapshot.directory(process), process, clocks, sink);
    if (process == 0) {
      encoder.add_info(info, begin);
    } else {
      encoder.add_process(begin);
    }
    EncoderSink events(encoder);
    snapshot.replay(process, events);
    encoder.end_block();
  }
  writer.close();
}

/// Gives the finished file its name, without ever replacing another one unasked.
Result<void> publish(const std::filesystem::path& from, const std::filesystem::path& to,
                     bool overwrite, const std::filesystem::path& shown) {
  if (overwrite) {
    if (std::rename(from.c_str(), to.c_str()) != 0) {
      return tl::unexpected(write_error(shown, errno));
    }
    return {};
  }
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
    return {};
  }
  if (errno == EEXIST) {
    return failure(shown.string(), "exists already", "use --force to replace it");
  }
  // File systems without RENAME_NOREPLACE have link() or nothing to lose in between.
  if (link(from.c_str(), to.c_str()) == 0) {
    unlink(from.c_str());
    return {};
  }
  if (errno == EEXIST) {
    return failure(shown.string(), "exists already", "use --force to replace it");
  }
  if (std::rename(from.c_str(), to.c_str()) != 0) {
    return tl::unexpected(write_error(shown, errno));
  }
  return {};
}

}  // namespace

Result<void> save_recording(const session::Snapshot& snapshot, const std::filesystem::path& path,
                            WriteOptions options) {
  if (auto usable = check_output(path, options.overwrite); !usable) {
    return usable;
  }
  std::error_code ignored;
  // A link stays one: what it points to is replaced. A device is written as it is.
  std::filesystem::path target = path;
  if (std::filesystem::is_symlink(path, ignored)) {
    target = std::filesystem::weakly_canonical(path, ignored);
  }
  const bool device = std::filesystem::exists(target, ignored) &&
                      !std::filesystem::is_regular_file(target, ignored);
  std::filesystem::path temporary = target;
  if (!device) {
    static std::atomic<unsigned> saves = 0;
    temporary.replace_filename("." + target.filename().string() + "." + std::to_string(getpid()) +
                               "-" + std::to_string(++saves) + ".part");
    unlink(temporary.c_str());  // of a process that had our id and crashed
  }
  auto file = OutputFile::create(temporary, !device, path);
  if (!file) {
    return tl::unexpected(std::move(file.error()));
  }
  TraceFileWriter writer(std::move(*file), options.compress);
  write_snapshot(snapshot, options.info, writer);
  if (device) {
    return writer.error() ? Result<void>(tl::unexpected(*writer.error())) : Result<void>();
  }
  Result<void> result = writer.error() ? Result<void>(tl::unexpected(*writer.error()))
                                       : publish(temporary, target, options.overwrite, path);
  if (!result) {
    unlink(temporary.c_str());
  }
  return result;
}

}  // namespace poolscope::storage
