// SPDX-License-Identifier: Apache-2.0
#include "core/storage/export.h"
#include "core/storage/task_fields.h"
#include "core/storage/task_list.h"
#include "core/storage/text_file.h"

#include <optional>
#include <string_view>

namespace poolscope::storage {

namespace {

using session::TimeNs;

class CsvWriter {
 public:
  CsvWriter(const session::Snapshot& snapshot, TextFile& file)
      : fields_(snapshot),
        begin_(snapshot.begin()),
        file_(file) {
    file_.text() +=
        "process,task,pool,name,state,caller,worker,receiver,queued,started,finished,delivered,"
        "queue_wait,run_time,cpu_time,error\n";
  }

  bool add(const session::Task& task) {
    std::string& out = file_.text();
    add_number(out, std::uint64_t{task.key.process});
    out += ',';
    add_number(out, task.key.task);
    add_text(fields_.pool(task));
    add_text(task.name);
    add_text(state_text(task));
    add_text(fields_.lane(task.caller));
    add_text(fields_.lane(task.worker));
    add_text(fields_.lane(task.receiver));
    add_time(task.queued);
    add_time(task.started);
    add_time(task.finished);
    add_time(task.delivered);
    add_duration(difference(task.started, task.queued));
    add_duration(run_time(task));
    add_duration(task.cpu_time);
    add_text(task.error);
    out += '\n';
    return file_.flush_some();
  }

 private:
  void add_text(std::string_view text) {
    std::string& out = file_.text();
    out += ',';
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
      out += text;
      return;
    }
    out += '"';
    for (const char byte : text) {
      out += byte;
      if (byte == '"') {
        out += '"';
      }
    }
    out += '"';
  }
  void add_time(std::optional<TimeNs> time) {
    add_duration(time ? std::optional(*time - begin_) : std::nullopt);
  }
  void add_duration(std::optional<TimeNs> duration) {
    file_.text() += ',';
    if (duration) {
      add_seconds(file_.text(), *duration);
    }
  }

  TaskFields fields_;
  TimeNs begin_;
  TextFile& file_;
};

}  // namespace

Result<void> export_csv(const session::Snapshot& snapshot, const std::filesystem::path& path,
                        const ExportOptions& options) {
  auto file = TextFile::create(path, options.overwrite);
  if (!file) {
    return tl::unexpected(std::move(file.error()));
  }
  CsvWriter writer(snapshot, *file);
  const bool whole =
      for_each_task(snapshot, options, [&](const session::Task& task) { return writer.add(task); });
  return conclude(*file, whole, options);
}

}  // namespace poolscope::storage
