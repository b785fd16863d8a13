// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "core/storage/export.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace poolscope::storage {

/// Texts by number, each once; 0 is the empty one.
class TextTable {
 public:
  std::uint64_t number(std::string_view text);
  const std::vector<std::string_view>& texts() const { return texts_; }

 private:
  std::vector<std::string_view> texts_ = {std::string_view()};
  std::unordered_map<std::string_view, std::uint64_t> numbers_ = {{std::string_view(), 0}};
};

/// Packs a session for the page that plays it (resources/player/data.js unpacks it): a JSON
/// document and columns of numbers, seven bits a byte, all of it one zlib stream. Its size is some
/// 20 to 30 bytes a task. Threads: one at a time; texts live as long as the snapshot.
class HtmlWriter {
 public:
  HtmlWriter(const session::Snapshot& snapshot, const ExportOptions& options);

  void add(const session::Task& task);
  std::uint64_t tasks() const { return tasks_; }
  /// All of it, compressed; empty if memory is lacking.
  std::string pack();

 private:
  enum Column : std::uint8_t {
    id,
    state,
    name,
    error,
    worker,
    caller,
    receiver,
    queued,
    started,
    finished,
    delivered,
    cpu,
    phases,
    phase_kind,
    phase_name,
    phase_begin,
    phase_length,
    wait_lane,
    wait_begin,
    wait_length,
    wait_task,
    column_count
  };

  void put(Column column, std::uint64_t number);
  void put_signed(Column column, std::int64_t number);
  void put_lane(Column column, std::optional<session::LaneId> lane);
  void put_time(Column column, std::optional<session::TimeNs> time,
                std::optional<session::TimeNs>& latest);
  void add_phases(const session::Task& task);
  void add_waits();
  std::string head();

  const session::Snapshot& snapshot_;
  const ExportOptions& options_;
  session::TimeNs begin_;
  session::TimeNs end_;
  std::array<std::string, column_count> columns_;
  TextTable names_;
  TextTable errors_;
  std::uint64_t tasks_ = 0;
  std::uint64_t waits_ = 0;
  std::uint64_t last_id_ = 0;
  session::TimeNs last_queued_;
};

}  // namespace poolscope::storage
