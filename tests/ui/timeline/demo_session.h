// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/ui/timeline/fake_snapshot.h"

#include <queue>

#include <cmath>
#include <functional>
#include <memory>
#include <random>
#include <utility>
#include <vector>

namespace poolscope::test {

struct DemoOptions {
  std::uint32_t before = 4;  ///< max_workers at first
  std::uint32_t after = 8;   ///< and from raisedAt on
  TimeNs raisedAt = 1'900 * kMs;
  TimeNs length = 2'620 * kMs;
  std::uint32_t batch = 40;
  double ioMs = 90;
  unsigned seed = 3;
};

/// What a pool fed by map() in batches looks like: I/O, a lock now and then, some computing, a
/// failure here and there. Tasks that are not over at `length` are running or waiting, so that it
/// looks like a live session.
inline std::shared_ptr<FakeSnapshot> demoSession(const DemoOptions& options = {}) {
  auto s = std::make_shared<FakeSnapshot>();
  // A begin that is not 0, as CLOCK_MONOTONIC has it.
  const TimeNs zero = 86'400'000'000'000 + 12'345;
  s->begin_ = zero;
  const PoolIndex pool = s->addPool(zero, options.before, "web");
  const LaneId caller = s->addCaller("main", zero);
  if (options.raisedAt < options.length && options.after != options.before) {
    s->setMaxWorkers(pool, zero + options.raisedAt, options.after);
  }
  std::mt19937 random(options.seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  using Free = std::pair<TimeNs, std::uint32_t>;
  std::priority_queue<Free, std::vector<Free>, std::greater<>> free;
  std::vector<LaneId> workers;
  const auto ms = [](double value) { return static_cast<TimeNs>(value * 1e6); };
  const char* const kinds[] = {"fetch page", "fetch page", "fetch page", "parse feed",
                               "resize image"};
  const TimeNs now = zero + options.length;
  TimeNs batchBegin = zero + 4 * kMs;
  while (batchBegin < now) {
    TimeNs delivered = batchBegin + ms(0.6) * options.batch;
    TimeNs last = batchBegin;
    for (std::uint32_t i = 0; i < options.batch; ++i) {
      const TimeNs queued = batchBegin + ms(0.6 * i);
      TimeNs start = 0;
      std::uint32_t worker = 0;
      const std::uint32_t limit =
          queued - zero >= options.raisedAt ? options.after : options.before;
      const bool raises = workers.size() >= options.before && workers.size() < options.after &&
                          !free.empty() && free.top().first >= zero + options.raisedAt;
      if ((workers.size() < limit && (free.empty() || free.top().first > queued)) || raises) {
        start =
            raises && workers.size() >= limit ? zero + options.raisedAt : std::max(queued, zero);
        worker = static_cast<std::uint32_t>(workers.size());
        if (start < now) {
          workers.push_back(s->addWorker(pool, worker, start));
        }
        start += ms(0.05);
      } else {
        start = std::max(queued, free.top().first) + ms(0.05);
        worker = free.top().second;
        free.pop();
      }
      const double io = options.ioMs * std::exp(normal(random) * 0.45);
      const double cpu = 12 + 20 * uniform(random);
      const double lock = uniform(random) < 0.3 ? 22 * uniform(random) : 0;
      const bool failed = uniform(random) < 0.035;
      const char* name = kinds[static_cast<std::size_t>(uniform(random) * 4.999)];
      const TimeNs end = start + ms(io + cpu + lock);
      free.emplace(end, worker);
      last = std::max(last, end);
      if (queued > now) {
        continue;
      }
      Task& task = s->addTask(pool, caller, queued, name);
      if (start < now) {
        s->runTask(task, workers[worker], start, end <= now ? std::optional(end) : std::nullopt,
                   failed && end <= now);
        const auto phase = [&](trace::PhaseKind kind, TimeNs a, TimeNs b, const char* what) {
          if (a < now && b > a) {
            s->addPhase(task, kind, a, b <= now ? b : kForever, what);
          }
        };
        const TimeNs a = start + ms(io);
        const TimeNs b = a + ms(lock);
        phase(std::string_view(name) == "resize image" ? trace::PhaseKind::file_io
                                                       : trace::PhaseKind::io_wait,
              start, a, "GET /page");
        phase(trace::PhaseKind::lock_wait, a, b, "db");
        phase(trace::PhaseKind::compute, b, end, "");
        if (failed) {
          task.error = s->text("HTTPError: 503 Service Unavailable");
        }
      }
      const TimeNs got = std::max(delivered, end) + ms(0.02);
      if (delivered < now && got > delivered + ms(0.1)) {
        s->blocked_.push_back(
            {caller, {trace::BlockReason::map, task.key, delivered, got <= now ? got : kForever}});
      }
      if (got <= now) {
        task.delivered = got;
        task.receiver = caller;
      }
      delivered = std::max(delivered, got) + ms(0.3);
    }
    batchBegin = std::max(last, delivered) + ms(30);
  }
  s->end_ = now;
  return s;
}

}  // namespace poolscope::test
