// SPDX-License-Identifier: Apache-2.0
#include "core/trace/collector.h"

#include "core/base/thread_name.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <iterator>
#include <span>
#include <utility>

namespace poolscope::trace {
namespace {

// What a ring of TracerOptions' size holds of 16 M events/s is many times as long, so that a burst
// after a pause finds room.
constexpr std::chrono::microseconds kBusyInterval{1'000};
constexpr std::chrono::microseconds kIdleInterval{8'000};
constexpr std::chrono::microseconds kRushInterval{200};
/// So many events in a ring, or a quarter of it, are a rush.
constexpr std::size_t kRush = 32'768;

/// Merges [first, middle) and [middle, end) to `out`; gives the end of that. As std::merge, but
/// without a branch that depends on the times: those of a caller and its workers come by turns that
/// no processor can foretell.
Event* merge_two(const Event* first, const Event* const middle, const Event* const end,
                 Event* out) {
  const Event* second = middle;
  while (first != middle && second != end) {
    const bool second_is_earlier = second->time_ns < first->time_ns;
    *out++ = *(second_is_earlier ? second : first);
    second += second_is_earlier ? 1 : 0;
    first += second_is_earlier ? 0 : 1;
  }
  return std::copy(second, end, std::copy(first, middle, out));
}

}  // namespace

void merge_runs(std::vector<Event>& events, std::vector<std::size_t> ends,
                std::vector<Event>& scratch) {
  while (ends.size() > 1) {
    scratch.resize(events.size());
    std::vector<std::size_t> merged;
    merged.reserve((ends.size() + 1) / 2);
    const Event* const all = events.data();
    Event* out = scratch.data();
    std::size_t begin = 0;
    for (std::size_t k = 0; k < ends.size(); k += 2) {
      const std::size_t middle = ends[k];
      const std::size_t end = k + 1 < ends.size() ? ends[k + 1] : middle;
      out = merge_two(all + begin, all + middle, all + end, out);
      merged.push_back(end);
      begin = end;
    }
    events.swap(scratch);
    ends = std::move(merged);
  }
}

Collector::~Collector() {
  close();
}

void Collector::close() {
  stop_and_join();
  const std::lock_guard lock(mutex_);
  enable_locked(false);
  for (const auto& producer : producers_) {
    producer->abandoned_.store(true, std::memory_order_relaxed);
  }
}

void Collector::add_producer(std::shared_ptr<Producer> producer) {
  const std::lock_guard lock(mutex_);
  if (!running_) {  // nobody else would free what ended threads left
    std::erase_if(producers_, [this](const auto& each) {
      const bool ended = each->ended_.load(std::memory_order_acquire);
      dropped_by_ended_ += ended ? each->dropped() : 0;
      return ended;
    });
  }
  producer->set_enabled(enabled_);
  producers_.push_back(std::move(producer));
  ++producers_version_;
}

std::size_t Collector::producer_count() const {
  const std::lock_guard lock(mutex_);
  return producers_.size();
}

bool Collector::enabled() const {
  const std::lock_guard lock(mutex_);
  return enabled_;
}

void Collector::add_sink(std::shared_ptr<Sink> sink) {
  if (sink == nullptr) {
    return;
  }
  if (on_collector_thread()) {
    const std::lock_guard lock(mutex_);
    sinks_.push_back(std::move(sink));
    return;
  }
  const std::lock_guard control(control_);
  {
    const std::lock_guard lock(mutex_);
    if (!sinks_.empty()) {
      sinks_.push_back(std::move(sink));
      return;
    }
  }
  stop_and_join();  // one that lost its last sink by itself
  const std::lock_guard lock(mutex_);
  for (const auto& producer : producers_) {
    producer->discard();  // written by threads that had not yet seen that nobody listened
  }
  sinks_.push_back(std::move(sink));
  running_ = true;
  stop_ = false;
  thread_ = std::thread([this] { loop(); });
  thread_id_ = thread_.get_id();
  enable_locked(true);
}

void Collector::remove_sink(const std::shared_ptr<Sink>& sink) {
  if (on_collector_thread()) {
    const std::lock_guard lock(mutex_);
    std::erase(sinks_, sink);
    return;
  }
  const std::lock_guard control(control_);
  flush();
  bool last = false;
  {
    std::unique_lock lock(mutex_);
    std::erase(sinks_, sink);
    progress_.wait(lock, [&] { return in_use_ != sink.get(); });
    last = sinks_.empty();
  }
  if (last) {
    stop_and_join();
  }
}

void Collector::flush() {
  if (on_collector_thread()) {
    return;
  }
  std::unique_lock lock(mutex_);
  if (!running_) {
    return;
  }
  const std::uint64_t ticket = ++flush_asked_;
  wake_.notify_one();
  progress_.wait(lock, [&] { return flush_done_ >= ticket || !running_; });
}

std::uint64_t Collector::dropped() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t sum = dropped_by_ended_;
  for (const auto& producer : producers_) {
    sum += producer->dropped();
  }
  return sum;
}

void Collector::loop() {
  set_current_thread_name("collector");
  auto interval = kBusyInterval;
  bool unpublished = false;  // events were delivered after the last empty batch
  std::unique_lock lock(mutex_);
  while (!stop_ && !sinks_.empty()) {
    wake_.wait_for(lock, interval, [&] { return stop_ || flush_asked_ != flush_done_; });
    const std::uint64_t asked = flush_asked_;
    const bool flushing = asked != flush_done_;
    lock.unlock();
    const bool any = pass();
    unpublished = unpublished || any;
    if (flushing || (unpublished && !any)) {
      deliver({});
      unpublished = false;
    }
    interval = rush_ ? kRushInterval
               : any ? kBusyInterval
                     : std::min(std::max(interval, kBusyInterval) * 2, kIdleInterval);
    lock.lock();
    flush_done_ = asked;
    progress_.notify_all();
  }
  enable_locked(false);
  running_ = false;
  flush_done_ = flush_asked_;
  progress_.notify_all();
}

/// Takes what is in the rings now and delivers it. All ends are read before any ring is drained:
/// what one thread wrote because of what it saw of another is then hardly ever delivered before its
/// cause.
bool Collector::pass() {
  {
    const std::lock_guard lock(mutex_);
    if (drained_version_ != producers_version_) {
      drained_ = producers_;
      drained_version_ = producers_version_;
    }
  }
  std::vector<Producer*> ended;
  ring_ends_.clear();
  for (const auto& producer : drained_) {
    if (producer->ended_.load(std::memory_order_acquire)) {  // before its last end is read
      ended.push_back(producer.get());
    }
    ring_ends_.push_back(producer->ring_.end());
  }
  batch_.clear();
  rush_ = false;
  std::vector<std::size_t> runs;
  for (std::size_t i = 0; i < drained_.size(); ++i) {
    const std::size_t before = batch_.size();
    drained_[i]->drain(ring_ends_[i], batch_);
    if (batch_.size() > before) {
      runs.push_back(batch_.size());
      rush_ = rush_ || batch_.size() - before > std::min(kRush, drained_[i]->ring_.capacity() / 4);
    }
  }
  if (!ended.empty()) {
    drop_ended(ended);
  }
  if (batch_.empty()) {
    return false;
  }
  merge_runs(batch_, std::move(runs), scratch_);
  deliver(batch_);
  return true;
}

void Collector::deliver(std::span<const Event> events) {
  std::unique_lock lock(mutex_);
  std::vector<const Sink*> listeners;
  std::ranges::transform(sinks_, std::back_inserter(listeners), &std::shared_ptr<Sink>::get);
  for (const Sink* listener : listeners) {
    const auto found = std::ranges::find(sinks_, listener, &std::shared_ptr<Sink>::get);
    if (found == sinks_.end()) {
      continue;  // removed meanwhile
    }
    std::shared_ptr<Sink> sink = *found;
    in_use_ = listener;
    lock.unlock();
    try {
      sink->consume(events);
    } catch (...) {  // whatever it is must not end the process; the sink is of no more use
      const std::lock_guard dropping(mutex_);
      std::erase(sinks_, sink);
    }
    sink.reset();  // not under the lock: it may be the last, and go here
    lock.lock();
    in_use_ = nullptr;
    progress_.notify_all();
  }
}

void Collector::drop_ended(const std::vector<Producer*>& ended) {
  const std::lock_guard lock(mutex_);
  std::erase_if(producers_, [&](const auto& each) {
    const bool gone = std::find(ended.begin(), ended.end(), each.get()) != ended.end();
    dropped_by_ended_ += gone ? each->dropped() : 0;
    return gone;
  });
  ++producers_version_;
}

/// Called with mutex_ held.
void Collector::enable_locked(bool enabled) {
  enabled_ = enabled;
  for (const auto& producer : producers_) {
    producer->set_enabled(enabled);
  }
}

bool Collector::on_collector_thread() const {
  const std::lock_guard lock(mutex_);
  return running_ && thread_id_ == std::this_thread::get_id();
}

void Collector::stop_and_join() {
  flush();
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    wake_.notify_one();
  }
  if (thread_.joinable()) {
    thread_.join();
  }
}

}  // namespace poolscope::trace
