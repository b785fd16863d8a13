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
#include <deque>
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

/// One process of a recording. It takes no part in locking: see Recorder::Impl.
struct RecordedProcess {
  std::shared_ptr<const trace::Directory> directory;
  BlockEncoder encoder;        // the recorder thread's own, once it runs
  std::vector<Event> pending;  // guarded by the recorder's mutex, as what follows
  std::uint64_t dropped = 0;
  Event last_dropped = {};
  bool described = false;  // in the file; the recorder thread's own
};

struct Recorder::Impl {
  Impl(std::filesystem::path path_given, OutputFile file,
       std::shared_ptr<const trace::Directory> names, const WriteOptions& options,
       std::function<std::shared_ptr<const session::Snapshot>()> ask)
      : path(std::move(path_given)),
        before(std::move(ask)),
        queue_limit(std::max<std::size_t>(options.queue_bytes / sizeof(Event), 1)),
        clocks(read_clock_offsets()),
        writer(std::move(file), options.compress) {
    RecordedProcess& first = add_process(std::move(names));
    first.encoder.add_info(options.info, trace::now_ns());
    first.described = true;
  }

  RecordedProcess& add_process(std::shared_ptr<const trace::Directory> directory);
  void consume(RecordedProcess& process, std::span<const Event> events);
  bool ask_for_history();
  void append(RecordedProcess& process, std::span<const Event> events);
  bool waits() const { return waiting > 0; }
  RecordedProcess& process_at(std::size_t number);
  void run(std::stop_token stop);
  void write_history(const session::Snapshot& snapshot);
  void write_events(RecordedProcess& process, std::vector<Event>& events);
  void describe(RecordedProcess& process, std::uint64_t time_ns);

  const std::filesystem::path path;
  const std::function<std::shared_ptr<const session::Snapshot>()> before;
  const std::size_t queue_limit;
  const ClockOffsets clocks;
  std::atomic<bool> asked = false;

  // The recorder thread's own, once it runs.
  TraceFileWriter writer;

  // Guards what follows.
  mutable std::mutex mutex;
  std::condition_variable_any wake;
  std::deque<RecordedProcess> processes;  // they stay where they are
  std::size_t waiting = 0;                // events pending, of all
  std::shared_ptr<const session::Snapshot> history;
  std::optional<Error> error;
  bool closed = false;  // nobody writes any more

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

RecordedProcess& Recorder::Impl::add_process(std::shared_ptr<const trace::Directory> directory) {
  const std::lock_guard lock(mutex);
  const auto number = static_cast<std::uint32_t>(processes.size());
  return processes.emplace_back(
      RecordedProcess{directory,
                      BlockEncoder(directory, number, clocks,
                                   [this](std::string_view packets) { writer.write(packets); }),
                      {}});
}

void Recorder::Impl::consume(RecordedProcess& process, std::span<const Event> events) {
  if (ask_for_history() || events.empty()) {
    return;
  }
  const std::lock_guard lock(mutex);
  if (error || closed) {
    return;
  }
  if (waiting + events.size() > queue_limit) {
    process.dropped += events.size();
    process.last_dropped = events.back();
    return;
  }
  append(process, events);
}

/// Under the lock.
void Recorder::Impl::append(RecordedProcess& process, std::span<const Event> events) {
  const std::size_t waited = waiting;
  const std::size_t before_these = process.pending.size();
  if (process.dropped > 0) {
    process.pending.push_back({.time_ns = process.last_dropped.time_ns,
                               .thread = process.last_dropped.thread,
                               .kind = trace::EventKind::lost,
                               .detail = std::exchange(process.dropped, 0)});
  }
  process.pending.insert(process.pending.end(), events.begin(), events.end());
  waiting += process.pending.size() - before_these;
  if (waits() && (waited == 0 || (waited < kFullBlock && waiting >= kFullBlock))) {
    wake.notify_one();
  }
}

void Recorder::Impl::run(std::stop_token stop) {
  set_current_thread_name("recorder");
  std::vector<std::vector<Event>> events;
  std::unique_lock lock(mutex);
  while (true) {
    wake.wait(lock, stop, [this] { return waits() || history != nullptr; });
    if (history == nullptr && waits()) {
      wake.wait_for(lock, stop, kFlushInterval,
                    [this] { return waiting >= kFullBlock || history != nullptr; });
    }
    if (stop.stop_requested()) {
      for (RecordedProcess& each : processes) {
        append(each, {});  // what was dropped last
      }
    }
    if (history == nullptr && !waits()) {
      return;
    }
    const auto snapshot = std::exchange(history, nullptr);
    events.resize(processes.size());
    if (!snapshot) {
      for (std::size_t i = 0; i < events.size(); ++i) {
        events[i].swap(processes[i].pending);
      }
      waiting = 0;
    }
    lock.unlock();
    if (snapshot) {
      write_history(*snapshot);
    }
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (!events[i].empty()) {
        write_events(process_at(i), events[i]);
        events[i].clear();
      }
    }
    lock.lock();
    if (writer.error() && !error) {
      error = writer.error();
      for (RecordedProcess& each : processes) {
        each.pending.clear();
      }
      waiting = 0;
    }
  }
}

