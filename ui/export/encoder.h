// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <QImage>
#include <QProcess>
#include <QSize>
#include <QString>

#include <filesystem>

namespace poolscope::ui {

enum class VideoFormat;

/// The program ffmpeg, fed with pictures. Threads: one, from start() to finish().
class Encoder {
 public:
  Encoder() = default;
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;
  ~Encoder();  ///< abandon()

  /// Writes to `file`; errors call it `shown`. An ffmpeg that is not there is said, with what to
  /// do.
  Result<void> start(const QSize& size, int fps, VideoFormat format, const QString& file,
                     const std::filesystem::path& shown);
  /// Takes a picture of that size, RGB32. Waits until ffmpeg has it. False if it wants no more.
  bool add(const QImage& image);
  /// Waits for the end of the file.
  Result<void> finish();
  void abandon();

 private:
  void closeInput();

  QProcess process_;
  int input_ = -1;
  std::filesystem::path shown_;
};

}  // namespace poolscope::ui
