// SPDX-License-Identifier: Apache-2.0
#include "core/session/session.h"

#include "core/session/stored_snapshot.h"
#include "core/session/writer.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <utility>

namespace poolscope::session {
namespace {

using Clock = std::chrono::steady_clock;
// Often enough for every frame; and when nobody asks, so seldom that it costs nothing, but the
// first who does is answered with something fresh.
constexpr Clock::duration kWhenAsked = std::chrono::milliseconds(8);
constexpr Clock::duration kWhenNot = std::chrono::milliseconds(64);
// Of what publishing took, where lanes are begun anew in each: see Writer::defers().
constexpr int kPause = 4;

}  // namespace

class Session::Store {
 public:
  Store() : published_(std::make_shared<StoredSnapshot>(State{})) {}

  std::uint32_t add_process(std::shared_ptr<const trace::Directory> directory) {
    const std::lock_guard lock(writer_mutex_);
    const std::uint32_t process = writer_.add_process(std::move(directory));
    publish();
    return process;
  }

  void consume(std::uint32_t process, std::span<const trace::Event> events) {
    const std::lock_guard lock(writer_mutex_);
    writer_.consume(process, events);
    pending_ = pending_ || !events.empty();
    if (!pending_) {
      return;
    }
    const Clock::duration age = Clock::now() - published_at_;
    const Clock::duration due = asked_.load(std::memory_order_relaxed) ? kWhenAsked : kWhenNot;
    const Clock::duration pause = writer_.defers() ? kPause * publishing_took_ : Clock::duration();
    if (events.empty() || age >= std::max(due, pause)) {
      publish();
    }
  }

  void add_anomalies(std::uint64_t count) {
    const std::lock_guard lock(writer_mutex_);
    writer_.add_anomalies(count);
    publish();
  }

  void set_memory_limit(std::size_t bytes) {
    // Nothing else depends on it.
    memory_limit_.store(bytes, std::memory_order_relaxed);
  }

  std::shared_ptr<const Snapshot> snapshot() {
    // Only a hint when to publish: it orders nothing.
    asked_.store(true, std::memory_order_relaxed);
    const std::lock_guard lock(published_mutex_);
    return published_;
  }

 private:
  void publish() {
    const Clock::time_point begin = Clock::now();
    std::shared_ptr<const Snapshot> fresh = std::make_shared<StoredSnapshot>(
        writer_.publish(memory_limit_.load(std::memory_order_relaxed)));
    asked_.store(false, std::memory_order_relaxed);
    pending_ = false;
    published_at_ = Clock::now();
    publishing_took_ = published_at_ - begin;
    const std::lock_guard lock(published_mutex_);
    published_.swap(
        fresh);  // the old one goes when the lock is released: `fresh` was made before it
  }

  std::mutex writer_mutex_;  // guards writer_, pending_, published_at_, publishing_took_
  Writer writer_;
  bool pending_ = false;
  Clock::time_point published_at_ = {};
  Clock::duration publishing_took_ = {};
  std::atomic<bool> asked_ = false;
  std::atomic<std::size_t> memory_limit_ = 0;

  std::mutex published_mutex_;  // guards published_; held for a copy of the pointer only
  std::shared_ptr<const Snapshot> published_;
};

namespace {

template <typename Store>
class ProcessSink final : public trace::Sink {
 public:
  ProcessSink(std::shared_ptr<Store> store, std::uint32_t process)
      : store_(std::move(store)),
        process_(process) {}
  void consume(std::span<const trace::Event> events) override { store_->consume(process_, events); }

 private:
  const std::shared_ptr<Store> store_;
  const std::uint32_t process_;
};

}  // namespace

Session::Session() : store_(std::make_shared<Store>()) {}
Session::~Session() = default;

std::shared_ptr<trace::Sink> Session::add_process(
    std::shared_ptr<const trace::Directory> directory) {
  const std::uint32_t process = store_->add_process(std::move(directory));
  return std::make_shared<ProcessSink<Store>>(store_, process);
}

void Session::add_anomalies(std::uint64_t count) {
  store_->add_anomalies(count);
}

void Session::set_memory_limit(std::size_t bytes) {
  store_->set_memory_limit(bytes);
}

std::shared_ptr<const Snapshot> Session::snapshot() const {
  return store_->snapshot();
}

}  // namespace poolscope::session
