// SPDX-License-Identifier: Apache-2.0
#include "ui/export/encoder.h"

#include "ui/export/video.h"

#include <QStandardPaths>
#include <QStringList>

#include <cerrno>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace poolscope::ui {

namespace {

QStringList formatArguments(VideoFormat format) {
  switch (format) {
    case VideoFormat::mp4:
      // yuv420p and the index in front: so that browsers and phones play it.
      return {QStringLiteral("-c:v"),       QStringLiteral("libx264"), QStringLiteral("-preset"),
              QStringLiteral("ultrafast"),  QStringLiteral("-crf"),    QStringLiteral("20"),
              QStringLiteral("-pix_fmt"),   QStringLiteral("yuv420p"), QStringLiteral("-movflags"),
              QStringLiteral("+faststart"), QStringLiteral("-f"),      QStringLiteral("mp4")};
    case VideoFormat::webm:
      return {QStringLiteral("-c:v"),     QStringLiteral("libvpx"),    QStringLiteral("-deadline"),
              QStringLiteral("realtime"), QStringLiteral("-cpu-used"), QStringLiteral("8"),
              QStringLiteral("-b:v"),     QStringLiteral("6M"),        QStringLiteral("-pix_fmt"),
              QStringLiteral("yuv420p"),  QStringLiteral("-f"),        QStringLiteral("webm")};
    case VideoFormat::gif:
      // A palette a frame, so that no frame waits for the last one.
      return {QStringLiteral("-filter_complex"),
              QStringLiteral("split[a][b];[a]palettegen=stats_mode=single[p];"
                             "[b][p]paletteuse=new=1:dither=none"),
              QStringLiteral("-f"), QStringLiteral("gif")};
  }
  return {};
}

QString lastLine(const QByteArray& text) {
  const QStringList lines = QString::fromUtf8(text).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
  return lines.isEmpty() ? QStringLiteral("it says nothing of why") : lines.last().trimmed();
}

}  // namespace

Encoder::~Encoder() {
  abandon();
}

Result<void> Encoder::start(const QSize& size, int fps, VideoFormat format, const QString& file,
                            const std::filesystem::path& shown) {
  shown_ = shown;
  const QString program = QStandardPaths::findExecutable(QStringLiteral("ffmpeg"));
  if (program.isEmpty()) {
    return failure(shown_.string(), "needs the program ffmpeg, which is not installed",
                   "install it (sudo apt install ffmpeg), or export a .png, .svg or .html");
  }
  // A socket, whose reader may end without a signal to us.
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return failure(shown_.string(), "cannot be written, too many files are open",
                   "close other programs");
  }
  input_ = ends[0];
  const int theirs = ends[1];
  process_.setChildProcessModifier([theirs] { dup2(theirs, STDIN_FILENO); });
  process_.start(
      program,
      QStringList{QStringLiteral("-loglevel"), QStringLiteral("error"), QStringLiteral("-nostats"),
                  QStringLiteral("-y"), QStringLiteral("-f"), QStringLiteral("rawvideo"),
                  QStringLiteral("-pix_fmt"), QStringLiteral("bgr0"), QStringLiteral("-s"),
                  QStringLiteral("%1x%2").arg(size.width()).arg(size.height()),
                  QStringLiteral("-r"), QString::number(fps), QStringLiteral("-i"),
                  QStringLiteral("pipe:0")} +
          formatArguments(format) + QStringList{QStringLiteral("file:") + file});
  const bool started = process_.waitForStarted(-1);
  close(theirs);
  if (!started) {
    closeInput();
    return failure(shown_.string(), "ffmpeg cannot be started", "is its installation whole?");
  }
  return {};
}

bool Encoder::add(const QImage& image) {
  // Lines of 32-bit pictures follow each other without a gap.
  const char* from = reinterpret_cast<const char*>(image.constBits());
  qsizetype left = image.sizeInBytes();
  while (left > 0) {
    const ssize_t n = send(input_, from, static_cast<std::size_t>(left), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n <= 0) {
      return false;
    }
    from += n;
    left -= n;
  }
  return true;
}

/// Its status alone does not tell: on a full disk ffmpeg 5 leaves half a WebM, says so, and ends
/// with 0. It was asked to tell of errors only, so whatever it says is one.
Result<void> Encoder::finish() {
  closeInput();
  process_.waitForFinished(-1);
  const QByteArray said = process_.readAllStandardError().trimmed();
  if (process_.exitStatus() == QProcess::NormalExit && process_.exitCode() == 0 && said.isEmpty()) {
    return {};
  }
  if (said.contains("No space left on device")) {
    return failure(shown_.string(), "cannot be written, no space left on device",
                   "free some space or choose another disk");
  }
  return failure(shown_.string(), "could not be written by ffmpeg", lastLine(said).toStdString());
}

void Encoder::abandon() {
  closeInput();
  if (process_.state() != QProcess::NotRunning) {
    process_.kill();
    process_.waitForFinished(-1);
  }
}

void Encoder::closeInput() {
  if (input_ >= 0) {
    close(std::exchange(input_, -1));
  }
}

}  // namespace poolscope::ui
