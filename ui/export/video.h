// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "ui/export/picture.h"

#include <QString>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>

namespace poolscope::ui {

enum class VideoFormat { mp4, webm, gif };

struct VideoOptions {
  int fps = 0;       ///< 0: 60, of a GIF 25, which is also the most it can have
  double speed = 1;  ///< seconds of the session a second of the video
};

/// The frames of a video, each a picture that is a pure function of its number: what happened until
/// begin + number / fps * speed, the last marker of some seconds as its subtitle.
/// Threads: any; values.
class VideoFrames {
 public:
  /// Of `picture.begin` to `picture.end`; its size is made even, as encoders need it.
  VideoFrames(std::shared_ptr<const session::Snapshot> snapshot, PictureOptions picture,
              VideoOptions options, VideoFormat format);

  std::int64_t count() const { return count_; }
  int fps() const { return fps_; }
  QSize size() const;
  session::TimeNs timeOf(std::int64_t number) const;

  Frame frame(std::int64_t number) const;
  PictureOptions picture(std::int64_t number) const;

 private:
  std::shared_ptr<const session::Snapshot> snapshot_;
  PictureOptions picture_;
  session::TimeNs begin_;
  session::TimeNs end_;
  double speed_;
  int fps_;
  std::int64_t count_ = 1;
};

/// Writes a video through the program ffmpeg (H.264, VP8 or GIF). As exportSession().
Result<void> writeVideo(const VideoFrames& frames, VideoFormat format,
                        const std::filesystem::path& path, bool overwrite,
                        const std::stop_token& stop, const std::function<void(double)>& progress);

}  // namespace poolscope::ui
