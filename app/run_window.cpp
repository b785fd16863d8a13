// SPDX-License-Identifier: Apache-2.0
#include "app/run_window.h"

#include "app/commands.h"
#include "app/exit_status.h"
#include "app/live_engine.h"
#include "app/program_engine.h"
#include "core/storage/recording.h"
#include "core/workload/scenario.h"
#include "ui/export/png_file.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QMetaObject>
#include <QPixmap>
#include <QTimer>

#include <cmath>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>

namespace poolscope::app {
namespace {

constexpr int kLookMs = 20;

std::string scenarioOf(const WindowCall& call) {
  return call.scenario.empty() ? workload::gallery().front().name : call.scenario;
}

/// Saves the window as a picture and ends; with status 1 if something went wrong meanwhile. A file
/// that is still being opened is waited for.
void takeScreenshot(ui::MainWindow& window, const ui::Engine& engine, const WindowCall& call,
                    const bool& failed) {
  if (engine.state().activity == ui::EngineState::Activity::opening) {
    QTimer::singleShot(kLookMs, &window, [&] { takeScreenshot(window, engine, call, failed); });
    return;
  }
  // That nothing is replaced unasked was seen to before the window opened.
  if (const auto written = ui::writePng(window.grabPicture(), call.screenshot, true); !written) {
    QCoreApplication::exit(complain(written.error(), kFailed));
    return;
  }
  QCoreApplication::exit(failed ? kFailed : kDone);
}

}  // namespace

std::optional<int> refuse(const WindowCall& call) {
  if (!call.screenshot.empty()) {
    if (const auto picture = checkPicture(call.screenshot); !picture) {
      return complain(picture.error(), kWrongCall);
    }
  }
  if (call.open.empty()) {
    if (const auto found = workload::find_scenario(scenarioOf(call)); !found) {
      return complain(found.error(), kWrongCall);
    }
  }
  for (const std::string& output : {call.record, call.screenshot}) {
    if (output.empty()) {
      continue;
    }
    if (const auto writable = storage::check_output(output, call.force); !writable) {
      return complain(writable.error(), kFailed);
    }
  }
  return std::nullopt;
}

namespace {

/// Shows `engine` in a window until that closes. `begin` gives the engine its first work, `opened`
/// gets the window once it is there.
int showWindow(const WindowCall& call, ui::Settings& settings, ui::Engine& engine,
               const std::function<void()>& begin,
               const std::function<void(ui::MainWindow&)>& opened) {
  bool failed = false;
  QObject::connect(&engine, &ui::Engine::failed, &engine, [&failed](const QString& message) {
    failed = true;
    std::fprintf(stderr, "poolscope: %s\n",
                 qPrintable(message));  // for whoever started it in a terminal
  });
  ui::MainWindow window(engine, {.settings = &settings});
  if (!call.theme.empty()) {
    window.overrideTheme(call.theme == "light");
  }
  if (call.size) {
    window.resize(call.size->width, call.size->height);
  }
  begin();
  window.show();
  if (call.presentation) {
    window.present(!call.size);  // a size that was asked for is kept
  }
  opened(window);
  if (!call.screenshot.empty()) {
    QTimer::singleShot(static_cast<int>(std::lround(call.afterSeconds * 1000)), &window,
                       [&] { takeScreenshot(window, engine, call, failed); });
  }
  return QCoreApplication::exec();
}

void quitOnSignal(StopSignals& signals, ui::MainWindow& window) {
  signals.onStop([&window] {
    QMetaObject::invokeMethod(
        &window, [&window] { window.quitWithoutAsking(); }, Qt::QueuedConnection);
  });
}

}  // namespace

int runWindow(const WindowCall& call, StopSignals& signals) {
  ui::Settings settings;
  LiveEngine engine(settings, {.maxWorkers = call.maxWorkers,
                               .record = call.record,
                               .overwrite = call.force,
                               .trustAll = call.trust});
  const auto begin = [&] {
    if (call.open.empty()) {
      engine.startScenario(QString::fromStdString(scenarioOf(call)), false);
    } else {
      engine.openFile(QString::fromStdString(call.open));
    }
  };
  return showWindow(call, settings, engine, begin,
                    [&](ui::MainWindow& window) { quitOnSignal(signals, window); });
}

void runProgramWindow(const WindowCall& call, Watched& program, StopSignals& signals,
                      bool passedOn) {
  ui::Settings settings;
  ProgramEngine engine(settings, program);
  const auto opened = [&](ui::MainWindow& window) {
    auto* const timer = new QTimer(&window);
    QObject::connect(timer, &QTimer::timeout, &window, [&, timer] {
      if (!passedOn || program.ended()) {
        timer->stop();
        quitOnSignal(signals, window);
      }
    });
    timer->start(kLookMs * 10);
  };
  showWindow(
      call, settings, engine, [] {}, opened);
}

}  // namespace poolscope::app
