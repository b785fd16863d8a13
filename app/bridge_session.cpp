// SPDX-License-Identifier: Apache-2.0
#include "app/bridge_session.h"

#include "app/version.h"
#include "core/base/cores.h"
#include "core/trace/clock.h"

#include <algorithm>
#include <span>

namespace poolscope::app {
namespace {

constexpr std::size_t kMostComplaints = 64;  // of a session

}  // namespace

/// Threads: as a Sink, called under the session's lock, so that a recording has each event once.
class BridgeSession::ProcessSink final : public trace::Sink {
 public:
  ProcessSink(BridgeSession& owner, std::shared_ptr<const trace::Directory> directory)
      : owner_(owner),
        directory_(std::move(directory)),
        session_(owner.session_->add_process(directory_)) {}

  void consume(std::span<const trace::Event> events) override {
    const std::lock_guard lock(owner_.mutex_);
    take(events);
  }
  /// Under the lock.
  void take(std::span<const trace::Event> events) {
    session_->consume(events);
    if (recording_ != nullptr) {
      recording_->consume(events);
    }
  }
  /// Under the lock.
  void recordTo(std::shared_ptr<trace::Sink> recording) { recording_ = std::move(recording); }
  const std::shared_ptr<const trace::Directory>& directory() const { return directory_; }
  const std::shared_ptr<trace::Sink>& session() const { return session_; }

 private:
  BridgeSession& owner_;
  const std::shared_ptr<const trace::Directory> directory_;
  const std::shared_ptr<trace::Sink> session_;
  std::shared_ptr<trace::Sink> recording_;
};

BridgeSession::BridgeSession(Options options)
    : options_(std::move(options)),
      session_(std::make_shared<session::Session>()),
      main_(std::make_shared<trace::Directory>(
          trace::ProcessInfo{.pid = options_.pid, .name = options_.command})) {
  processes_.push_back(std::make_shared<ProcessSink>(*this, main_));
}

BridgeSession::~BridgeSession() {
  // Nobody is left to hear of a failed recording: who wants to know stops it before.
  static_cast<void>(stopRecording());
}

Result<std::unique_ptr<BridgeSession>> BridgeSession::start(const std::filesystem::path& socket,
                                                            Options options) {
  std::unique_ptr<BridgeSession> made(new BridgeSession(std::move(options)));
  BridgeSession* const own = made.get();
  bridge::ServerOptions serving;
  serving.directory_of = [own](const bridge::Hello& hello) -> std::shared_ptr<trace::Directory> {
    const bool isMain = hello.pid == own->options_.pid && !std::exchange(own->mainTaken_, true);
    return isMain ? own->main_ : nullptr;
  };
  serving.on_process = [own](const bridge::Hello&,
                             std::shared_ptr<const trace::Directory> directory) {
    return own->addProcess(std::move(directory));
  };
  serving.on_refused = [own](const Error& error) { own->complainOf(error); };
  serving.on_notice = [own](const bridge::Hello& hello, const std::string& text) {
    own->complainOf({hello.command, text, "the program itself goes on"});
  };
  auto server = bridge::Server::start(socket, std::move(serving));
  if (!server) {
    return tl::unexpected(server.error());
  }
  made->server_ = std::move(*server);
  return made;
}

void BridgeSession::complainOf(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    if (told_.size() >= kMostComplaints || !told_.insert(error.subject + error.reason).second) {
      return;
    }
    complaints_.push_back(error);
  }
  if (options_.onRefused) {
    options_.onRefused(error);
  }
}

std::vector<Error> BridgeSession::takeComplaints() {
  const std::lock_guard lock(mutex_);
  return std::exchange(complaints_, {});
}

std::shared_ptr<trace::Sink> BridgeSession::addProcess(
    std::shared_ptr<const trace::Directory> directory) {
  const std::lock_guard lock(mutex_);
  if (directory == main_) {
    return processes_.front();
  }
  processes_.push_back(std::make_shared<ProcessSink>(*this, std::move(directory)));
  processes_.back()->recordTo(wayInto(*processes_.back()));
  return processes_.back();
}

void BridgeSession::setMaxWorkers(std::uint32_t count) {
  for (const bridge::PoolStatus& pool : server_->pools()) {
    server_->set_max_workers(pool.key, count);
  }
}

void BridgeSession::pause() {
  for (const bridge::PoolStatus& pool : server_->pools()) {
    server_->pause(pool.key);
  }
}

void BridgeSession::resume() {
  for (const bridge::PoolStatus& pool : server_->pools()) {
    server_->resume(pool.key);
  }
}

std::uint32_t BridgeSession::maxWorkers() const {
  std::uint32_t most = 0;
  for (const bridge::PoolStatus& pool : server_->pools()) {
    most = std::max(most, pool.max_workers);
  }
  return most;
}

bool BridgeSession::paused() const {
  const auto pools = server_->pools();
  return !pools.empty() && std::all_of(pools.begin(), pools.end(),
                                       [](const bridge::PoolStatus& pool) { return pool.paused; });
}

void BridgeSession::addMarker(const std::string& text) {
  const std::lock_guard lock(mutex_);
  const trace::Event event{
      .time_ns = trace::now_ns(), .kind = trace::EventKind::marker, .detail = main_->intern(text)};
  processes_.front()->take({&event, 1});
}

storage::RecordingInfo BridgeSession::recordingInfo() const {
  storage::RecordingInfo info;
  info.version = kVersion;
  info.settings["command"] = options_.command;
  info.settings["cores"] = std::to_string(usable_cores());
  if (options_.maxWorkers) {
    info.settings["max_workers"] = std::to_string(*options_.maxWorkers);
  }
  return info;
}

Result<void> BridgeSession::startRecording(const std::filesystem::path& path, bool overwrite) {
  storage::WriteOptions options;
  options.info = recordingInfo();
  options.overwrite = overwrite;
  // Asked with the first batch, which the session has got by then. An empty batch makes it publish.
  auto soFar = [session = session_, main = processes_.front()->session()] {
    main->consume({});
    return session->snapshot();
  };
  auto recorder = storage::Recorder::create(path, main_, std::move(options), std::move(soFar));
  if (!recorder) {
    return tl::unexpected(recorder.error());
  }
  const std::lock_guard lock(mutex_);
  recorder_ = std::move(*recorder);
  for (const auto& each : processes_) {
    each->recordTo(wayInto(*each));
  }
  return {};
}

/// Under the lock.
std::shared_ptr<trace::Sink> BridgeSession::wayInto(const ProcessSink& process) const {
  if (recorder_ == nullptr || process.directory() == main_) {
    return recorder_;
  }
  return recorder_->add_process(process.directory());
}

Result<void> BridgeSession::stopRecording() {
  std::shared_ptr<storage::Recorder> recorder;
  {
    const std::lock_guard lock(mutex_);
    recorder = std::exchange(recorder_, nullptr);
    for (const auto& each : processes_) {
      each->recordTo(nullptr);
    }
  }
  return recorder != nullptr ? recorder->finish() : Result<void>();
}

std::shared_ptr<storage::Recorder> BridgeSession::recorder() const {
  const std::lock_guard lock(mutex_);
  return recorder_;
}

std::vector<bridge::Hello> BridgeSession::drain(std::chrono::milliseconds patience) {
  auto left = server_->drain(patience);
  const std::lock_guard lock(mutex_);
  processes_.front()->session()->consume({});
  return left;
}

}  // namespace poolscope::app
