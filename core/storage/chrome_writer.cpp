// SPDX-License-Identifier: Apache-2.0
#include "core/storage/chrome_writer.h"

#include "core/storage/chrome_mapping.h"
#include "core/storage/task_list.h"
#include "core/storage/vocabulary.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace poolscope::storage {

using session::TimeNs;
using trace::Event;
using trace::EventKind;

namespace {

/// A flow's end must lie in a slice, and one of no length is over before it.
constexpr std::int64_t kMomentNs = 1;
/// Queue depths are sampled; a viewer shows no more.
constexpr std::uint64_t kDepthEveryNs = 1'000'000;
constexpr std::int64_t kInventedPid = 1'000'000'000;
/// Numbers above it are not exact as JSON's.
constexpr std::uint64_t kExactNumber = std::uint64_t{1} << 53;

std::string_view kind_name(EventKind kind) {
  return reserved_name(kKindNames + static_cast<std::uint32_t>(kind));
}

std::string_view category(EventKind kind) {
  switch (kind) {
    case EventKind::task_queued:
      return "queued";
    case EventKind::task_started:
    case EventKind::task_finished:
      return "task";
    case EventKind::phase_begin:
    case EventKind::phase_end:
      return "phase";
    case EventKind::blocked_begin:
    case EventKind::blocked_end:
      return "blocked";
    case EventKind::result_delivered:
      return "delivered";
    default:
      return "poolscope";
  }
}

}  // namespace

ChromeWriter::ChromeWriter(const session::Snapshot& snapshot, const ExportOptions& options,
                           TextFile& file)
    : snapshot_(snapshot),
      options_(options),
      file_(file),
      out_(file.text()),
      begin_ns_(static_cast<std::uint64_t>(snapshot.begin())) {}

void ChromeWriter::begin() {
  const auto add = [this](std::string_view key, std::string_view value) {
    out_ += first_argument_ ? "" : ",";
    first_argument_ = false;
    add_json_string(out_, key);
    out_ += ':';
    add_json_string(out_, value);
  };
  out_ += "{\"displayTimeUnit\":\"ms\",\"otherData\":{";
  first_argument_ = true;
  add(chrome::kMapping, chrome::kMappingValue);
  add(chrome::kBegin, std::to_string(begin_ns_));
  const RecordingInfo& info = options_.info;
  add(annotation_text(Annotation::version), info.version);
  add(annotation_text(Annotation::scenario_name), info.scenario_name);
  add(annotation_text(Annotation::scenario_toml), info.scenario_toml);
  for (const auto& [key, value] : info.settings) {
    add(std::string(kSettingPrefix) + key, value);
  }
  out_ += "},\"traceEvents\":[";
}

void ChromeWriter::end() {
  if (!described_ && snapshot_.process_count() > 0) {
    describe_process(0);
  }
  out_ += "\n]}\n";
}

void ChromeWriter::describe_process(std::uint32_t process) {
  described_ = true;
  process_ = process;
  reached_stretch_ = false;
  threads_.clear();
  depth_told_at_.clear();
  pools_.clear();
  for (const session::Pool& pool : snapshot_.pools()) {
    if (pool.process == process) {
      pools_[pool.id] = pool.index;
    }
  }
  directory_ = snapshot_.directory(process);
  pid_ = directory_->process().pid;
  if (pid_ <= 0 || std::find(used_pids_.begin(), used_pids_.end(), pid_) != used_pids_.end()) {
    pid_ = kInventedPid + process;
  }
  used_pids_.push_back(pid_);
  begin_event('M', begin_ns_, 0, "process_name");
  add_argument("name");
  add_json_string(out_, directory_->process().name);
  add_argument(chrome::kOsId);
  add_number(out_, directory_->process().pid);
  end_event();

  // A system gives an id again when its thread has gone; here each is another thread.
  std::set<std::int64_t> used;
  tids_.assign(directory_->thread_count() + 1, 0);
  for (trace::ThreadId id = 1; id < tids_.size(); ++id) {
    const trace::ThreadInfo thread = directory_->thread(id);
    const bool real = thread.os_id > 0 && used.insert(thread.os_id).second;
    tids_[id] = real ? thread.os_id : invented_tid(id);
    begin_event('M', begin_ns_, id, "thread_name");
    add_argument("name");
    add_json_string(out_, thread.name);
    add_argument(annotation_text(Annotation::thread));
    add_number(out_, std::uint64_t{id});
    add_argument(chrome::kOsId);
    add_number(out_, thread.os_id);
    end_event();
    begin_event('M', begin_ns_, id, "thread_sort_index");
    add_argument("sort_index");
    add_number(out_, std::uint64_t{id});
    end_event();
  }
}

