// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/trial.h"

#include "core/experiment/named_figure.h"
#include "core/experiment/words.h"

#include <algorithm>
#include <utility>

namespace poolscope::experiment {
namespace {

using session::Snapshot;
using session::TimeNs;
using Verdict = TrialOutcome::Verdict;

// Less of a run than this says nothing of how it was.
constexpr TimeNs kLeastBefore = 200'000'000;

std::string times_text(double ratio) {
  return ratio >= 0.995 && ratio < 1.005 ? std::string("as before")
                                         : shown(ratio) + " times as much as before";
}

}  // namespace

Trial::Trial(workload::Try what, const Snapshot& before, TimeNs pressed, bool as_started)
    : what_(std::move(what)),
      pressed_(pressed),
      as_started_(as_started) {
  const TimeNs begin = std::max(before.begin(), pressed - what_.during.count());
  if (what_.against_before && !before.empty() && pressed - begin >= kLeastBefore) {
    before_ = named_figure(before, what_.figure, begin, pressed);
  }
}

TimeNs Trial::begin(const Snapshot& snapshot) const {
  return (what_.with.empty() ? pressed_ : snapshot.begin()) + what_.after.count();
}

bool Trial::is_due(const Snapshot& snapshot, TimeNs now) const {
  return !snapshot.empty() && now >= begin(snapshot) + what_.during.count();
}

TrialOutcome Trial::look(const Snapshot& snapshot) const {
  const TimeNs from = begin(snapshot);
  TrialOutcome outcome{.before = before_};
  outcome.after = named_figure(snapshot, what_.figure, from, from + what_.during.count());
  if (!outcome.after) {
    outcome.text = "No task to look at.";
    return outcome;
  }
  outcome.text = figure_words(what_.figure, *outcome.after);
  double value = *outcome.after;
  if (what_.against_before) {
    if (!before_ || *before_ <= 0) {
      outcome.text += "; of before too little is known to compare.";
      return outcome;
    }
    value = *outcome.after / *before_;
    outcome.text += ", " + times_text(value);
  }
  outcome.text += ".";
  const bool holds = value >= what_.min.value_or(value) && value <= what_.max.value_or(value);
  outcome.verdict = holds ? Verdict::kept : as_started_ ? Verdict::missed : Verdict::only_seen;
  return outcome;
}

}  // namespace poolscope::experiment
