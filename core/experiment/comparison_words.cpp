// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/comparison.h"
#include "core/experiment/words.h"

#include <cmath>

namespace poolscope::experiment {
namespace {

std::string speedup_text(const Comparison& comparison) {
  if (!comparison.speedup) {
    return "Can't tell: one of the two finished no task.";
  }
  const Speedup& speedup = *comparison.speedup;
  const std::string times = shown(speedup.value) + " times the throughput of A";
  if (!speedup.interval) {
    return "Can't tell: B had " + times +
           ", but too few tasks were finished to say how sure that is. Record more tasks.";
  }
  const std::string sure =
      " (" + shown_percent(kConfidence) + " confidence: " + shown(speedup.interval->low) + " to " +
      shown(speedup.interval->high) + ", from " + std::to_string(speedup.blocks_a) +
      (speedup.blocks_a == speedup.blocks_b
           ? " blocks of tasks each"
           : " and " + std::to_string(speedup.blocks_b) + " blocks of tasks") +
      (speedup.paired ? ", in pairs" : "") + ").";
  switch (comparison.verdict) {
    case Verdict::faster:
      return "B is faster: " + times + sure;
    case Verdict::slower:
      return "B is slower: " + times + sure;
    case Verdict::same:
      return "The same, within " + shown_percent(kSameWithin) + ": B had " + times + sure;
    default:
      return "Can't tell: B had " + times + sure + " Record more tasks.";
  }
}

std::string p_text(double p) {
  return p < 0.001 ? "p < 0.001" : "p = " + shown(p);
}

std::string change_text(const char* name, double before, double after) {
  std::string text =
      std::string(name) + " " + shown_seconds(before) + " in A, " + shown_seconds(after) + " in B";
  if (before > 0) {
    const double change = after / before - 1;
    text += std::string(" (") + (change < 0 ? "" : "+") + shown_percent(change) + ")";
  }
  return text;
}

std::string distribution_text(const DistributionDifference& test) {
  std::string text(test.what);
  text[0] = static_cast<char>(text[0] - 'a' + 'A');
  text += test.differs ? " differs" : ": no difference was found";
  text += std::string(" (") + kDistributionTest + " test, D = " + shown(test.distance) + ", " +
          p_text(test.p) + ", level " + shown(test.level) + "): ";
  text += change_text("median", test.a.p50, test.b.p50) + ", " +
          change_text("p99", test.a.p99, test.b.p99);
  return text + (test.differs ? "; the difference is " + std::string(name_of(test.size)) + "."
                              : std::string("."));
}

}  // namespace

std::vector<std::string> comparison_words(const Comparison& comparison) {
  std::vector<std::string> words{speedup_text(comparison)};
  for (const DistributionDifference& test : comparison.distributions) {
    words.push_back(distribution_text(test));
  }
  return words;
}

}  // namespace poolscope::experiment
