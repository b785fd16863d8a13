// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/kit.h"

#include "core/base/cores.h"

#include <QJsonDocument>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>

namespace poolscope::bench {

Call readCall(int argc, char** argv) {
  Call call;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) != "--quick") {
      std::fprintf(stderr, "%s: unknown argument; only --quick is known\n", argv[i]);
      std::exit(2);
    }
    call.quick = true;
  }
  return call;
}

void printFigures(const QJsonObject& figures) {
  std::fputs(QJsonDocument(figures).toJson().constData(), stdout);
}

double quantile(std::vector<double> values, double q) {
  if (values.empty()) {
    return 0;
  }
  std::sort(values.begin(), values.end());
  const double place = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (values[above] - values[below]) * (place - static_cast<double>(below));
}

double median(std::vector<double> values) {
  return quantile(std::move(values), 0.5);
}

double rounded(double value) {
  if (value == 0 || !std::isfinite(value)) {
    return 0;
  }
  // Powers of ten from 1 on are exact, those below are not: 0.1234 comes out as itself this way.
  const int digits = 3 - static_cast<int>(std::floor(std::log10(std::abs(value))));
  const double scale = std::pow(10.0, std::abs(digits));
  return digits >= 0 ? std::round(value * scale) / scale : std::round(value / scale) * scale;
}

void wakeAllCores() {
  const std::uint64_t begin = trace::now_ns();
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < usable_cores(); ++i) {
    threads.emplace_back([begin] {
      while (secondsSince(begin) < 0.2) {
      }
    });
  }
}

}  // namespace poolscope::bench
