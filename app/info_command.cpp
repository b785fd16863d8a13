// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"
#include "app/exit_status.h"
#include "app/summary.h"

#include <QJsonDocument>

#include <cstdio>

namespace poolscope::app {

int complain(const Error& error, int status) {
  std::fprintf(stderr, "poolscope: %s\n", error.message().c_str());
  return status;
}

Result<LoadedRecording> loadRecording(const std::string& file) {
  session::Session session;
  auto opened = storage::open_recording(file, session);
  if (!opened) {
    return tl::unexpected(opened.error());
  }
  return LoadedRecording{session.snapshot(), std::move(*opened)};
}

int runInfo(const InfoCall& call) {
  const auto loaded = loadRecording(call.file);
  if (!loaded) {
    return complain(loaded.error(), kFailed);
  }
  Summary summary = summarize(*loaded->snapshot, loaded->about.info.scenario_name);
  summary.truncated = loaded->about.truncated;
  if (call.json) {
    printJson(QJsonDocument(toJson(summary)).toJson());
  } else {
    std::fputs(toTable(summary).c_str(), stdout);
  }
  return kDone;
}

}  // namespace poolscope::app