bool ChromeWriter::add(std::uint32_t process, const Event& event) {
  if (!described_ || process != process_) {
    describe_process(process);
  }
  const auto time = static_cast<TimeNs>(event.time_ns);
  if (!reached_stretch_ && time >= options_.begin) {
    reached_stretch_ = true;
    tell_waits();
  }
  if (!reached_stretch_ && event.kind == EventKind::blocked_begin) {
    threads_[event.thread].waits.push_back(event);
  } else if (!reached_stretch_ && event.kind == EventKind::blocked_end) {
    auto& waits = threads_[event.thread].waits;
    if (!waits.empty()) {
      waits.pop_back();
    }
  } else if (is_wanted(event)) {
    write(event);
  }
  return file_.flush_some();
}

bool ChromeWriter::is_wanted(const Event& event) {
  const auto time = static_cast<TimeNs>(event.time_ns);
  if (chrome::is_of_task(event.kind)) {
    const auto task = snapshot_.task({process_, event.task});
    return task && !task->forgotten && touches(*task, options_.begin, options_.end);
  }
  if (time >= options_.end) {
    return event.kind == EventKind::blocked_end;  // of a wait that began in the stretch
  }
  // What the pool and its workers are is known in the stretch, too.
  return time >= options_.begin ||
         (event.kind != EventKind::marker && event.kind != EventKind::awaits &&
          event.kind != EventKind::lost);
}

void ChromeWriter::tell_waits() {
  for (auto& [id, thread] : threads_) {
    for (const Event& event : std::exchange(thread.waits, {})) {
      write(event);
    }
  }
}

void ChromeWriter::write(const Event& event) {
  Thread& thread = threads_[event.thread];
  const EventKind begun_by = chrome::begin_of(event.kind);
  if (begun_by != event.kind) {
    write_slice_end(thread, event);
    return;
  }
  const std::string_view text = directory_->name(split_detail(event.kind, event.detail).name);
  const bool moment =
      event.kind == EventKind::task_queued || event.kind == EventKind::result_delivered;
  std::string_view name = kind_name(event.kind);
  if (moment || event.kind == EventKind::task_started) {
    const auto task = snapshot_.task({process_, event.task});
    name = task && !task->name.empty() ? task->name : reserved_name(kUnnamedTask);
  } else if (event.kind == EventKind::phase_begin) {
    name = !text.empty()
               ? text
               : reserved_name(kPhaseNames +
                               static_cast<std::uint32_t>(trace::phase_kind(event.detail)));
  } else if (event.kind == EventKind::blocked_begin) {
    name = reserved_name(kBlockNames +
                         static_cast<std::uint32_t>(trace::blocked_reason(event.detail)));
  } else if (event.kind == EventKind::marker && !text.empty()) {
    name = text;
  }
  if (event.kind == EventKind::task_started) {
    close(thread, event.time_ns, event.thread);
  }
  const bool slice = chrome::begins_slice(event.kind);
  begin_event(slice ? 'B' : moment ? 'X' : 'i', event.time_ns, event.thread, name);
  if (moment) {
    out_ += ",\"dur\":";
    add_microseconds(out_, kMomentNs);
  }
  add_arguments(event, name);
  end_event();
  if (slice) {
    thread.open.push_back({event.kind, event.task});
  }
  if (moment || event.kind == EventKind::task_started) {
    const auto task = snapshot_.task({process_, event.task});
    const bool last = event.kind == EventKind::result_delivered || !task->delivered;
    write_flow(event.kind == EventKind::task_queued ? 's' : last ? 'f' : 't', event);
  }
  tell_depth(event);
}

/// An end that has no begin of its own is told as an instant.
void ChromeWriter::write_slice_end(Thread& thread, const Event& event) {
  const EventKind begun_by = chrome::begin_of(event.kind);
  const auto found = std::find_if(thread.open.rbegin(), thread.open.rend(), [&](const Open& slice) {
    return slice.kind == begun_by && slice.task == event.task;
  });
  const std::string_view name = kind_name(event.kind);
  if (found == thread.open.rend()) {
    if (static_cast<TimeNs>(event.time_ns) < options_.end || chrome::is_of_task(event.kind)) {
      begin_event('i', event.time_ns, event.thread, name);
      add_arguments(event, name);
      end_event();
    }
    return;
  }
  while (thread.open.size() > static_cast<std::size_t>(std::distance(found, thread.open.rend()))) {
    begin_event('E', event.time_ns, event.thread, {});
    end_event();
    thread.open.pop_back();
  }
  thread.open.pop_back();
  begin_event('E', event.time_ns, event.thread, {});
  add_arguments(event, {});
  end_event();
}

/// Ends what is open without an end of its own.
void ChromeWriter::close(Thread& thread, std::uint64_t time_ns, trace::ThreadId id) {
  for (; !thread.open.empty(); thread.open.pop_back()) {
    begin_event('E', time_ns, id, {});
    end_event();
  }
}

