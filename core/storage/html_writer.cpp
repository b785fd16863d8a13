// SPDX-License-Identifier: Apache-2.0
#include "core/storage/html_writer.h"

#include "core/storage/player_page.h"
#include "core/storage/task_list.h"
#include "core/storage/text_file.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <zlib.h>

namespace poolscope::storage {

using session::TimeNs;

namespace {

/// A browser holds no more with ease.
constexpr std::uint64_t kMostTasks = 1'000'000;
constexpr std::size_t kMostPhases = 64;

constexpr std::array<std::string_view, 21> kColumnNames = {
    "id",        "state",      "name",        "error",     "worker",    "caller",     "receiver",
    "queued",    "started",    "finished",    "delivered", "cpu",       "phases",     "phaseKind",
    "phaseName", "phaseBegin", "phaseLength", "waitLane",  "waitBegin", "waitLength", "waitTask"};

/// 0, -1, 1, -2, ... as 0, 1, 2, 3, ...
std::uint64_t folded(std::int64_t number) {
  return (static_cast<std::uint64_t>(number) << 1U) ^ static_cast<std::uint64_t>(number >> 63U);
}

/// RFC 4648, in one line.
void add_base64(std::string& out, std::string_view bytes) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t size = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8U | (k < size ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= size ? kLetters[group >> (18 - 6 * k) & 63U] : '=';
    }
  }
}

}  // namespace

std::uint64_t TextTable::number(std::string_view text) {
  const auto [found, is_new] = numbers_.emplace(text, texts_.size());
  if (is_new) {
    texts_.push_back(text);
  }
  return found->second;
}

HtmlWriter::HtmlWriter(const session::Snapshot& snapshot, const ExportOptions& options)
    : snapshot_(snapshot),
      options_(options),
      begin_(std::max(options.begin, snapshot.begin())),
      end_(std::max(begin_, std::min(options.end, snapshot.end()))),
      last_queued_(begin_) {}

void HtmlWriter::put(Column column, std::uint64_t number) {
  std::string& bytes = columns_[column];
  for (; number >= 0x80; number >>= 7U) {
    bytes += static_cast<char>(number | 0x80U);
  }
  bytes += static_cast<char>(number);
}

void HtmlWriter::put_signed(Column column, std::int64_t number) {
  put(column, folded(number));
}

void HtmlWriter::put_lane(Column column, std::optional<session::LaneId> lane) {
  put(column, lane ? static_cast<std::uint64_t>(*lane) + 1 : 0);
}

/// As the distance to the task's time before it that is known.
void HtmlWriter::put_time(Column column, std::optional<TimeNs> time,
                          std::optional<TimeNs>& latest) {
  if (!time) {
    put(column, 0);
    return;
  }
  const TimeNs base = column == queued ? last_queued_ : latest.value_or(last_queued_);
  put(column, folded(*time - base) + 1);
  latest = time;
  if (column == queued) {
    last_queued_ = *time;
  }
}

void HtmlWriter::add(const session::Task& task) {
  ++tasks_;
  put_signed(id, static_cast<std::int64_t>(task.key.task - last_id_));
  last_id_ = task.key.task;
  // As TaskState; its next number is that of a task whose end was lost.
  constexpr std::uint64_t kEndLost = static_cast<std::uint64_t>(session::TaskState::cancelled) + 1;
  put(state, task.over_by && !task.finished ? kEndLost : static_cast<std::uint64_t>(task.state));
  put(name, names_.number(task.name));
  put(error, errors_.number(task.error));
  put_lane(worker, task.worker);
  put_lane(caller, task.caller);
  put_lane(receiver, task.receiver);
  std::optional<TimeNs> latest;
  put_time(queued, task.queued, latest);
  put_time(started, task.started, latest);
  put_time(finished, task.finished ? task.finished : task.over_by, latest);
  put_time(delivered, task.delivered, latest);
  put(cpu, task.cpu_time ? static_cast<std::uint64_t>(*task.cpu_time) + 1 : 0);
  add_phases(task);
}

void HtmlWriter::add_phases(const session::Task& task) {
  const auto told =
      task.started ? snapshot_.phases(task.key, kMostPhases) : std::vector<session::Phase>();
  put(phases, told.size());
  TimeNs end = task.started.value_or(0);
  for (const session::Phase& phase : told) {
    put(phase_kind, static_cast<std::uint64_t>(phase.kind));
    put(phase_name, names_.number(phase.name));
    put_signed(phase_begin, phase.begin - end);
    put(phase_length, phase.open() ? 0 : static_cast<std::uint64_t>(phase.end - phase.begin) + 1);
    end = phase.open() ? phase.begin : phase.end;
  }
}

