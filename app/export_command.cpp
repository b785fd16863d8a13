// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"
#include "app/exit_status.h"
#include "app/live_session.h"
#include "app/run_to_end.h"
#include "core/workload/scenario.h"
#include "ui/export/export_format.h"
#include "ui/export/export_session.h"

#include <QString>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <stop_token>
#include <string>
#include <system_error>
#include <unistd.h>

namespace poolscope::app {
namespace {

/// As the scenario calls itself to readers, else by its name.
QString titleOf(const storage::RecordingInfo& info) {
  const auto scenario = workload::parse_scenario(info.scenario_toml, info.scenario_name);
  return QString::fromStdString(scenario && !scenario->title.empty() ? scenario->title
                                                                     : info.scenario_name);
}

ui::ExportRequest requestOf(const ExportCall& call, const LoadedRecording& loaded) {
  const session::Snapshot& snapshot = *loaded.snapshot;
  ui::ExportRequest request;
  request.picture.size = QSize(call.size.width, call.size.height);
  request.picture.devicePixelRatio = 1;  // the size is in pixels of the file
  request.picture.theme = call.theme == "light" ? ui::Theme::light() : ui::Theme::dark();
  request.picture.title = titleOf(loaded.about.info);
  request.picture.begin =
      call.fromSeconds ? atSeconds(snapshot, *call.fromSeconds) : snapshot.begin();
  request.picture.end = call.toSeconds ? atSeconds(snapshot, *call.toSeconds) : snapshot.end() + 1;
  request.frame = {loaded.snapshot, std::min(*request.picture.end, snapshot.end() + 1), false};
  request.video = {call.fps, call.speed};
  request.info = loaded.about.info;
  request.path = QString::fromStdString(call.output);
  request.overwrite = call.force;
  return request;
}

/// A scenario by its name or file: no recording begins like that, nor has such a name.
bool isScenario(const std::string& file) {
  std::error_code ignored;
  const bool named = !std::filesystem::exists(file, ignored) &&
                     std::ranges::find(workload::gallery(), file, &workload::Scenario::name) !=
                         workload::gallery().end();
  return named || file.ends_with(".toml");
}

/// Its batch once; a script to its end and a little further, so that its last step is seen.
LiveSession::Options runOptions(const workload::Scenario& scenario, bool trusted) {
  constexpr workload::Nanoseconds kAfterScript = std::chrono::seconds(2);
  LiveSession::Options options;
  options.trusted = trusted;
  options.oneBatch = scenario.script.empty() || !scenario.load.repeat;
  if (!options.oneBatch) {
    options.duration = scenario.script.back().at + kAfterScript;
  }
  return options;
}

Result<LoadedRecording> runFirst(const workload::Scenario& scenario, bool trusted,
                                 StopSignals& signals, std::stop_source& stop) {
  const LiveSession::Options options = runOptions(scenario, trusted);
  auto live = LiveSession::start(scenario, options);
  if (!live) {
    return tl::unexpected(live.error());
  }
  signals.onStop([&run = (*live)->run(), stop]() mutable {
    stop.request_stop();
    run.stop();
  });
  static_cast<void>(waitForEnd(**live, options.duration.has_value()));
  // From here on no call may reach the run.
  signals.onStop([stop]() mutable { stop.request_stop(); });
  const auto ended = (*live)->end(workload::Nanoseconds(0));
  if (!ended) {
    return tl::unexpected(ended.error());
  }
  LoadedRecording loaded;
  loaded.snapshot = (*live)->session()->snapshot();
  loaded.about.info = (*live)->recordingInfo();
  return loaded;
}

/// One line that changes, for someone who watches.
class ProgressLine {
 public:
  void show(double part) {
    const int percent = static_cast<int>(part * 100);
    if (watched_ && percent != shown_) {
      shown_ = percent;
      std::fprintf(stderr, "\rpoolscope: %d %%", percent);
    }
  }
  ~ProgressLine() {
    if (shown_ >= 0) {
      std::fputs("\r\x1b[K", stderr);
    }
  }

 private:
  bool watched_ = isatty(STDERR_FILENO) != 0;
  int shown_ = -1;
};

int exportLoaded(const ExportCall& call, const Result<LoadedRecording>& loaded,
                 StopSignals& signals, std::stop_source stop) {
  if (!loaded) {
    return complain(loaded.error(), kFailed);
  }
  const session::Snapshot& snapshot = *loaded->snapshot;
  if (snapshot.empty()) {
    return complain(nothingToShow(call.file), kFailed);
  }
  if (loaded->about.truncated) {
    complain({call.file, loaded->about.missing, "what is made of it shows the rest"}, kDone);
  }
  const ui::ExportRequest request = requestOf(call, *loaded);
  if (const auto inside = checkRange(call, snapshot); !inside) {
    return complain(inside.error(), kWrongCall);
  }
  signals.onStop([stop]() mutable { stop.request_stop(); });
  Result<void> done;
  {
    ProgressLine line;
    done = ui::exportSession(request, stop.get_token(), [&](double part) { line.show(part); });
  }
  return done ? kDone : complain(done.error(), kFailed);
}

}  // namespace

int runExport(const ExportCall& call, StopSignals& signals) {
  if (!ui::exportFormatOf(QString::fromStdString(call.output))) {
    return complain(ui::unknownFormat(QString::fromStdString(call.output)), kWrongCall);
  }
  if (const auto writable = storage::check_output(call.output, call.force); !writable) {
    return complain(writable.error(), kFailed);
  }
  if (!isScenario(call.file)) {
    return exportLoaded(call, loadRecording(call.file, stopOn(signals)), signals,
                        std::stop_source());
  }
  const auto scenario = workload::find_scenario(call.file);
  if (!scenario) {
    return complain(scenario.error(), kWrongCall);
  }
  if (const auto allowed = checkTrust(*scenario, call.file, call.trust); !allowed) {
    return complain(allowed.error(), kWrongCall);
  }
  std::stop_source stop;
  return exportLoaded(call, runFirst(*scenario, call.trust, signals, stop), signals, stop);
}

}  // namespace poolscope::app
