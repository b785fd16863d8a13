// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/session.h"
#include "core/trace/directory.h"
#include "core/trace/event.h"
#include "random_stream.h"
#include "reference_model.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace poolscope::session {

inline std::shared_ptr<trace::Directory> directory_of(int threads) {
  auto directory = std::make_shared<trace::Directory>();
  for (int i = 1; i <= threads; ++i) {
    directory->add_thread({"t" + std::to_string(i), i});
  }
  directory->intern("alpha");
  directory->intern("beta");
  return directory;
}

/// In batches of any size; now and then an empty one, so that the session publishes what it has.
inline void feed(trace::Sink& sink, const std::vector<trace::Event>& events,
                 std::mt19937_64& random) {
  for (std::size_t i = 0; i < events.size();) {
    const std::size_t count = std::min<std::size_t>(events.size() - i, 1 + random() % 60);
    sink.consume({events.data() + i, count});
    i += count;
    if (random() % 16 == 0) {
      sink.consume({});
    }
  }
  sink.consume({});
}

inline bool near(double a, double b) {
  return std::abs(a - b) <= 1e-5 * (1 + std::abs(a) + std::abs(b));
}

/// A stream in a session and in the model, and questions at random.
struct Pair {
  Pair(const std::vector<trace::Event>& events, const StreamOptions& options,
       std::mt19937_64& random_in)
      : random(random_in),
        model(events),
        pools(options.pools) {
    const std::shared_ptr<trace::Sink> sink =
        session.add_process(directory_of(options.workers + options.callers));
    feed(*sink, events, random);
    snapshot = session.snapshot();
    for (const Lane& lane : snapshot->lanes()) {
      lanes[static_cast<trace::ThreadId>(lane.os_id)] = lane.id;
    }
    for (const Pool& pool : snapshot->pools()) {
      pool_index[pool.id] = pool.index;
    }
  }
  TimeNs time() {
    const TimeNs span = model.end() - model.begin() + 40;
    return model.begin() - 20 + static_cast<TimeNs>(random() % static_cast<std::uint64_t>(span));
  }
  std::pair<TimeNs, TimeNs> range() {
    const TimeNs a = time();
    const TimeNs b = time();
    return std::minmax(a, b);
  }

  std::mt19937_64& random;
  ReferenceModel model;
  int pools;
  Session session;
  std::shared_ptr<const Snapshot> snapshot;
  std::map<trace::ThreadId, LaneId> lanes;
  std::map<trace::PoolId, PoolIndex> pool_index;
};

}  // namespace poolscope::session
