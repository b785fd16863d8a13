// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"
#include "app/exit_status.h"
#include "app/output.h"
#include "app/signals.h"
#include "app/summary.h"

#include <QJsonDocument>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <utility>

namespace poolscope::app {

int complain(const Error& error, int status) {
  std::fprintf(stderr, "poolscope: %s\n", error.message().c_str());
  return status;
}

Result<void> checkPicture(const std::string& path) {
  if (std::filesystem::path(path).extension() != ".png") {
    return failure(path, "not a kind of file that can be written",
                   "give the picture a name that ends in .png");
  }
  return {};
}

std::stop_token stopOn(StopSignals& signals) {
  std::stop_source stop;
  signals.onStop([stop]() mutable { stop.request_stop(); });
  return stop.get_token();
}

Result<LoadedRecording> loadRecording(const std::string& file, const std::stop_token& stop) {
  session::Session session;
  auto opened = storage::open_recording(file, session, stop);
  if (!opened) {
    return tl::unexpected(opened.error());
  }
  return LoadedRecording{session.snapshot(), std::move(*opened)};
}

session::TimeNs atSeconds(const session::Snapshot& snapshot, double seconds) {
  return snapshot.begin() + static_cast<session::TimeNs>(std::llround(seconds * 1e9));
}

Error nothingToShow(const std::string& file) {
  return {file, "holds nothing that can be shown", "it may be cut or damaged: record it anew"};
}

int runInfo(const InfoCall& call, StopSignals& signals) {
  const auto loaded = loadRecording(call.file, stopOn(signals));
  if (!loaded) {
    return complain(loaded.error(), kFailed);
  }
  Summary summary = summarize(*loaded->snapshot, loaded->about.info.scenario_name);
  summary.missing = loaded->about.missing;
  if (call.json) {
    print(QJsonDocument(toJson(summary)).toJson().toStdString());
  } else {
    print(toTable(summary));
  }
  return kDone;
}

}  // namespace poolscope::app
