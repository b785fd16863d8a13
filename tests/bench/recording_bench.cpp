// SPDX-License-Identifier: Apache-2.0
// Recordings: bytes of a task on disk, speed of writing, and opening a large one while a window
// would show it.
#include "core/storage/recording.h"

#include "core/session/session.h"
#include "tests/bench/counting_heap.h"
#include "tests/bench/kit.h"
#include "tests/bench/synthetic.h"
#include "tests/bench/timeline_frames.h"

#include <QGuiApplication>
#include <QTemporaryDir>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <thread>
#include <unordered_map>

namespace poolscope::bench {
namespace {

template <typename T>
T orDie(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", result.error().message().c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) {
    return std::move(*result);
  }
}

struct Written {
  double bytes_per_task = 0;
  double tasks_per_s = 0;
};

/// What is told of a task beside that it was queued, started and finished.
struct Extras {
  bool delivery = false;
  bool cpu_time = false;
  bool phase = false;
};

/// 20 to 37 ms each: digits that compress as measured times do.
void addCpuTimes(std::vector<trace::Event>& events) {
  std::uint64_t step = 1;
  for (trace::Event& event : events) {
    if (event.kind == trace::EventKind::task_finished) {
      step = step * 6364136223846793005U + 1442695040888963407U;
      event.detail = 20'000'000 + (step >> 40U);
    }
  }
}

/// The first phase of two.
void dropSecondPhases(std::vector<trace::Event>& events) {
  std::unordered_map<std::uint64_t, int> seen;  // phases that began, by task
  std::erase_if(events, [&](const trace::Event& event) {
    if (event.kind == trace::EventKind::phase_begin) {
      return ++seen[event.task] > 1;
    }
    return event.kind == trace::EventKind::phase_end && seen[event.task] > 1;
  });
}

/// Hands `tasks` tasks to a Recorder, never more at a time than it may queue, and closes it.
Written record(const std::filesystem::path& path, std::uint64_t tasks, bool compress,
               Extras extras = {}) {
  constexpr std::uint64_t kBatch = 2'000;
  Synthetic look;
  look.results = extras.delivery;
  look.phases_from = extras.phase ? 0 : look.phases_from;
  SyntheticPool pool(look);
  const auto recorder = orDie(
      storage::Recorder::create(path, pool.directory(), {.overwrite = true, .compress = compress}));
  std::vector<trace::Event> events;
  for (std::uint64_t done = 0; done < tasks;) {
    done = std::min(tasks, done + kBatch);
    pool.until(done, events);
  }
  pool.end(events);
  if (extras.cpu_time) {
    addCpuTimes(events);
  }
  if (extras.phase) {
    dropSecondPhases(events);
  }
  const std::uint64_t begin = trace::now_ns();
  const std::span<const trace::Event> all(events);
  for (std::size_t at = 0; at < all.size(); at += 3 * kBatch) {
    recorder->consume(all.subspan(at, std::min<std::size_t>(3 * kBatch, all.size() - at)));
  }
  recorder->consume({});
  orDie(recorder->finish());
  const double seconds = secondsSince(begin);
  const auto count = static_cast<double>(tasks);
  return {static_cast<double>(std::filesystem::file_size(path)) / count, count / seconds};
}

/// Writes a recording of `tasks` tasks, of any number.
double writeLarge(const std::filesystem::path& path, std::uint64_t tasks) {
  SyntheticPool pool({});
  session::Session session;
  const auto sink = session.add_process(pool.directory());
  std::vector<trace::Event> events;
  for (std::uint64_t done = 0; done < tasks;) {
    done = std::min<std::uint64_t>(tasks, done + 10'000);
    pool.until(done, events);
    sink->consume(events);
    events.clear();
  }
  pool.end(events);
  sink->consume(events);
  sink->consume({});
  const auto snapshot = session.snapshot();
  const std::uint64_t begin = trace::now_ns();
  orDie(storage::save_recording(*snapshot, path, {.overwrite = true}));
  return static_cast<double>(tasks) / secondsSince(begin);
}

struct Opened {
  double first_picture_s = 0;
  double whole_s = 0;
  double peak_bytes_per_task = 0;
};

/// Opens on a thread of its own, as the window does, and paints what is there 60 times a second
/// until all is.
Opened open(const std::filesystem::path& path, std::uint64_t tasks) {
  Opened opened;
  TimelineFrames frames;
  frames.view.fit();
  // Fonts and pictures of the painter are the window's, not the recording's.
  frames.paint({session::Session().snapshot(), 1, false});
  std::atomic<bool> done{false};
  const std::size_t before = heapBytes();
  resetPeakHeap();
  session::Session session;
  const std::uint64_t begin = trace::now_ns();
  std::jthread job([&] {
    orDie(storage::open_recording(path, session));
    opened.whole_s = secondsSince(begin);
    opened.peak_bytes_per_task =
        static_cast<double>(peakHeapBytes() - before) / static_cast<double>(tasks);
    done = true;
  });
  bool last = false;
  while (!last) {
    last = done;
    const auto snapshot = session.snapshot();
    if (!snapshot->empty()) {
      frames.paint({snapshot, snapshot->end(), false});
      if (opened.first_picture_s == 0) {
        opened.first_picture_s = secondsSince(begin);
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(last ? 0 : 16));
  }
  job.join();
  if (session.snapshot()->task_count() != tasks) {
    std::fprintf(stderr, "opened %llu of %llu tasks\n",
                 static_cast<unsigned long long>(session.snapshot()->task_count()),
                 static_cast<unsigned long long>(tasks));
    std::exit(1);
  }
  return opened;
}

QJsonObject measureOpening(const std::filesystem::path& path, bool quick) {
  constexpr std::uint64_t kTasks = 10'000'000;
  const double speed = writeLarge(path, kTasks);
  std::vector<double> first;
  std::vector<double> whole;
  std::vector<double> peak;
  for (int round = 0; round < (quick ? 1 : 3); ++round) {
    const Opened opened = open(path, kTasks);
    first.push_back(opened.first_picture_s);
    whole.push_back(opened.whole_s);
    peak.push_back(opened.peak_bytes_per_task);
  }
  return {{QStringLiteral("tasks"), static_cast<double>(kTasks)},
          {QStringLiteral("first_picture_s"), rounded(median(first))},
          {QStringLiteral("whole_s"), rounded(median(whole))},
          {QStringLiteral("peak_bytes_per_task"), rounded(median(peak))},
          {QStringLiteral("saved_tasks_per_s"), rounded(speed)}};
}

QJsonObject measure(bool quick) {
  const QTemporaryDir folder;
  const std::filesystem::path path = folder.filePath(QStringLiteral("bench.pftrace")).toStdString();
  constexpr std::uint64_t kTasks = 1'000'000;
  std::vector<double> speeds;
  Written compressed;
  for (int round = 0; round < (quick ? 1 : 5); ++round) {
    compressed = record(path, kTasks, true);
    speeds.push_back(compressed.tasks_per_s);
  }
  const Written plain = record(path, kTasks, false);
  const auto with = [&](Extras extras) {
    return rounded(record(path, kTasks / 4, true, extras).bytes_per_task);
  };
  return {{QStringLiteral("recording_bytes_per_task"),
           QJsonObject{{QStringLiteral("compressed"), rounded(compressed.bytes_per_task)},
                       {QStringLiteral("plain"), rounded(plain.bytes_per_task)},
                       {QStringLiteral("with_delivery"), with({.delivery = true})},
                       {QStringLiteral("with_cpu_time"), with({.cpu_time = true})},
                       {QStringLiteral("with_phase"), with({.phase = true})}}},
          {QStringLiteral("recording"),
           QJsonObject{{QStringLiteral("tasks_per_s"), rounded(median(speeds))},
                       {QStringLiteral("tasks_per_s_plain"), rounded(plain.tasks_per_s)}}},
          {QStringLiteral("open_10M"), measureOpening(path, quick)}};
}

}  // namespace
}  // namespace poolscope::bench

int main(int argc, char** argv) {
  const auto call = poolscope::bench::readCall(argc, argv);
  qputenv("QT_QPA_PLATFORM", "offscreen");
  const QGuiApplication application(argc, argv);
  poolscope::bench::printFigures(poolscope::bench::measure(call.quick));
  return 0;
}
