// SPDX-License-Identifier: Apache-2.0
#include "app/command_line.h"
#include "app/commands.h"
#include "app/exit_status.h"
#include "app/output.h"
#include "app/run_window.h"
#include "app/signals.h"
#include "app/version.h"

#include <QApplication>
#include <QGuiApplication>
#include <QMessageLogContext>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace {

using namespace poolscope::app;

/// Set to something: an empty DISPLAY is how one says that there is none.
bool isSet(const char* variable) {
  const char* const value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

bool hasDisplay() {
  return isSet("DISPLAY") || isSet("WAYLAND_DISPLAY") || isSet("QT_QPA_PLATFORM");
}

void nameApplication() {
  QCoreApplication::setApplicationName(QStringLiteral("poolscope"));
  QCoreApplication::setOrganizationName(QStringLiteral("poolscope"));
  QCoreApplication::setApplicationVersion(QLatin1String(kVersion));
  QGuiApplication::setDesktopFileName(QStringLiteral("org.poolscope.Poolscope"));
}

/// Qt tells the developer of a desktop about its folders, and that a window without a display has
/// no hints of its size; in a bare system that is no news to whoever called us.
void say(QtMsgType type, const QMessageLogContext& context, const QString& message) {
  if (type == QtFatalMsg && message.contains(QLatin1String("platform plugin"))) {
    // Qt found no display that it can open, and would abort after a page of advice.
    std::_Exit(
        complain({isSet("DISPLAY") ? std::getenv("DISPLAY") : "the display", "cannot be opened",
                  "check DISPLAY, or use 'poolscope record', which needs none"},
                 kFailed));
  }
  const bool noNews = message.startsWith(QLatin1String("QStandardPaths:")) ||
                      message.endsWith(QLatin1String("does not support propagateSizeHints()")) ||
                      QLatin1String(context.category).startsWith(QLatin1String("qt.qpa"));
  if (!noNews) {
    std::fprintf(stderr, "%s\n", qPrintable(qFormatLogMessage(type, context, message)));
  }
  if (type == QtFatalMsg) {
    std::abort();
  }
}

int openWindow(int& argc, char** argv, const WindowCall& call, StopSignals& signals) {
  if (const auto status = refuse(call)) {
    return *status;
  }
  if (!hasDisplay()) {
    if (call.screenshot.empty()) {
      return complain({{},
                       "there is no display (DISPLAY and WAYLAND_DISPLAY are not set)",
                       "use 'poolscope record', which needs none, or see --help"},
                      kFailed);
    }
    qputenv("QT_QPA_PLATFORM", "offscreen");  // a picture of the window needs no display
  }
  nameApplication();
  const QApplication application(argc, argv);
  return runWindow(call, signals);
}

int exportSession(int& argc, char** argv, const ExportCall& call, StopSignals& signals) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  nameApplication();
  const QGuiApplication application(argc, argv);
  return runExport(call, signals);
}

/// A plot needs fonts; without one the command does not wait for them.
template <typename Run>
int withPlot(int& argc, char** argv, const PlotCall& plot, Run run) {
  if (plot.file.empty()) {
    return run();
  }
  qputenv("QT_QPA_PLATFORM", "offscreen");
  nameApplication();
  const QGuiApplication application(argc, argv);
  return run();
}

/// Why there can be no window that shows a program; then the exit status is given.
std::optional<int> refuseProgramWindow(const WindowCall& call) {
  if (const auto status = refuse(call)) {
    return status;
  }
  if (!hasDisplay()) {
    if (call.screenshot.empty()) {
      return complain({{},
                       "there is no display (DISPLAY and WAYLAND_DISPLAY are not set)",
                       "add --headless, and --record FILE to keep what is seen"},
                      kFailed);
    }
    qputenv("QT_QPA_PLATFORM", "offscreen");  // a picture of the window needs no display
  }
  return std::nullopt;
}

int openProgramWindow(int& argc, char** argv, const RunCall& call, StopSignals& signals) {
  if (call.headless) {
    return runProgram(call, signals);
  }
  if (const auto status = refuseProgramWindow(call.window)) {
    return *status;
  }
  return runProgram(call, signals, [&](RunSession& run) {
    nameApplication();
    const QApplication application(argc, argv);
    runProgramWindow(call.window, run, signals, true);
  });
}

int attach(int& argc, char** argv, const AttachCall& call, StopSignals& signals) {
  if (call.headless) {
    return runAttach(call, signals);
  }
  if (const auto status = refuseProgramWindow(call.window)) {
    return *status;
  }
  return runAttach(call, signals, [&](AttachSession& session) {
    nameApplication();
    const QApplication application(argc, argv);
    runProgramWindow(call.window, session, signals, false);
  });
}

int perform(int& argc, char** argv, StopSignals& signals) {
  const auto call = parseCommandLine(std::vector<std::string>(argv, argv + argc));
  if (!call) {
    return complain(call.error(), kWrongCall);
  }
  return std::visit(
      [&](const auto& chosen) {
        using Chosen = std::decay_t<decltype(chosen)>;
        if constexpr (std::is_same_v<Chosen, WindowCall>) {
          return openWindow(argc, argv, chosen, signals);
        } else if constexpr (std::is_same_v<Chosen, ExportCall>) {
          return exportSession(argc, argv, chosen, signals);
        } else if constexpr (std::is_same_v<Chosen, RecordCall>) {
          return runRecord(chosen, signals);
        } else if constexpr (std::is_same_v<Chosen, RunCall>) {
          return openProgramWindow(argc, argv, chosen, signals);
        } else if constexpr (std::is_same_v<Chosen, AttachCall>) {
          return attach(argc, argv, chosen, signals);
        } else if constexpr (std::is_same_v<Chosen, InfoCall>) {
          return runInfo(chosen, signals);
        } else if constexpr (std::is_same_v<Chosen, SweepCall>) {
          return withPlot(argc, argv, chosen.plot, [&] { return runSweep(chosen, signals); });
        } else if constexpr (std::is_same_v<Chosen, FitCall>) {
          return withPlot(argc, argv, chosen.plot, [&] { return runFit(chosen); });
        } else if constexpr (std::is_same_v<Chosen, PredictCall>) {
          return withPlot(argc, argv, chosen.plot, [&] { return runPredict(chosen, signals); });
        } else if constexpr (std::is_same_v<Chosen, CompareCall>) {
          return runCompare(chosen, signals);
        } else if constexpr (std::is_same_v<Chosen, ScenariosCall>) {
          return runScenarios(chosen);
        } else {
          print(chosen.text);
          return int{kDone};
        }
      },
      *call);
}

}  // namespace

int main(int argc, char** argv) {
  holdStandardStreams();
  StopSignals signals;  // before any thread
  qInstallMessageHandler(&say);
  return finishOutput(perform(argc, argv, signals));
}
