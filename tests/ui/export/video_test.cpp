// SPDX-License-Identifier: Apache-2.0
#include "ui/export/video.h"

#include "core/session/session.h"
#include "core/trace/directory.h"
#include "tests/ui/timeline/demo_session.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <memory>
#include <vector>

using namespace poolscope;
using namespace poolscope::test;
using namespace poolscope::ui;

class VideoTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void frame_isThePictureOfItsTime();
  void frames_ofOnePainter_areThoseOfFreshOnes();
  void count_followsRateAndSpeed_data();
  void count_followsRateAndSpeed();
  void size_isEven();
  void marker_isASubtitle_forSomeSeconds();
  void encoderThatFails_leavesNoFile_data();
  void encoderThatFails_leavesNoFile();
};

namespace {

VideoFrames framesOf(VideoOptions options, VideoFormat format = VideoFormat::mp4) {
  const auto s = demoSession();
  PictureOptions picture;
  picture.size = QSize(801, 601);
  picture.begin = s->begin_;
  picture.end = s->begin_ + 1000 * kMs;
  return VideoFrames(s, picture, options, format);
}

}  // namespace

void VideoTest::frame_isThePictureOfItsTime() {
  const auto s = demoSession();
  const VideoFrames frames = framesOf({.fps = 30, .speed = 0.5});
  for (const std::int64_t k : {0, 7, 29}) {
    QCOMPARE(frames.timeOf(k), s->begin_ + static_cast<session::TimeNs>(
                                               std::llround(static_cast<double>(k) * 0.5e9 / 30)));
    const QImage image = PicturePainter().render(frames.frame(k), frames.picture(k));
    QCOMPARE(image.size(), frames.size());
    // Asked for by its time alone, as a still of a replay is.
    QCOMPARE(image, renderPicture({s, frames.timeOf(k), false}, frames.picture(k)));
  }
  QVERIFY(PicturePainter().render(frames.frame(7), frames.picture(7)) !=
          PicturePainter().render(frames.frame(8), frames.picture(8)));
}

void VideoTest::frames_ofOnePainter_areThoseOfFreshOnes() {
  const VideoFrames frames = framesOf({.fps = 10});
  PicturePainter painter;
  for (std::int64_t k = 0; k < frames.count(); ++k) {
    QCOMPARE(painter.render(frames.frame(k), frames.picture(k)),
             PicturePainter().render(frames.frame(k), frames.picture(k)));
  }
}

void VideoTest::count_followsRateAndSpeed_data() {
  QTest::addColumn<int>("fps");
  QTest::addColumn<double>("speed");
  QTest::addColumn<bool>("gif");
  QTest::addColumn<int>("count");
  QTest::newRow("a second at 60") << 0 << 1.0 << false << 61;
  QTest::newRow("at 30") << 30 << 1.0 << false << 31;
  QTest::newRow("slowed down") << 30 << 0.1 << false << 301;
  QTest::newRow("faster than a frame") << 30 << 1000.0 << false << 2;
  QTest::newRow("GIF") << 0 << 1.0 << true << 26;
  QTest::newRow("GIF, too many") << 60 << 1.0 << true << 26;
}

void VideoTest::count_followsRateAndSpeed() {
  QFETCH(int, fps);
  QFETCH(double, speed);
  QFETCH(bool, gif);
  QFETCH(int, count);
  const VideoFrames frames =
      framesOf({.fps = fps, .speed = speed}, gif ? VideoFormat::gif : VideoFormat::mp4);
  QCOMPARE(frames.count(), std::int64_t{count});
  QCOMPARE(frames.timeOf(0), demoSession()->begin_);
  QCOMPARE(frames.timeOf(frames.count() - 1), demoSession()->begin_ + 1000 * kMs);
}

