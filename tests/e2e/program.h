// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QProcessEnvironment>
#include <QString>
#include <QStringList>

namespace poolscope::test {

/// What one run of the program printed and how it ended.
struct Outcome {
  int status = -1;
  QString out = {};
  QString err = {};
  QJsonObject json() const { return QJsonDocument::fromJson(out.toUtf8()).object(); }
};

/// Runs poolscope to its end (at most `seconds`), with no display unless `environment` has one.
inline Outcome runPoolscope(
    const QStringList& arguments,
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment(),
    const QString& folder = {}, int seconds = 60) {
  environment.remove(QStringLiteral("DISPLAY"));
  environment.remove(QStringLiteral("WAYLAND_DISPLAY"));
  environment.remove(QStringLiteral("QT_QPA_PLATFORM"));
  QProcess process;
  process.setProcessEnvironment(environment);
  process.setWorkingDirectory(folder);
  process.start(QStringLiteral(POOLSCOPE_PROGRAM), arguments);
  if (!process.waitForFinished(seconds * 1000)) {
    process.kill();
    process.waitForFinished();
    return {-1, QString::fromUtf8(process.readAllStandardOutput()),
            QStringLiteral("did not end: ") + QString::fromUtf8(process.readAllStandardError())};
  }
  return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2,
          QString::fromUtf8(process.readAllStandardOutput()),
          QString::fromUtf8(process.readAllStandardError())};
}

/// Where a script of the end-to-end tests is.
inline QString script(const char* name) {
  return QStringLiteral(POOLSCOPE_TEST_SCRIPTS "/") + QLatin1String(name);
}

/// The JSON that Python prints, given a script and its arguments; nothing if it fails.
inline QJsonObject python(const QStringList& arguments) {
  QProcess process;
  process.start(QStringLiteral("python3"), arguments);
  if (!process.waitForFinished(120'000) || process.exitCode() != 0) {
    qWarning("%s", process.readAllStandardError().constData());
    return {};
  }
  return QJsonDocument::fromJson(process.readAllStandardOutput()).object();
}

}  // namespace poolscope::test
