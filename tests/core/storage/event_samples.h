// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/session.h"
#include "core/storage/vocabulary.h"
#include "core/trace/directory.h"
#include "core/trace/event.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace poolscope::storage {

/// Keeps what it is handed.
struct KeepingSink final : trace::Sink {
  std::vector<trace::Event> events = {};
  void consume(std::span<const trace::Event> batch) override {
    events.insert(events.end(), batch.begin(), batch.end());
  }
};

/// An event whose name ids have been replaced by their texts, to compare events of two directories.
using PlainEvent = std::tuple<std::uint64_t, int, std::uint64_t, std::uint32_t, int, int,
                              std::uint64_t, std::string>;
inline PlainEvent plain(const trace::Event& event, const trace::Directory& directory) {
  const DetailParts parts = split_detail(event.kind, event.detail);
  return {event.time_ns, static_cast<int>(event.kind),           event.task,
          event.thread,  static_cast<int>(event.outcome),        event.pool,
          parts.rest,    std::string(directory.name(parts.name))};
}

/// All of a process of a snapshot, in an order that depends on the events only.
inline std::vector<PlainEvent> plain_events(const session::Snapshot& snapshot,
                                            std::uint32_t process = 0) {
  KeepingSink sink;
  snapshot.replay(process, sink);
  std::vector<PlainEvent> events;
  for (const trace::Event& event : sink.events) {
    events.push_back(plain(event, *snapshot.directory(process)));
  }
  std::sort(events.begin(), events.end());
  return events;
}

/// A pool as a tracer would tell of it, simulated: deterministic for a seed.
class SimulatedPool {
 public:
  struct Options {
    std::size_t tasks = 100;
    std::uint32_t workers = 4;
    std::uint64_t seed = 1;
    bool phases = false;
    bool failures = false;
    bool deliveries = true;
    std::size_t names = 10;
    trace::PoolId pool = 1;
    std::uint64_t first_task = 1;
  };

  explicit SimulatedPool(Options options)
      : SimulatedPool(options, std::make_shared<trace::Directory>(
                                   trace::ProcessInfo{.pid = 4242, .name = "sample"})) {}
  SimulatedPool(Options options, std::shared_ptr<trace::Directory> names)
      : directory(std::move(names)),
        options_(options),
        random_(options.seed) {
    caller_ = directory->add_thread({.name = "main", .os_id = 4242});
    const std::string pool = "pool-" + std::to_string(options.pool);
    add({.time_ns = kBegin,
         .thread = caller_,
         .kind = trace::EventKind::pool_created,
         .detail = trace::pool_detail(options.workers, directory->intern(pool))});
    for (std::uint32_t i = 0; i < options.workers; ++i) {
      const std::string name = pool + "_" + std::to_string(i);
      workers_.push_back(directory->add_thread({.name = name, .os_id = 5000 + i}));
      free_at_.push_back(kBegin + 1000);
      add({.time_ns = kBegin + 1000,
           .thread = workers_.back(),
           .kind = trace::EventKind::worker_started,
           .detail = trace::worker_detail(directory->intern(name), i)});
    }
    for (std::size_t i = 0; i < options.tasks; ++i) {
      add_task(options.first_task + i);
    }
    std::stable_sort(events.begin(), events.end(),
                     [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; });
  }

  static constexpr std::uint64_t kBegin = 50'000'000'000;
  std::shared_ptr<trace::Directory> directory;
  std::vector<trace::Event> events;

