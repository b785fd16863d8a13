// SPDX-License-Identifier: Apache-2.0
#include "core/storage/block_encoder.h"
#include "core/storage/encoder_sink.h"
#include "core/storage/pending_file.h"
#include "core/storage/recording.h"
#include "core/storage/trace_file_writer.h"

#include <utility>

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

}  // namespace

Result<void> save_recording(const session::Snapshot& snapshot, const std::filesystem::path& path,
                            WriteOptions options) {
  auto pending = PendingFile::prepare(path, options.overwrite);
  if (!pending) {
    return tl::unexpected(std::move(pending.error()));
  }
  auto file = OutputFile::create(pending->temporary(), !pending->is_device(), path);
  if (!file) {
    return tl::unexpected(std::move(file.error()));
  }
  TraceFileWriter writer(std::move(*file), options.compress);
  write_snapshot(snapshot, options.info, writer);
  if (writer.error()) {
    return tl::unexpected(*writer.error());
  }
  return pending->publish();
}

}  // namespace poolscope::storage
