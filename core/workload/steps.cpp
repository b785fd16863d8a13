// SPDX-License-Identifier: Apache-2.0
#include "core/workload/steps.h"

#include "core/base/no_file_size_signal.h"
#include "core/trace/clock.h"
#include "core/trace/phase_scope.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstddef>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <mutex>
#include <optional>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace poolscope::workload {
namespace {

using trace::PhaseKind;
using trace::PhaseScope;

constexpr int kMixesBetweenLooks = 8192;  // some 10 us: reading the thread's CPU clock costs 0.2 us
constexpr std::size_t kChunkBytes = 256 * 1024;

void stop_here_if(const std::stop_token& stop) {
  if (stop.stop_requested()) {
    throw TaskStopped();
  }
}

/// Work that the compiler cannot leave out and that touches no memory.
void mix(std::uint64_t& state) {
  for (int i = 0; i < kMixesBetweenLooks; ++i) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
  }
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

[[noreturn]] void file_failed(const char* what) {
  throw TaskFailed(std::string("temporary file: ") + what + ": " +
                   std::generic_category().message(errno));
}

class TemporaryFile {
 public:
  TemporaryFile() {
    std::error_code error;
    std::filesystem::path folder = std::filesystem::temp_directory_path(error);
    if (error) {
      folder = "/tmp";
    }
    fd_ = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd_ < 0) {  // some file systems cannot make files without a name
      std::string name = (folder / "poolscope-XXXXXX").string();
      fd_ = mkostemp(name.data(), O_CLOEXEC);
      if (fd_ < 0) {
        file_failed("cannot be made");
      }
      unlink(name.c_str());
    }
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { close(fd_); }

  void write_at(std::uint64_t offset, const std::vector<std::byte>& chunk, std::size_t count) {
    const NoFileSizeSignal guard;
    for (std::size_t done = 0; done < count;) {
      const ssize_t n =
          pwrite(fd_, chunk.data() + done, count - done, static_cast<off_t>(offset + done));
      if (n < 0 && errno != EINTR) {
        file_failed("cannot be written");
      }
      done += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
  }

  void read_at(std::uint64_t offset, std::vector<std::byte>& chunk, std::size_t count) {
    for (std::size_t done = 0; done < count;) {
      const ssize_t n =
          pread(fd_, chunk.data() + done, count - done, static_cast<off_t>(offset + done));
      if ((n < 0 && errno != EINTR) || n == 0) {
        file_failed("cannot be read back");
      }
      done += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
  }

 private:
  int fd_ = -1;
};

/// Lets go of the interpreter however a step ends.
class InterpreterHold {
 public:
  explicit InterpreterHold(InterpreterLock& lock) : lock_(lock) {
    const PhaseScope phase(PhaseKind::lock_wait, kName);
    lock_.acquire();
  }
  InterpreterHold(const InterpreterHold&) = delete;
  InterpreterHold& operator=(const InterpreterHold&) = delete;
  ~InterpreterHold() { lock_.release(); }

  bool wanted() const { return lock_.wanted(); }
  void hand_over() {
    const PhaseScope phase(PhaseKind::lock_wait, kName);
    lock_.hand_over();
  }

 private:
  static constexpr std::string_view kName = "interpreter lock";
  InterpreterLock& lock_;
};

}  // namespace

void sleep_for(Nanoseconds time, const std::stop_token& stop) {
  const PhaseScope phase(PhaseKind::sleep, "sleep");
  idle_for(time, stop);
}

void idle_for(Nanoseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any alarm;
  std::unique_lock lock(mutex);
  alarm.wait_until(lock, stop, std::chrono::steady_clock::now() + time, [] { return false; });
  stop_here_if(stop);
}

void burn_cpu(Nanoseconds time, const std::stop_token& stop, InterpreterLock* interpreter) {
  std::optional<InterpreterHold> hold;
  if (interpreter != nullptr) {
    hold.emplace(*interpreter);
  }
  const std::uint64_t end = trace::thread_cpu_ns() + static_cast<std::uint64_t>(time.count());
  std::uint64_t state = end | 1;
  while (trace::thread_cpu_ns() < end) {
    if (hold && hold->wanted()) {
      hold->hand_over();
    }
    const PhaseScope phase(PhaseKind::compute, "compute");
    do {
      stop_here_if(stop);
      mix(state);
    } while (trace::thread_cpu_ns() < end && !(hold && hold->wanted()));
  }
}

void write_and_read_back(std::uint64_t bytes, const std::stop_token& stop) {
  const PhaseScope phase(PhaseKind::file_io, "file");
  TemporaryFile file;
  std::vector<std::byte> chunk(
      static_cast<std::size_t>(std::min<std::uint64_t>(bytes, kChunkBytes)), std::byte{0x5a});
  const auto in_chunks = [&](auto&& work) {
    for (std::uint64_t at = 0; at < bytes; at += chunk.size()) {
      stop_here_if(stop);
      work(at, static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), bytes - at)));
    }
  };
  in_chunks([&](std::uint64_t at, std::size_t count) { file.write_at(at, chunk, count); });
  in_chunks([&](std::uint64_t at, std::size_t count) { file.read_at(at, chunk, count); });
}

}  // namespace poolscope::workload