void VideoTest::marker_isASubtitle_forSomeSeconds() {
  QTest::failOnWarning(QRegularExpression(QStringLiteral(".*")));  // of fonts without a size
  const auto directory = std::make_shared<trace::Directory>();
  session::Session session;
  const auto sink = session.add_process(directory);
  constexpr std::uint64_t kSecond = 1'000'000'000;
  const std::vector<trace::Event> events{
      {.time_ns = kSecond,
       .kind = trace::EventKind::pool_created,
       .pool = 1,
       .detail = trace::pool_detail(2, 0)},
      {.time_ns = 2 * kSecond,
       .kind = trace::EventKind::marker,
       .pool = 1,
       .detail = directory->intern("four now")},
      {.time_ns = 12 * kSecond, .kind = trace::EventKind::pool_shut_down, .pool = 1}};
  sink->consume(events);
  sink->consume({});
  const VideoFrames frames(session.snapshot(), {.size = QSize(800, 600)}, {.fps = 10},
                           VideoFormat::mp4);
  QCOMPARE(frames.picture(5).subtitle, QString());
  QCOMPARE(frames.picture(10).subtitle, QStringLiteral("four now"));
  QCOMPARE(frames.picture(59).subtitle, QStringLiteral("four now"));
  QCOMPARE(frames.picture(70).subtitle, QString());
  // It covers nothing: what is painted above and below its line stays.
  PictureOptions without = frames.picture(20);
  without.subtitle.clear();
  PicturePainter painter;
  const QImage told = painter.render(frames.frame(20), frames.picture(20));
  const QImage silent = painter.render(frames.frame(20), without);
  QList<int> rows;
  for (int y = 0; y < told.height(); ++y) {
    for (int x = 0; x < told.width(); ++x) {
      if (told.pixel(x, y) != silent.pixel(x, y)) {
        rows.append(y);
        break;
      }
    }
  }
  QVERIFY(!rows.isEmpty());
  QVERIFY2(rows.last() - rows.first() < 60, qPrintable(QString::number(rows.size())));
  const QRgb background = without.theme.background.rgb();
  for (const int y : std::as_const(rows)) {
    for (int x = 0; x < silent.width(); ++x) {
      QCOMPARE(silent.pixel(x, y), background);
    }
  }
}

void VideoTest::size_isEven() {
  QCOMPARE(framesOf({}).size(), QSize(802, 602));
}

void VideoTest::encoderThatFails_leavesNoFile_data() {
  QTest::addColumn<QString>("end");
  QTest::addColumn<QString>("told");
  QTest::newRow("a status") << QStringLiteral("echo 'Unknown encoder' >&2; exit 1")
                            << QStringLiteral("could not be written by ffmpeg; Unknown encoder");
  // What ffmpeg 5 does with a WebM when the disk is full.
  QTest::newRow("words alone")
      << QStringLiteral("echo 'Error closing file: No space left on device' >&2; exit 0")
      << QStringLiteral("cannot be written, no space left on device; free some space");
  QTest::newRow("neither") << QStringLiteral("exit 3")
                           << QStringLiteral("could not be written by ffmpeg; it says nothing");
}

void VideoTest::encoderThatFails_leavesNoFile() {
  QFETCH(QString, end);
  QFETCH(QString, told);
  QTemporaryDir folder;
  QFile program(folder.filePath(QStringLiteral("ffmpeg")));
  QVERIFY(program.open(QIODevice::WriteOnly));
  program.write("#!/bin/sh\nfor output; do :; done\ncat >\"${output#file:}\"\n" + end.toUtf8() +
                "\n");
  program.close();
  QVERIFY(program.setPermissions(QFile::ReadOwner | QFile::ExeOwner));
  const QByteArray path = qgetenv("PATH");
  qputenv("PATH", folder.path().toLocal8Bit() + ':' + path);
  const QString output = folder.filePath(QStringLiteral("a.webm"));
  const auto written = writeVideo(framesOf({.fps = 2}, VideoFormat::webm), VideoFormat::webm,
                                  output.toStdString(), false, {}, {});
  qputenv("PATH", path);
  QVERIFY(!written.has_value());
  const QString message = QString::fromStdString(written.error().message());
  QVERIFY2(message.contains(told), qPrintable(message));
  QCOMPARE(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden),
           QStringList{QStringLiteral("ffmpeg")});
}

QTEST_MAIN(VideoTest)
#include "video_test.moc"
