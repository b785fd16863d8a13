// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/machine.h"

#include "core/base/cores.h"

#include <QFile>
#include <QString>
#include <QSysInfo>
#include <QtGlobal>

#include <cmath>
#include <cstdlib>
#include <unistd.h>

namespace poolscope::bench {
namespace {

/// The value of the first line of /proc/cpuinfo that begins with `key`.
QString processorInfo(const QByteArray& key) {
  QFile file(QStringLiteral("/proc/cpuinfo"));
  if (!file.open(QIODevice::ReadOnly | QIODevice::Text)) {
    return {};
  }
  for (const QByteArray& line : file.readAll().split('\n')) {
    if (line.startsWith(key)) {
      return QString::fromUtf8(line.mid(line.indexOf(':') + 1).trimmed());
    }
  }
  return {};
}

double memoryGib() {
  const double bytes =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  return std::round(bytes / (1 << 30) * 10) / 10;
}

}  // namespace

QJsonObject describeMachine() {
  double load = 0;
  getloadavg(&load, 1);
  return {
      {QStringLiteral("cores"), static_cast<int>(usable_cores())},
      {QStringLiteral("cpu"), processorInfo("model name")},
      {QStringLiteral("virtual"), processorInfo("flags").contains(QLatin1String("hypervisor"))},
      {QStringLiteral("memory_gib"), memoryGib()},
      {QStringLiteral("os"), QSysInfo::prettyProductName()},
      // without the builder's own suffix
      {QStringLiteral("kernel"), QSysInfo::kernelVersion().section(QLatin1Char('-'), 0, 0)},
      {QStringLiteral("compiler"), QStringLiteral("g++ " __VERSION__)},
      {QStringLiteral("build"), QStringLiteral(POOLSCOPE_BUILD_TYPE)},
      {QStringLiteral("qt"), QLatin1String(qVersion())},
      {QStringLiteral("load_before"), std::round(load * 100) / 100},
  };
}

}  // namespace poolscope::bench
