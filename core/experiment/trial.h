// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "core/workload/scenario.h"

#include <cstddef>
#include <optional>
#include <string>

namespace poolscope::experiment {

struct TrialOutcome {
  enum class Verdict {
    kept,        ///< what was promised is seen
    missed,      ///< it is not
    only_seen,   ///< figures, but not from where the promise starts: the scenario's own workers
    cannot_tell  ///< nothing to look at
  };
  Verdict verdict = Verdict::cannot_tell;
  std::optional<double> before = {};
  std::optional<double> after = {};
  std::string text = {};  ///< one sentence with the figures
};

/// A try of a scenario that somebody has just made: knows how it was before, and says what came of
/// it when there was time enough. Threads: one at a time.
class Trial {
 public:
  /// `pressed` is when, on the session's clock; `as_started`: the pool still has what the scenario
  /// gave it, which the promise is about. Looks at `before`, the session that runs then.
  Trial(workload::Try what, const session::Snapshot& before, session::TimeNs pressed,
        bool as_started);

  const workload::Try& what() const { return what_; }
  /// Whether `now` is late enough to look; of a try that starts again, `snapshot` is the new run's.
  bool is_due(const session::Snapshot& snapshot, session::TimeNs now) const;
  /// Cost: as named_figure().
  TrialOutcome look(const session::Snapshot& snapshot) const;

 private:
  session::TimeNs begin(const session::Snapshot& snapshot) const;

  workload::Try what_;
  session::TimeNs pressed_;
  bool as_started_;
  std::optional<double> before_ = {};
};

}  // namespace poolscope::experiment
