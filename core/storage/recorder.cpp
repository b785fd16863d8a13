// SPDX-License-Identifier: Apache-2.0
#include "core/base/thread_name.h"
#include "core/storage/block_encoder.h"
#include "core/storage/encoder_sink.h"
#include "core/storage/recording.h"
#include "core/storage/trace_file_writer.h"
#include "core/trace/clock.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace poolscope::storage {

namespace {

using trace::Event;

/// From the first event that waits to its block. With the time to write it, a crash loses far less
/// than 250 ms.
constexpr std::chrono::milliseconds kFlushInterval{100};
/// Events that make about a full block; no need to wait for more.
constexpr std::size_t kFullBlock = 8192;

bool earlier(const Event& a, const Event& b) {
  return a.time_ns < b.time_ns;
}

}  // namespace

struct Recorder::Impl {
  Impl(std::filesystem::path path_given, OutputFile file,
       std::shared_ptr<const trace::Directory> names, const WriteOptions& options,
       std::function<std::shared_ptr<const session::Snapshot>()> ask)
      : path(std::move(path_given)),
        directory(std::move(names)),
        before(std::move(ask)),
        queue_limit(std::max<std::size_t>(options.queue_bytes / sizeof(Event), 1)),
        writer(std::move(file), options.compress),
        encoder(directory, 0, read_clock_offsets(),
                [this](std::string_view packets) { writer.write(packets); }) {
    encoder.add_info(options.info, trace::now_ns());
  }

  void consume(std::span<const Event> events);
  bool ask_for_history();
  void append(std::span<const Event> events);
  void run(std::stop_token stop);
  void write_history(const session::Snapshot& snapshot);
  void write_events(std::vector<Event>& events);

  const std::filesystem::path path;
  const std::shared_ptr<const trace::Directory> directory;
  const std::function<std::shared_ptr<const session::Snapshot>()> before;
  const std::size_t queue_limit;
  std::atomic<bool> asked = false;

  // The recorder thread's own, once it runs.
  TraceFileWriter writer;
  BlockEncoder encoder;

  // Guards what follows.
  mutable std::mutex mutex;
  std::condition_variable_any wake;
  std::vector<Event> pending;
  std::shared_ptr<const session::Snapshot> history;
  std::uint64_t dropped = 0;
  Event last_dropped = {};
  std::optional<Error> error;

  bool finished = false;  // of the thread that calls finish()
  std::jthread thread;    // last: it uses all of the above
};

/// True if the snapshot that came has all that happened so far.
bool Recorder::Impl::ask_for_history() {
  if (!before || asked.exchange(true)) {
    return false;
  }
  std::shared_ptr<const session::Snapshot> snapshot =
      before();  // other people's code: not under the lock
  if (!snapshot) {
    return false;
  }
  const std::lock_guard lock(mutex);
  history = std::move(snapshot);
  wake.notify_one();
  return true;
}

void Recorder::Impl::consume(std::span<const Event> events) {
  if (ask_for_history() || events.empty()) {
    return;
  }
  const std::lock_guard lock(mutex);
  if (error) {
    return;
  }
  if (pending.size() + events.size() > queue_limit) {
    dropped += events.size();
    last_dropped = events.back();
    return;
  }
  append(events);
}

/// Under the lock.
void Recorder::Impl::append(std::span<const Event> events) {
  const std::size_t waited = pending.size();
  if (dropped > 0) {
    pending.push_back({.time_ns = last_dropped.time_ns,
                       .thread = last_dropped.thread,
                       .kind = trace::EventKind::lost,
                       .detail = std::exchange(dropped, 0)});
  }
  pending.insert(pending.end(), events.begin(), events.end());
  if (!pending.empty() && (waited == 0 || (waited < kFullBlock && pending.size() >= kFullBlock))) {
    wake.notify_one();
  }
}

void Recorder::Impl::run(std::stop_token stop) {
  set_current_thread_name("recorder");
  std::vector<Event> events;
  std::unique_lock lock(mutex);
  while (true) {
    wake.wait(lock, stop, [this] { return !pending.empty() || history != nullptr; });
    if (history == nullptr && !pending.empty()) {
      wake.wait_for(lock, stop, kFlushInterval,
                    [this] { return pending.size() >= kFullBlock || history != nullptr; });
    }
    if (stop.stop_requested()) {
      append({});  // what was dropped last
    }
    if (history == nullptr && pending.empty()) {
      return;
    }
    const auto snapshot = std::exchange(history, nullptr);
    if (!snapshot) {
      events.swap(pending);
    }
    lock.unlock();
    if (snapshot) {
      write_history(*snapshot);
    } else {
      write_events(events);
      events.clear();
    }
    lock.lock();
    if (writer.error() && !error) {
      error = writer.error();
      pending.clear();
    }
  }
}

void Recorder::Impl::write_history(const session::Snapshot& snapshot) {
  EncoderSink sink(encoder);
  for (std::uint32_t process = 0; process < snapshot.process_count(); ++process) {
    if (snapshot.directory(process) == directory) {
      snapshot.replay(process, sink);
    }
  }
  encoder.end_block();
}

void Recorder::Impl::write_events(std::vector<Event>& events) {
  if (!std::is_sorted(events.begin(), events.end(), earlier)) {
    std::stable_sort(events.begin(), events.end(), earlier);
  }
  for (const Event& event : events) {
    encoder.add(event);
  }
  encoder.end_block();
}

Recorder::Recorder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Recorder::~Recorder() {
  static_cast<void>(finish());
}

Result<std::shared_ptr<Recorder>> Recorder::create(
    const std::filesystem::path& path, std::shared_ptr<const trace::Directory> directory,
    WriteOptions options, std::function<std::shared_ptr<const session::Snapshot>()> before) {
  if (auto usable = check_output(path, options.overwrite); !usable) {
    return tl::unexpected(std::move(usable.error()));
  }
  auto file = OutputFile::create(path, !options.overwrite, path);
  if (!file) {
    return tl::unexpected(std::move(file.error()));
  }
  auto impl = std::make_unique<Impl>(path, std::move(*file), std::move(directory), options,
                                     std::move(before));
  if (impl->writer.error()) {
    return tl::unexpected(*impl->writer.error());
  }
  Impl* const running = impl.get();
  impl->thread = std::jthread([running](std::stop_token stop) { running->run(std::move(stop)); });
  return std::shared_ptr<Recorder>(new Recorder(std::move(impl)));
}

void Recorder::consume(std::span<const Event> events) {
  impl_->consume(events);
}

Result<void> Recorder::finish() {
  if (!impl_->finished) {
    impl_->finished = true;
    impl_->ask_for_history();
    impl_->thread.request_stop();
    impl_->thread.join();
    impl_->writer.close();
    const std::lock_guard lock(impl_->mutex);
    impl_->error = impl_->writer.error();
  }
  if (auto error = this->error()) {
    return tl::unexpected(std::move(*error));
  }
  return {};
}

std::optional<Error> Recorder::error() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->error;
}

std::uint64_t Recorder::bytes_written() const {
  return impl_->writer.bytes_written();
}

const std::filesystem::path& Recorder::path() const {
  return impl_->path;
}

}  // namespace poolscope::storage