void ChromeWriter::tell_depth(const Event& event) {
  const auto pool = pools_.find(event.pool);
  if (pool == pools_.end()) {
    return;
  }
  if (event.kind == EventKind::max_workers_changed || event.kind == EventKind::pool_created) {
    write_counter(event, "max_workers",
                  event.kind == EventKind::pool_created ? trace::pool_max_workers(event.detail)
                                                        : trace::max_workers_now(event.detail));
  }
  const auto [told, is_new] = depth_told_at_.emplace(event.pool, event.time_ns);
  if (is_new || event.time_ns >= told->second + kDepthEveryNs) {
    told->second = event.time_ns;
    write_counter(event, "queue depth",
                  snapshot_.queue_depth(pool->second, static_cast<TimeNs>(event.time_ns)));
  }
}

void ChromeWriter::begin_event(char phase, std::uint64_t time_ns, trace::ThreadId thread,
                               std::string_view name) {
  out_ += first_event_ ? "\n{\"ph\":\"" : ",\n{\"ph\":\"";
  first_event_ = false;
  first_argument_ = true;
  out_ += phase;
  out_ += "\",\"pid\":";
  add_number(out_, pid_);
  out_ += ",\"tid\":";
  add_number(out_, tid(thread));
  out_ += ",\"ts\":";
  add_microseconds(out_, static_cast<std::int64_t>(time_ns - begin_ns_));
  if (!name.empty()) {
    out_ += ",\"name\":";
    add_json_string(out_, name);
  }
  if (phase == 'i') {
    out_ += ",\"s\":\"t\"";
  }
}

void ChromeWriter::add_argument(std::string_view key) {
  out_ += first_argument_ ? ",\"args\":{\"" : ",\"";
  first_argument_ = false;
  out_ += key;
  out_ += "\":";
}

/// All that an event says beyond its time and thread; `shown_name` is said already.
void ChromeWriter::add_arguments(const Event& event, std::string_view shown_name) {
  const DetailParts parts = split_detail(event.kind, event.detail);
  const std::string_view text = directory_->name(parts.name);
  const auto number = [this](std::string_view key, std::uint64_t value) {
    if (value != 0) {
      add_argument(key);
      const std::string_view quote = value < kExactNumber ? "" : "\"";
      out_ += quote;
      add_number(out_, value);
      out_ += quote;
    }
  };
  out_ += ",\"cat\":\"";
  out_ += category(event.kind);
  out_ += '"';
  number(annotation_text(Annotation::kind), static_cast<std::uint64_t>(event.kind));
  number(annotation_text(Annotation::task), event.task);
  number(annotation_text(Annotation::result), static_cast<std::uint64_t>(event.outcome));
  number(chrome::kPool, event.pool);
  if (event.kind == EventKind::task_finished) {
    number(annotation_text(Annotation::cpu_ns), parts.rest);
    if (event.outcome != trace::Outcome::ok) {
      add_argument(annotation_text(Annotation::outcome));
      out_ += event.outcome == trace::Outcome::error ? "\"error\"" : "\"cancelled\"";
    }
    if (!text.empty()) {
      add_argument(annotation_text(Annotation::error));
      add_json_string(out_, text);
    }
    return;
  }
  number(annotation_text(Annotation::detail), parts.rest);
  if (text != shown_name && chrome::has_name(event.kind)) {
    add_argument(annotation_text(Annotation::name));
    add_json_string(out_, text);
  }
}

void ChromeWriter::end_event() {
  out_ += first_argument_ ? "}" : "}}";
}

void ChromeWriter::write_flow(char phase, const Event& event) {
  begin_event(phase, event.time_ns, event.thread, "task");
  out_ += R"(,"cat":"flow","id":)";
  add_number(out_, event.task);
  out_ += phase == 's' ? "" : R"(,"bp":"e")";
  end_event();
}

void ChromeWriter::write_counter(const Event& event, std::string_view name, std::uint64_t value) {
  begin_event('C', event.time_ns, 0, name);
  add_argument("value");
  add_number(out_, value);
  end_event();
}

std::int64_t ChromeWriter::tid(trace::ThreadId thread) const {
  return thread < tids_.size() ? tids_[thread] : invented_tid(thread);
}

Result<void> export_chrome_json(const session::Snapshot& snapshot,
                                const std::filesystem::path& path, const ExportOptions& options) {
  auto file = TextFile::create(path, options.overwrite);
  if (!file) {
    return tl::unexpected(std::move(file.error()));
  }
  ChromeWriter writer(snapshot, options, *file);
  writer.begin();
  const bool whole = for_each_event(
      snapshot, options,
      [&](std::uint32_t process, const Event& event) { return writer.add(process, event); });
  writer.end();
  return conclude(*file, whole, options);
}

}  // namespace poolscope::storage