/// Of callers: what a worker waits for is a phase of its task.
void HtmlWriter::add_waits() {
  TimeNs last = begin_;
  for (const session::Lane& lane : snapshot_.lanes()) {
    if (lane.kind != session::LaneKind::caller) {
      continue;
    }
    for (const session::Blocked& wait : snapshot_.blocked(lane.id, begin_, end_ + 1, kMostTasks)) {
      ++waits_;
      put(wait_lane, static_cast<std::uint64_t>(lane.id));
      put_signed(wait_begin, wait.begin - last);
      put(wait_length, wait.open() ? 0 : static_cast<std::uint64_t>(wait.end - wait.begin) + 1);
      put(wait_task, wait.awaited.task);
      last = wait.begin;
    }
  }
}

std::string HtmlWriter::head() {
  std::string json;
  const auto key = [&json](std::string_view text) {
    json += json.empty() ? '{' : ',';
    add_json_string(json, text);
    json += ':';
  };
  const auto texts = [&](std::string_view name_of_list, const std::vector<std::string_view>& list) {
    key(name_of_list);
    std::string_view before = "[";
    for (const std::string_view text : list) {
      json += before;
      add_json_string(json, text);
      before = ",";
    }
    json += ']';
  };
  const auto pairs = [&](std::string_view name_of_list, const auto& each) {
    key(name_of_list);
    json += '[';
    std::string_view before;
    each([&](TimeNs time, const auto& value) {
      json += before;
      json += '[';
      add_number(json, time - begin_);
      json += ',';
      value();
      json += ']';
      before = ",";
    });
    json += ']';
  };
  key("title");
  add_json_string(json, options_.info.scenario_name);
  key("version");
  add_json_string(json, options_.info.version);
  key("duration");
  add_number(json, end_ - begin_);
  key("tasks");
  add_number(json, tasks_);
  key("waitCount");
  add_number(json, waits_);
  texts("names", names_.texts());
  texts("errors", errors_.texts());
  pairs("steps", [&](const auto& put_pair) {
    if (!snapshot_.pools().empty()) {
      for (const auto& step : snapshot_.max_workers_steps(snapshot_.pools().front().index)) {
        put_pair(step.time, [&] { add_number(json, std::uint64_t{step.now}); });
      }
    }
  });
  pairs("markers", [&](const auto& put_pair) {
    for (const session::Marker& marker : snapshot_.markers()) {
      if (marker.kind == session::Marker::Kind::text && marker.time >= begin_ &&
          marker.time <= end_) {
        put_pair(marker.time, [&] { add_json_string(json, marker.text); });
      }
    }
  });
  key("lanes");
  json += '[';
  std::string_view before;
  for (const session::Lane& lane : snapshot_.lanes()) {
    json += before;
    json += "{\"name\":";
    add_json_string(json, lane.name);
    json += lane.kind == session::LaneKind::worker ? ",\"worker\":true,\"index\":" : ",\"index\":";
    add_number(json, std::uint64_t{lane.index});
    json += ",\"started\":";
    add_number(json, lane.started - begin_);
    if (lane.exited) {
      json += ",\"exited\":";
      add_number(json, *lane.exited - begin_);
    }
    json += '}';
    before = ",";
  }
  json += ']';
  key("columns");
  before = "[[";
  for (std::size_t i = 0; i < column_count; ++i) {
    json += before;
    add_json_string(json, kColumnNames[i]);
    json += ',';
    add_number(json, std::uint64_t{columns_[i].size()});
    before = "],[";
  }
  return json + "]]}";
}

std::string HtmlWriter::pack() {
  static_assert(kColumnNames.size() == column_count);
  add_waits();
  const std::string json = head();
  std::string bytes;
  for (unsigned shift = 0; shift < 32; shift += 8) {
    bytes += static_cast<char>(json.size() >> shift & 0xffU);
  }
  bytes += json;
  for (const std::string& column : columns_) {
    bytes += column;
  }
  std::string packed(compressBound(static_cast<uLong>(bytes.size())), '\0');
  auto size = static_cast<uLongf>(packed.size());
  constexpr int kLevel = 9;
  if (compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uLong>(bytes.size()),
                kLevel) != Z_OK) {
    return {};
  }
  packed.resize(size);
  return packed;
}

Result<void> export_html(const session::Snapshot& snapshot, const std::filesystem::path& path,
                         const ExportOptions& options) {
  auto file = TextFile::create(path, options.overwrite);
  if (!file) {
    return tl::unexpected(std::move(file.error()));
  }
  HtmlWriter writer(snapshot, options);
  const bool whole = for_each_task(snapshot, options, [&](const session::Task& task) {
    writer.add(task);
    return writer.tasks() <= kMostTasks;
  });
  if (writer.tasks() > kMostTasks) {
    return failure(path.string(), "a page holds a million tasks at most",
                   "choose a part of the session (--from, --to)");
  }
  const std::string packed = whole ? writer.pack() : std::string();
  if (whole && packed.empty()) {
    return failure(path.string(), "not enough memory to compress it", "close other programs");
  }
  constexpr std::string_view kPlace = "@SESSION@";
  const std::string_view page = player_page();
  const std::size_t place = page.find(kPlace);
  file->text() += page.substr(0, place);
  add_base64(file->text(), packed);
  file->text() += page.substr(place + kPlace.size());
  return conclude(*file, whole, options);
}

}  // namespace poolscope::storage
