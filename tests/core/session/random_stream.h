// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/event.h"

#include <cstdint>
#include <random>
#include <vector>

namespace poolscope::session {

/// How a random stream of events is made.
struct StreamOptions {
  int steps = 400;
  int pools = 2;
  int workers = 5;
  int callers = 2;
  int max_gap = 20;       ///< ns between steps; 0 is possible unless `distinct`
  bool distinct = false;  ///< no two events at the same time
  double drop = 0;        ///< share of events that get lost
  double swap = 0;  ///< share of events that change places with a neighbour, of the same thread too
  double overlap = 0;  ///< share of starts on a worker that is busy
  std::uint64_t id_step = 1;
  bool roam = false;  ///< workers take tasks of all pools
};

/// What pools, workers and callers might emit: in time order if nothing is swapped, threads told
/// batch by batch in any order as rings are drained. Every task is submitted, started, ended and
/// delivered at most once. Thread t of the stream is `t`, workers first.
std::vector<trace::Event> random_stream(const StreamOptions& options, std::mt19937_64& random);

}  // namespace poolscope::session
