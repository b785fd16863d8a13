// SPDX-License-Identifier: Apache-2.0
#include "ui/export/video.h"

#include "core/storage/pending_file.h"
#include "ui/export/encoder.h"
#include "ui/timeline/caption.h"
#include "ui/timeline/view_state.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace poolscope::ui {

using session::TimeNs;

namespace {

constexpr int kFps = 60;
constexpr int kGifFps = 25;

QSize evenSize(const QSize& size) {
  return QSize((size.width() + 1) & ~1, (size.height() + 1) & ~1);
}

}  // namespace

VideoFrames::VideoFrames(std::shared_ptr<const session::Snapshot> snapshot, PictureOptions picture,
                         VideoOptions options, VideoFormat format)
    : snapshot_(std::move(snapshot)),
      picture_(std::move(picture)),
      begin_(picture_.begin.value_or(snapshot_->begin())),
      end_(picture_.end.value_or(snapshot_->end() + 1)),
      speed_(options.speed),
      fps_(format == VideoFormat::gif ? kGifFps : kFps) {
  if (options.fps > 0) {
    fps_ = format == VideoFormat::gif ? std::min(options.fps, kGifFps) : options.fps;
  }
  picture_.size = evenSize(pictureSize(picture_));
  picture_.devicePixelRatio = 1;
  picture_.speed = speed_;
  picture_.followedSpan = std::max<TimeNs>(
      ViewState::kShortestSpan, std::llround(static_cast<double>(ViewState::kFirstSpan) * speed_));
  picture_.subtitleBand = hasCaptions(*snapshot_, begin_, end_, speed_);
  const double seconds = static_cast<double>(end_ - begin_) * 1e-9 / speed_;
  // One more, so that the end is seen.
  count_ = std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(seconds * fps_))) + 1;
}

QSize VideoFrames::size() const {
  return picture_.size;
}

TimeNs VideoFrames::timeOf(std::int64_t number) const {
  const double since = static_cast<double>(number) / fps_ * speed_ * 1e9;
  return std::min(end_, begin_ + static_cast<TimeNs>(std::llround(since)));
}

Frame VideoFrames::frame(std::int64_t number) const {
  return {snapshot_, timeOf(number), false};
}

PictureOptions VideoFrames::picture(std::int64_t number) const {
  PictureOptions options = picture_;
  const TimeNs now = timeOf(number);
  options.begin = std::max(snapshot_->begin(), now - *options.followedSpan);
  options.end = std::max(*options.begin + *options.followedSpan, now);
  options.subtitle = captionAt(*snapshot_, now, speed_);
  return options;
}

Result<void> writeVideo(const VideoFrames& frames, VideoFormat format,
                        const std::filesystem::path& path, bool overwrite,
                        const std::stop_token& stop, const std::function<void(double)>& progress) {
  auto pending = storage::PendingFile::prepare(path, overwrite);
  if (!pending) {
    return tl::unexpected(std::move(pending.error()));
  }
  const QString temporary = QString::fromStdString(pending->temporary().string());
  Encoder encoder;
  if (auto started = encoder.start(frames.size(), frames.fps(), format, temporary, path);
      !started) {
    return started;
  }
  PicturePainter painter;
  for (std::int64_t i = 0; i < frames.count(); ++i) {
    if (stop.stop_requested()) {
      encoder.abandon();
      return failure(path.string(), "was not written", "the export was stopped");
    }
    if (!encoder.add(painter.render(frames.frame(i), frames.picture(i)))) {
      break;  // finish() says why
    }
    if (progress) {
      progress(static_cast<double>(i) / static_cast<double>(frames.count()));
    }
  }
  if (auto finished = encoder.finish(); !finished) {
    return finished;
  }
  if (progress) {
    progress(1);
  }
  return pending->publish();
}

}  // namespace poolscope::ui
