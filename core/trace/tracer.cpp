// SPDX-License-Identifier: Apache-2.0
#include "core/trace/tracer.h"

#include "core/base/thread_name.h"
#include "core/trace/collector.h"

#include <algorithm>
#include <array>
#include <bit>
#include <fstream>
#include <mutex>
#include <pthread.h>
#include <string>
#include <unistd.h>
#include <unordered_map>
#include <utility>
#include <vector>

namespace poolscope::trace {
namespace {

/// What a thread needs to enter a tracer that it knows only by id.
struct Entrance {
  TracerOptions options;
  std::shared_ptr<Directory> directory;
  std::weak_ptr<Collector> collector;
};

struct Registry {
  std::mutex mutex;  // guards what follows
  TracerId next_id = 1;
  std::unordered_map<TracerId, Entrance> entrances;
};

/// Never destroyed: threads may end after the statics.
Registry& registry() {
  static auto& instance = *new Registry;
  return instance;
}

Producer& null_producer() {
  static auto& instance = *new Producer(0, 2, false);
  return instance;
}

std::string process_name() {
  std::ifstream file("/proc/self/comm");
  std::string name;
  std::getline(file, name);
  return name;
}

ThreadInfo this_thread_info() {
  std::array<char, 16> name = {};
  pthread_getname_np(pthread_self(), name.data(), name.size());
  return {.name = name.data(), .os_id = gettid()};
}

}  // namespace

/// The producers of one thread, one for each tracer that it met. Ends them with the thread.
class ThreadProducers {
 public:
  ThreadProducers() = default;
  ThreadProducers(const ThreadProducers&) = delete;
  ThreadProducers& operator=(const ThreadProducers&) = delete;

  ~ThreadProducers() {
    over_ = true;
    detail::t_last_producer = {};
    for (const auto& [tracer, producer] : producers_) {
      producer->ended_.store(true, std::memory_order_release);  // pairs with the acquire in pass()
    }
  }

  /// Whether this thread is past the end of its ThreadProducers (it is in destructors of other
  /// thread-locals).
  static bool over() { return over_; }

  Producer* find(TracerId tracer) const {
    const auto found = std::find_if(producers_.begin(), producers_.end(),
                                    [&](const auto& each) { return each.first == tracer; });
    return found != producers_.end() ? found->second.get() : nullptr;
  }

  void add(TracerId tracer, std::shared_ptr<Producer> producer) {
    std::erase_if(producers_, [](const auto& each) {
      return each.second->abandoned_.load(std::memory_order_relaxed);
    });
    producers_.emplace_back(tracer, std::move(producer));
  }

 private:
  static constinit thread_local bool over_;
  std::vector<std::pair<TracerId, std::shared_ptr<Producer>>> producers_;
};

constinit thread_local bool ThreadProducers::over_ = false;

namespace {
thread_local ThreadProducers t_producers;

/// Enters the calling thread; null if the tracer is gone.
std::shared_ptr<Producer> enter(TracerId tracer) {
  Entrance entrance;
  {
    Registry& all = registry();
    const std::lock_guard lock(all.mutex);
    const auto found = all.entrances.find(tracer);
    if (found == all.entrances.end()) {
      return nullptr;
    }
    entrance = found->second;
  }
  const std::shared_ptr<Collector> collector = entrance.collector.lock();
  if (collector == nullptr) {
    return nullptr;
  }
  const TracerOptions& options = entrance.options;
  const std::size_t slots = collector->producer_count() < options.large_rings
                                ? options.ring_slots
                                : options.small_ring_slots;
  auto producer = std::make_shared<Producer>(entrance.directory->add_thread(this_thread_info()),
                                             std::bit_ceil(std::max<std::size_t>(slots, 2)), false);
  collector->add_producer(producer);
  return producer;
}

}  // namespace

Producer& detail::find_producer(TracerId tracer) {
  if (tracer == 0 || ThreadProducers::over()) {
    return null_producer();
  }
  Producer* producer = t_producers.find(tracer);
  if (producer == nullptr) {
    std::shared_ptr<Producer> entered = enter(tracer);
    if (entered == nullptr) {
      return null_producer();
    }
    producer = entered.get();
    t_producers.add(tracer, std::move(entered));
  }
  t_last_producer = {tracer, producer};
  return *producer;
}

Tracer::Tracer(TracerOptions options)
    : id_([] {
        Registry& all = registry();
        const std::lock_guard lock(all.mutex);
        return all.next_id++;
      }()),
      directory_(std::make_shared<Directory>(ProcessInfo{.pid = getpid(), .name = process_name()})),
      collector_(std::make_shared<Collector>()) {
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  all.entrances.emplace(id_, Entrance{options, directory_, collector_});
}

Tracer::~Tracer() {
  {
    Registry& all = registry();
    const std::lock_guard lock(all.mutex);
    all.entrances.erase(id_);
  }
  collector_->close();
}

void Tracer::add_sink(std::shared_ptr<Sink> sink) {
  collector_->add_sink(std::move(sink));
}
void Tracer::remove_sink(const std::shared_ptr<Sink>& sink) {
  collector_->remove_sink(sink);
}
void Tracer::flush() {
  collector_->flush();
}
std::uint64_t Tracer::lost_events() const {
  return collector_->dropped();
}

void Tracer::name_this_thread(std::string_view name) {
  directory_->set_thread_name(producer().thread(), name);
  set_current_thread_name(name);
}

void Tracer::marker(std::string_view text) {
  Producer& mine = producer();
  if (mine.enabled()) {
    mine.record({.time_ns = now_ns(),
                 .thread = mine.thread(),
                 .kind = EventKind::marker,
                 .detail = intern(text)});
  }
}

}  // namespace poolscope::trace