 private:
  void add(trace::Event event) {
    event.pool = options_.pool;
    events.push_back(event);
  }
  std::uint64_t some(std::uint64_t mean) {
    return static_cast<std::uint64_t>(
               std::exponential_distribution<double>(1.0 / static_cast<double>(mean))(random_)) +
           10;
  }
  void add_task(std::uint64_t task) {
    using trace::EventKind;
    queued_at_ += some(30'000);
    const trace::NameId name =
        options_.names == 0
            ? 0
            : directory->intern("fetch page " + std::to_string(random_() % options_.names));
    add({.time_ns = queued_at_,
         .task = task,
         .thread = caller_,
         .kind = EventKind::task_queued,
         .detail = name});
    const auto free = std::min_element(free_at_.begin(), free_at_.end());
    const auto worker = workers_[static_cast<std::size_t>(free - free_at_.begin())];
    std::uint64_t now = std::max(queued_at_, *free) + some(900);
    if (options_.failures && task % 17 == 0) {
      add({.time_ns = now,
           .task = task,
           .thread = caller_,
           .kind = EventKind::task_finished,
           .outcome = trace::Outcome::cancelled});
      return;
    }
    add({.time_ns = now, .task = task, .thread = worker, .kind = EventKind::task_started});
    if (options_.phases) {
      const auto detail =
          trace::phase_detail(trace::PhaseKind::io_wait, directory->intern("GET /page"));
      add({.time_ns = now += some(200),
           .task = task,
           .thread = worker,
           .kind = EventKind::phase_begin,
           .detail = detail});
      const auto blocked = trace::blocked_detail(trace::BlockReason::result, task + 1);
      add({.time_ns = now += some(200),
           .task = task,
           .thread = worker,
           .kind = EventKind::blocked_begin,
           .detail = blocked});
      add({.time_ns = now += some(200),
           .task = task,
           .thread = worker,
           .kind = EventKind::blocked_end,
           .detail = blocked});
      add({.time_ns = now += some(200),
           .task = task,
           .thread = worker,
           .kind = EventKind::phase_end,
           .detail = detail});
    }
    now += some(30'000 * options_.workers);
    const bool failed = options_.failures && task % 5 == 0;
    add({.time_ns = now,
         .task = task,
         .thread = worker,
         .kind = EventKind::task_finished,
         .outcome = failed ? trace::Outcome::error : trace::Outcome::ok,
         .detail = options_.failures
                       ? trace::finished_detail(task * 1000,
                                                failed ? directory->intern("ValueError: 7") : 0)
                       : 0});
    *free = now;
    if (options_.deliveries) {
      add({.time_ns = now + 500,
           .task = task,
           .thread = caller_,
           .kind = EventKind::result_delivered});
    }
  }

  Options options_;
  std::mt19937_64 random_;
  trace::ThreadId caller_ = 0;
  std::vector<trace::ThreadId> workers_;
  std::vector<std::uint64_t> free_at_;
  std::uint64_t queued_at_ = kBegin + 2000;
};

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// A session that has consumed `events`.
inline std::unique_ptr<session::Session> session_of(
    const std::shared_ptr<trace::Directory>& directory, std::span<const trace::Event> events) {
  auto session = std::make_unique<session::Session>();
  const auto sink = session->add_process(directory);
  sink->consume(events);
  sink->consume({});
  return session;
}

/// One worker; the first task's end is lost, the second is queued after it started.
inline std::unique_ptr<session::Session> damaged_session() {
  using trace::EventKind;
  constexpr std::uint64_t kBegin = 50'000'000'000;
  constexpr std::uint64_t kMs = 1'000'000;
  const auto names = std::make_shared<trace::Directory>(trace::ProcessInfo{.pid = 1, .name = "p"});
  const auto caller = names->add_thread({.name = "main", .os_id = 1});
  const auto worker = names->add_thread({.name = "web_0", .os_id = 2});
  std::vector<trace::Event> events;
  const auto add = [&](EventKind kind, std::uint64_t at_ms, std::uint64_t task,
                       trace::ThreadId thread, std::uint64_t detail = 0) {
    events.push_back({.time_ns = kBegin + at_ms * kMs,
                      .task = task,
                      .thread = thread,
                      .kind = kind,
                      .pool = 1,
                      .detail = detail});
  };
  add(EventKind::pool_created, 0, 0, caller, trace::pool_detail(1, names->intern("web")));
  add(EventKind::worker_started, 0, 0, worker, trace::worker_detail(names->intern("web_0"), 0));
  add(EventKind::task_queued, 1, 1, caller, names->intern("fetch"));
  add(EventKind::task_started, 2, 1, worker);
  add(EventKind::task_started, 10, 2, worker);
  add(EventKind::task_queued, 12, 2, caller, names->intern("fetch"));
  add(EventKind::task_finished, 15, 2, worker);
  return session_of(names, events);
}

}  // namespace poolscope::storage
