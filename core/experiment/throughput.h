// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/task_records.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace poolscope::experiment {

struct RunLoad {
  std::uint64_t workers = 1;
  std::size_t cores = 1;
  /// Of a load whose tasks come by themselves: how many a second the scenario names.
  std::optional<double> arrivals_per_s = {};
  double arrivals_period = 0;    ///< seconds until they come again as before; 0: they never do
  bool waits_for_batch = false;  ///< nothing comes until all that came before is done
};

/// What a run got done once it was warm.
struct Throughput {
  double per_s = 0;        ///< tasks that ran to their end
  double finish_rate = 0;  ///< the same with the chance in the arrivals
  TimeNs warm = 0;         ///< when the warm-up was over
  TimeNs begin = 0;        ///< of what is counted; not in the midst of a wave
  TimeNs end = 0;          ///< of it
  bool steady = true;      ///< it did not drift
};

/// Of a run over [begin, end], measured or replayed: both are judged by the same rule, so that its
/// flaws in a short run are those of both. `warm`: when it is, where another run tells that (what
/// MSER-5 cuts may hang on microseconds); else it is found. Nothing where too few tasks were
/// finished to say anything. Of tasks that come by themselves, chance in the arrivals is taken out:
/// where the pool keeps up, it is the share of them that was finished, times the rate that the
/// scenario names. Where batches are waited for, whole ones are counted, as far as there is one.
/// Threads: any.
std::optional<Throughput> throughput_of(const std::vector<TaskRecord>& tasks, const RunLoad& load,
                                        TimeNs begin, TimeNs end, std::optional<TimeNs> warm = {});

}  // namespace poolscope::experiment
