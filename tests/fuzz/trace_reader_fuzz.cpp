// SPDX-License-Identifier: Apache-2.0
// The readers of traces: the first bytes choose which.
#include "core/session/session.h"
#include "core/storage/recording.h"
#include "fuzz_input.h"

#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace {

using namespace poolscope;

struct NoSink final : trace::Sink {
  void consume(std::span<const trace::Event>) override {}
};

/// Lets every question be asked: what came of a damaged file must not hurt later.
void look_at(const session::Snapshot& snapshot) {
  static_cast<void>(snapshot.statistics());
  for (const session::Lane& lane : snapshot.lanes()) {
    static_cast<void>(snapshot.lane_columns(lane.id, snapshot.begin(), snapshot.end(), 20));
  }
  NoSink sink;
  for (std::uint32_t process = 0; process < snapshot.process_count(); ++process) {
    snapshot.replay(process, sink);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int file = memfd_create("fuzz", MFD_CLOEXEC);
  if (file >= 0 && write(file, data, size) == static_cast<ssize_t>(size)) {
    session::Session session;
    if (storage::open_recording("/proc/self/fd/" + std::to_string(file), session)) {
      look_at(*session.snapshot());
    }
  }
  close(file);
  return 0;
}
