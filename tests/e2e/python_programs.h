// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/session.h"
#include "core/storage/recording.h"

#include <QFile>
#include <QString>

#include <memory>

namespace poolscope::test {

inline const QString kPython = QStringLiteral(POOLSCOPE_PYTHON);
inline const QString kScripts = QStringLiteral(POOLSCOPE_TEST_DATA "/python/");
/// The Python client that stands beside the program.
inline const QString kClient = QStringLiteral(POOLSCOPE_CLIENT);

/// What a recording holds; nothing of one that is not there.
inline std::shared_ptr<const session::Snapshot> recorded(const QString& path) {
  session::Session session;
  static_cast<void>(storage::open_recording(path.toStdString(), session));
  return session.snapshot();
}

/// A script of so many lines, in a file.
inline QString writeScript(const QString& path, const char* text) {
  QFile file(path);
  if (file.open(QIODevice::WriteOnly)) {
    file.write(text);
  }
  return path;
}

}  // namespace poolscope::test
