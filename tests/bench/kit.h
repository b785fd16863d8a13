// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/clock.h"

#include <QJsonObject>

#include <cstdint>
#include <vector>

namespace poolscope::bench {

/// What every benchmark program is told: `[--quick]`. Anything else ends the program with status 2.
struct Call {
  bool quick = false;
};
Call readCall(int argc, char** argv);

/// The program's answer: one JSON object of figures on stdout.
void printFigures(const QJsonObject& figures);

/// By Hyndman-Fan type 7; 0 of nothing.
double quantile(std::vector<double> values, double q);
double median(std::vector<double> values);

/// `value` with four significant digits: more would pretend to a precision that no run has.
double rounded(double value);

inline double secondsSince(std::uint64_t begin_ns) {
  return static_cast<double>(trace::now_ns() - begin_ns) * 1e-9;
}

/// Keeps a thread a core busy for some 200 ms: some kernels keep a young process on one core until
/// it has shown that it needs more.
void wakeAllCores();

}  // namespace poolscope::bench
