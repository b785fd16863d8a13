// SPDX-License-Identifier: Apache-2.0
// What a Python program pays for being watched by `poolscope run`: with against without, in turns.
#include "tests/bench/kit.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>

#include <cstdio>
#include <cstdlib>
#include <vector>

namespace poolscope::bench {
namespace {

/// Seconds of the processes of one kind, a pair a turn.
struct Turns {
  std::vector<double> with = {};
  std::vector<double> without = {};
  std::vector<double> ratios = {};
  std::vector<double> more_ms = {};
};

Turns turnsOf(const QJsonArray& pairs) {
  Turns turns;
  for (const auto& each : pairs) {
    const QJsonArray pair = each.toArray();
    const double with = pair[0].toDouble();
    const double without = pair[1].toDouble();
    turns.with.push_back(with);
    turns.without.push_back(without);
    turns.ratios.push_back(with / without);
    turns.more_ms.push_back((with - without) * 1e3);
  }
  return turns;
}

QJsonObject takeTurns(bool quick) {
  QProcess program;
  program.setProcessChannelMode(QProcess::ForwardedErrorChannel);
  program.start(
      QStringLiteral(POOLSCOPE_PROGRAM),
      {QStringLiteral("run"), QStringLiteral("--headless"), QStringLiteral("--"),
       QStringLiteral(POOLSCOPE_PYTHON), QStringLiteral(POOLSCOPE_BENCH_FOLDER "/bridge_turns.py"),
       quick ? QStringLiteral("3") : QStringLiteral("15")});
  constexpr int kPatienceMs = 10 * 60 * 1000;
  const bool ended = program.waitForFinished(kPatienceMs);
  const auto answer = QJsonDocument::fromJson(program.readAllStandardOutput());
  if (!ended || program.exitCode() != 0 || !answer.isObject()) {
    std::fprintf(stderr, "bridge_bench: %s: no figures came from it\n", POOLSCOPE_PYTHON);
    std::exit(1);
  }
  return answer.object();
}

/// Ratios are medians of the turns' own: a machine that is busy for a while is so for both.
QJsonObject measure(bool quick) {
  const QJsonObject all = takeTurns(quick);
  QJsonObject figures;
  for (const QString& kind : all.keys()) {
    const Turns turns = turnsOf(all[kind].toArray());
    if (kind == QLatin1String("start_up")) {
      figures[kind] =
          QJsonObject{{QStringLiteral("more_ms"), rounded(median(turns.more_ms))},
                      {QStringLiteral("without_ms"), rounded(median(turns.without) * 1e3)}};
    } else {
      figures[kind] =
          QJsonObject{{QStringLiteral("ratio"), rounded(median(turns.ratios))},
                      {QStringLiteral("with_us"), rounded(median(turns.with) * 1e6)},
                      {QStringLiteral("without_us"), rounded(median(turns.without) * 1e6)}};
    }
  }
  return {{QStringLiteral("python_under_run"), figures}};
}

}  // namespace
}  // namespace poolscope::bench

int main(int argc, char** argv) {
  const auto call = poolscope::bench::readCall(argc, argv);
  poolscope::bench::wakeAllCores();
  poolscope::bench::printFigures(poolscope::bench::measure(call.quick));
  return 0;
}
