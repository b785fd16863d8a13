// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDeadlineTimer>
#include <QProcess>
#include <QProcessEnvironment>
#include <QString>
#include <QStringList>

namespace poolscope::test {

inline constexpr int kPatienceMs = 30000;

/// A display of its own with a window manager.
class VirtualDisplay {
 public:
  bool start() {
    server_.setProcessChannelMode(QProcess::SeparateChannels);
    server_.start(QStringLiteral("Xvfb"),
                  {QStringLiteral("-displayfd"), QStringLiteral("1"), QStringLiteral("-screen"),
                   QStringLiteral("0"), QStringLiteral("1280x800x24"), QStringLiteral("-nolisten"),
                   QStringLiteral("tcp"), QStringLiteral("-noreset")});
    if (!server_.waitForStarted() || !server_.waitForReadyRead(kPatienceMs)) {
      return false;
    }
    environment_ = QProcessEnvironment::systemEnvironment();
    environment_.insert(QStringLiteral("DISPLAY"),
                        QLatin1Char(':') + QString::fromLatin1(server_.readLine().trimmed()));
    environment_.remove(QStringLiteral("QT_QPA_PLATFORM"));
    environment_.remove(QStringLiteral("WAYLAND_DISPLAY"));
    manager_.setProcessEnvironment(environment_);
    manager_.start(QStringLiteral("openbox"), {});
    return manager_.waitForStarted() && waitForManager();
  }

  ~VirtualDisplay() {
    for (QProcess* process : {&manager_, &server_}) {
      process->terminate();
      process->waitForFinished();
    }
  }

  /// Whether both still run; else a test that finds no window looks for a fault in the wrong place.
  bool isAlive() const {
    return server_.state() == QProcess::Running && manager_.state() == QProcess::Running;
  }

  const QProcessEnvironment& environment() const { return environment_; }

  QString run(const QString& program, const QStringList& arguments) const {
    QProcess process;
    process.setProcessEnvironment(environment_);
    process.start(program, arguments);
    process.waitForFinished(kPatienceMs);
    return QString::fromUtf8(process.readAllStandardOutput()).trimmed();
  }

  /// The id of the window whose title matches, or nothing.
  QString window(const QString& title) const {
    return run(QStringLiteral("xdotool"),
               {QStringLiteral("search"), QStringLiteral("--onlyvisible"), QStringLiteral("--name"),
                title})
        .section(QLatin1Char('\n'), 0, 0);
  }

  void key(const QString& window, const QString& keys) const {
    run(QStringLiteral("xdotool"),
        {QStringLiteral("windowfocus"), QStringLiteral("--sync"), window, QStringLiteral("key"),
         QStringLiteral("--clearmodifiers"), keys});
  }

 private:
  /// A window that is mapped while the manager starts may never be shown: it is ready once it tells
  /// which windows it manages (EWMH, _NET_CLIENT_LIST).
  bool waitForManager() const {
    const QDeadlineTimer deadline(kPatienceMs);
    while (!deadline.hasExpired()) {
      if (run(QStringLiteral("xprop"),
              {QStringLiteral("-root"), QStringLiteral("_NET_SUPPORTING_WM_CHECK"),
               QStringLiteral("_NET_CLIENT_LIST")})
              .count(QStringLiteral("window id")) == 2) {
        return true;
      }
    }
    return false;
  }

  QProcess server_;
  QProcess manager_;
  QProcessEnvironment environment_;
};

}  // namespace poolscope::test
