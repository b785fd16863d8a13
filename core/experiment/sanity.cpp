// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/sanity.h"

#include "core/experiment/queueing.h"
#include "core/experiment/words.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace poolscope::experiment {
namespace {

constexpr double kAgrees = 0.05;
constexpr double kHandOver =
    1e-4;  // seconds, to wake a worker, on a machine with other things to do

std::string littles_note(const Sanity& sanity) {
  if (sanity.busy_by_littles_law <= 0) {
    return "Nothing was finished.";
  }
  const double larger = std::max(sanity.busy_workers, sanity.busy_by_littles_law);
  const double off = std::abs(sanity.busy_workers - sanity.busy_by_littles_law) / larger;
  return off <= kAgrees ? "Little's law holds within " + shown_percent(kAgrees) + "."
                        : "Little's law is off by " + shown_percent(off) +
                              ": of the tasks at the ends of a short run a part is seen.";
}

/// "1 worker", "1, 2 and 4 workers".
std::string counts_text(const std::vector<std::uint64_t>& counts) {
  std::string text;
  for (std::size_t i = 0; i + 1 < counts.size(); ++i) {
    text += (i > 0 ? ", " : "") + std::to_string(counts[i]);
  }
  return (text.empty() ? "" : text + " and ") + workers_text(counts.back());
}

}  // namespace

Sanity sanity_of(const SweepPoint& point, const workload::Load& load) {
  Sanity sanity;
  double run_time = 0;
  const auto count = static_cast<double>(point.runs.size());
  for (const RunFigures& run : point.runs) {
    sanity.busy_workers += run.busy_workers / count;
    sanity.busy_by_littles_law += run.finish_rate * run.run_time_mean / count;
    sanity.queue_wait_mean += run.queue_wait_mean / count;
    run_time += run.run_time_mean / count;
  }
  sanity.littles_note = littles_note(sanity);
  if (load.pattern != workload::LoadPattern::poisson) {
    sanity.erlangs_note =
        "Erlang's formulas are for tasks that come at random times by themselves: not "
        "for this load.";
    return sanity;
  }
  if (std::ranges::any_of(point.runs, [](const RunFigures& run) { return run.arrivals_late; })) {
    sanity.erlangs_note =
        "Erlang's formulas are for tasks that are queued as soon as they come: these were late.";
    return sanity;
  }
  if (run_time <= 0) {
    sanity.erlangs_note = "Erlang's formulas need a run time: there is none.";
    return sanity;
  }
  const auto theory = mmc(load.rate_per_s, 1 / run_time, point.workers);
  if (!theory) {
    sanity.erlangs_note =
        "More tasks come than so many workers can run: the wait has no steady value.";
    return sanity;
  }
  sanity.queue_wait_by_erlang_c = theory->wq;
  sanity.erlangs_note =
      "Erlang's wait is for exponential run times; with fixed ones it is half of it.";
  if (theory->wq < kHandOver && sanity.queue_wait_mean > theory->wq) {
    sanity.erlangs_note += " The microseconds that it takes to hand a task over are not in it.";
  }
  return sanity;
}

std::vector<Sanity> sanity_of(const SweepResult& result) {
  std::vector<Sanity> all;
  for (const SweepPoint& point : result.points) {
    all.push_back(sanity_of(point, result.load));
  }
  return all;
}

std::vector<std::string> sanity_notes(const SweepResult& result) {
  const std::vector<Sanity> all = sanity_of(result);
  std::vector<std::string> texts;
  for (const auto part : {&Sanity::littles_note, &Sanity::erlangs_note}) {
    std::vector<std::pair<std::string, std::vector<std::uint64_t>>> notes;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto text = [](const auto& item) { return item.first; };
      auto known = std::ranges::find(notes, all[i].*part, text);
      if (known == notes.end()) {
        known = notes.insert(notes.end(), {all[i].*part, {}});
      }
      known->second.push_back(result.points[i].workers);
    }
    for (const auto& [note, counts] : notes) {
      texts.push_back(notes.size() == 1 ? note : counts_text(counts) + ": " + note);
    }
  }
  return texts;
}

}  // namespace poolscope::experiment
