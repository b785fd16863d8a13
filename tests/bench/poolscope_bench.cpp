// SPDX-License-Identifier: Apache-2.0
// Runs the benchmark programs beside it one after another, puts their figures into one document,
// and shows them against the budgets.
#include "tests/bench/machine.h"
#include "tests/bench/report.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QProcess>
#include <QSaveFile>

#include <cstdio>
#include <optional>

namespace {

using namespace poolscope::bench;

struct Program {
  const char* name;
  bool quick = true;  // whether it is part of a quick run
};

// In this order.
constexpr Program kPrograms[] = {
    {"event_bench"},
    {"executor_bench"},
    {"session_bench"},
    {"find_bench"},
    {"ingest_bench"},
    {"frame_bench"},
    {"recording_bench"},
    {"recording_cost_bench"},
    {"video_bench"},
    {"http_bench"},
    {"experiment_bench"},
    {"auto_bench", false},  // each of its scenarios has 30 s before anything is measured
    {"bridge_bench"},
    {"window_bench"},
};

void say(const QString& text) {
  std::fprintf(stderr, "poolscope_bench: %s\n", qPrintable(text));
}

/// The figures that the program `name` prints, or nothing if it failed.
std::optional<QJsonObject> figuresOf(const QString& name, bool quick) {
  QProcess program;
  program.setProcessChannelMode(QProcess::ForwardedErrorChannel);
  program.start(QCoreApplication::applicationDirPath() + QLatin1Char('/') + name,
                quick ? QStringList{QStringLiteral("--quick")} : QStringList{});
  constexpr int kPatienceMs = 20 * 60 * 1000;
  if (!program.waitForFinished(kPatienceMs) || program.exitStatus() != QProcess::NormalExit ||
      program.exitCode() != 0) {
    say(QStringLiteral("%1 failed; its figures are missing").arg(name));
    return std::nullopt;
  }
  const QJsonDocument answer = QJsonDocument::fromJson(program.readAllStandardOutput());
  if (!answer.isObject()) {
    say(QStringLiteral("%1 printed no JSON object; its figures are missing").arg(name));
    return std::nullopt;
  }
  return answer.object();
}

struct Run {
  QJsonObject document = {};
  bool complete = true;
};

Run runAll(bool quick) {
  Run run;
  run.document[QStringLiteral("machine")] = describeMachine();
  run.document[QStringLiteral("quick")] = quick;
  QJsonObject figures;
  QJsonObject seconds;
  for (const auto& [name, partOfQuick] : kPrograms) {
    if (quick && !partOfQuick) {
      say(QStringLiteral("%1 is left out of a quick run").arg(QLatin1String(name)));
      continue;
    }
    QElapsedTimer timer;
    timer.start();
    say(QLatin1String(name));
    const std::optional<QJsonObject> some = figuresOf(QLatin1String(name), quick);
    run.complete = run.complete && some;
    const QJsonObject found = some.value_or(QJsonObject());
    for (const QString& key : found.keys()) {
      figures[key] = found[key];
    }
    seconds[QLatin1String(name)] = static_cast<double>(timer.elapsed() / 100) / 10;
  }
  run.document[QStringLiteral("figures")] = figures;
  run.document[QStringLiteral("seconds_taken")] = seconds;
  return run;
}

bool write(const QString& path, const QByteArray& content) {
  QSaveFile file(path);
  if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size() || !file.commit()) {
    say(QStringLiteral("%1: could not be written: %2").arg(path, file.errorString()));
    return false;
  }
  return true;
}

bool document(const QString& path, const QJsonObject& document) {
  QFile file(path);
  if (!file.open(QIODevice::ReadOnly)) {
    say(QStringLiteral("%1: could not be read: %2").arg(path, file.errorString()));
    return false;
  }
  const auto page = withFigures(QString::fromUtf8(file.readAll()), reportMarkdown(document));
  if (!page) {
    say(QStringLiteral("%1: has no 'figures: begin' and 'figures: end' comments").arg(path));
    return false;
  }
  return write(path, page->toUtf8());
}

}  // namespace

int main(int argc, char** argv) {
  const QCoreApplication application(argc, argv);
  QCommandLineParser parser;
  parser.addHelpOption();
  const QCommandLineOption quick(QStringLiteral("quick"), QStringLiteral("fewer repetitions"));
  const QCommandLineOption output(QStringLiteral("output"), QStringLiteral("where the figures go"),
                                  QStringLiteral("FILE.json"));
  const QCommandLineOption page(QStringLiteral("document"),
                                QStringLiteral("a page whose table of figures is to be replaced"),
                                QStringLiteral("FILE.md"));
  parser.addOptions({quick, output, page});
  parser.process(application);
  if (!parser.isSet(output) || !parser.positionalArguments().isEmpty()) {
    parser.showHelp(2);
  }

  const Run run = runAll(parser.isSet(quick));
  if (!write(parser.value(output), QJsonDocument(run.document).toJson())) {
    return 1;
  }
  std::fputs(qPrintable(reportText(run.document)), stdout);
  std::printf("%s\n", qPrintable(parser.value(output)));
  if (parser.isSet(page) && !document(parser.value(page), run.document)) {
    return 1;
  }
  return run.complete ? 0 : 1;
}