/// A deque may grow while its elements are read, but not be asked for them.
RecordedProcess& Recorder::Impl::process_at(std::size_t number) {
  const std::lock_guard lock(mutex);
  return processes[number];
}

void Recorder::Impl::describe(RecordedProcess& process, std::uint64_t time_ns) {
  if (!std::exchange(process.described, true)) {
    process.encoder.add_process(time_ns);
  }
}

void Recorder::Impl::write_history(const session::Snapshot& snapshot) {
  std::size_t count = 0;
  {
    const std::lock_guard lock(mutex);
    count = processes.size();
  }
  for (std::size_t i = 0; i < count; ++i) {
    RecordedProcess& process = process_at(i);
    EncoderSink sink(process.encoder);
    for (std::uint32_t number = 0; number < snapshot.process_count(); ++number) {
      if (snapshot.directory(number) == process.directory) {
        describe(process, static_cast<std::uint64_t>(snapshot.begin()));
        snapshot.replay(number, sink);
      }
    }
    process.encoder.end_block();
  }
}

void Recorder::Impl::write_events(RecordedProcess& process, std::vector<Event>& events) {
  if (!std::is_sorted(events.begin(), events.end(), earlier)) {
    std::stable_sort(events.begin(), events.end(), earlier);
  }
  describe(process, events.front().time_ns);
  for (const Event& event : events) {
    process.encoder.add(event);
  }
  process.encoder.end_block();
}

/// The way of one more process into a recording.
class Recorder::ProcessSink final : public trace::Sink {
 public:
  ProcessSink(std::shared_ptr<Impl> impl, RecordedProcess& process)
      : impl_(std::move(impl)),
        process_(process) {}
  void consume(std::span<const Event> events) override { impl_->consume(process_, events); }

 private:
  const std::shared_ptr<Impl> impl_;  // has the process
  RecordedProcess& process_;
};

Recorder::Recorder(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

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
  auto impl = std::make_shared<Impl>(path, std::move(*file), std::move(directory), options,
                                     std::move(before));
  if (impl->writer.error()) {
    return tl::unexpected(*impl->writer.error());
  }
  Impl* const running = impl.get();
  impl->thread = std::jthread([running](std::stop_token stop) { running->run(std::move(stop)); });
  return std::shared_ptr<Recorder>(new Recorder(std::move(impl)));
}

void Recorder::consume(std::span<const Event> events) {
  impl_->consume(impl_->process_at(0), events);
}

std::shared_ptr<trace::Sink> Recorder::add_process(
    std::shared_ptr<const trace::Directory> directory) {
  return std::make_shared<ProcessSink>(impl_, impl_->add_process(std::move(directory)));
}

Result<void> Recorder::finish() {
  if (!impl_->finished) {
    impl_->finished = true;
    impl_->ask_for_history();
    impl_->thread.request_stop();
    impl_->thread.join();
    impl_->writer.close();
    const std::lock_guard lock(impl_->mutex);
    impl_->closed = true;
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
