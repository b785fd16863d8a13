// SPDX-License-Identifier: Apache-2.0
#include "core/storage/export.h"
#include "core/storage/task_fields.h"
#include "core/storage/task_list.h"
#include "core/storage/text_file.h"
#include "core/storage/vocabulary.h"

#include <limits>
#include <optional>
#include <string_view>

namespace poolscope::storage {

namespace {

using session::TimeNs;

/// Absent times and texts are absent keys, so that a file of many tasks stays small.
class JsonWriter {
 public:
  JsonWriter(const session::Snapshot& snapshot, TextFile& file)
      : snapshot_(snapshot),
        fields_(snapshot),
        begin_(snapshot.begin()),
        file_(file) {
    file_.text() += "{\"tasks\": [";
  }

  bool add(const session::Task& task) {
    std::string& out = file_.text();
    out += first_ ? "\n{\"process\": " : ",\n{\"process\": ";
    first_ = false;
    add_number(out, std::uint64_t{task.key.process});
    out += ", \"task\": ";
    add_number(out, task.key.task);
    add_text("pool", fields_.pool(task));
    add_text("name", task.name);
    add_text("state", state_text(task));
    add_text("caller", fields_.lane(task.caller));
    add_text("worker", fields_.lane(task.worker));
    add_text("receiver", fields_.lane(task.receiver));
    add_time("queued", task.queued);
    add_time("started", task.started);
    add_time("finished", task.finished);
    add_time("over_by", task.over_by);
    add_time("delivered", task.delivered);
    add_duration("queue_wait", difference(task.started, task.queued));
    add_duration("run_time", run_time(task));
    add_duration("cpu_time", task.cpu_time);
    add_text("error", task.error);
    add_phases(task.key);
    out += '}';
    return file_.flush_some();
  }

  void end() { file_.text() += "\n]}\n"; }

 private:
  void add_key(std::string_view key) {
    std::string& out = file_.text();
    out += ", \"";
    out += key;
    out += "\": ";
  }
  void add_text(std::string_view key, std::string_view text) {
    if (!text.empty()) {
      add_key(key);
      add_json_string(file_.text(), text);
    }
  }
  void add_time(std::string_view key, std::optional<TimeNs> time) {
    add_duration(key, time ? std::optional(*time - begin_) : std::nullopt);
  }
  void add_duration(std::string_view key, std::optional<TimeNs> duration) {
    if (duration) {
      add_key(key);
      add_seconds(file_.text(), *duration);
    }
  }
  void add_phases(session::TaskKey key) {
    std::string& out = file_.text();
    std::string_view separator = "";
    for (const session::Phase& phase :
         snapshot_.phases(key, std::numeric_limits<std::size_t>::max())) {
      if (separator.empty()) {
        add_key("phases");
        out += '[';
      }
      out += separator;
      out += "{\"kind\": ";
      add_json_string(out, reserved_name(kPhaseNames + static_cast<std::uint32_t>(phase.kind)));
      add_text("name", phase.name);
      add_time("begin", phase.begin);
      add_time("end", phase.open() ? std::nullopt : std::optional(phase.end));
      out += '}';
      separator = ", ";
    }
    out += separator.empty() ? "" : "]";
  }

  const session::Snapshot& snapshot_;
  TaskFields fields_;
  TimeNs begin_;
  TextFile& file_;
  bool first_ = true;
};

}  // namespace

Result<void> export_json(const session::Snapshot& snapshot, const std::filesystem::path& path,
                         const ExportOptions& options) {
  auto file = TextFile::create(path, options.overwrite);
  if (!file) {
    return tl::unexpected(std::move(file.error()));
  }
  JsonWriter writer(snapshot, *file);
  const bool whole =
      for_each_task(snapshot, options, [&](const session::Task& task) { return writer.add(task); });
  writer.end();
  return conclude(*file, whole, options);
}

}  // namespace poolscope::storage
