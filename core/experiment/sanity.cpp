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

std::string littles_note(const Sanity& sanity) {
  const double larger = std::max(sanity.busy_workers, sanity.busy_by_littles_law);
  if (larger <= 0) {
    return "Nothing was finished.";
  }
  const double off = std::abs(sanity.busy_workers - sanity.busy_by_littles_law) / larger;
  return off <= kAgrees ? "Little's law holds within " + shown_percent(kAgrees) + "."
                        : "Little's law is off by " + shown_percent(off) +
                              ": of tasks that are long beside the run much is not seen.";
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
  sanity.note = littles_note(sanity);
  if (load.pattern != workload::LoadPattern::poisson) {
    sanity.note +=
        " Erlang's formulas are for tasks that come at random times by themselves: not "
        "for this load.";
    return sanity;
  }
  const auto theory =
      run_time > 0 ? mmc(load.rate_per_s, 1 / run_time, point.workers) : std::nullopt;
  if (theory) {
    sanity.queue_wait_by_erlang_c = theory->wq;
    sanity.note += " Erlang's wait is for exponential run times; with fixed ones it is half of it.";
  } else {
    sanity.note += " More tasks come than so many workers can run: the wait has no steady value.";
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
  std::vector<std::pair<std::string, std::vector<std::uint64_t>>> notes;
  const std::vector<Sanity> all = sanity_of(result);
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto known = std::ranges::find(notes, all[i].note, [](const auto& item) { return item.first; });
    if (known == notes.end()) {
      known = notes.insert(notes.end(), {all[i].note, {}});
    }
    known->second.push_back(result.points[i].workers);
  }
  std::vector<std::string> texts;
  for (const auto& [note, counts] : notes) {
    texts.push_back(notes.size() == 1 ? note : counts_text(counts) + ": " + note);
  }
  return texts;
}

}  // namespace poolscope::experiment
