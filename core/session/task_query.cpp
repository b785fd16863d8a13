// SPDX-License-Identifier: Apache-2.0
#include "core/session/task_query.h"

#include "core/session/snapshot.h"

#include <bit>
#include <charconv>
#include <utility>

namespace poolscope::session {
namespace {

constexpr std::string_view kSpace = " \t\r\n\f\v";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpace);
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::optional<std::uint64_t> number(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && end == digits.data() + digits.size() && value != 0
             ? std::optional(value)
             : std::nullopt;
}

}  // namespace

TaskQuery::TaskQuery(std::string_view text, const TaskQuery* before)
    : text_(trimmed(text)),
      pattern_(text_) {
  const std::string_view whole = text_;
  const std::size_t space = whole.find_last_of(kSpace);
  std::string_view last = space == std::string_view::npos ? whole : whole.substr(space + 1);
  const bool hash = last.starts_with('#');
  last.remove_prefix(hash ? 1 : 0);
  id_ = number(last);
  number_only_ = hash && id_ && space == std::string_view::npos;
  if (id_ && space != std::string_view::npos) {
    called_ = folded(trimmed(whole.substr(0, space)));
  }
  if (before != nullptr && !number_only_ && !before->number_only_ &&
      pattern_.implies(before->pattern_)) {
    for (const Process& known : before->processes_) {
      // What `before` has not narrowed yet is all that it knows.
      processes_.push_back({.directory = known.directory,
                            .read = known.read,
                            .wider = known.wider ? known.wider : known.found});
    }
  }
}

bool TaskQuery::means_id_of(std::string_view name) const {
  return called_.empty() || (name.empty() ? called_ == "task" : folded(name).ends_with(called_));
}

bool TaskQuery::read_names(const Snapshot& snapshot, const std::stop_token& stop) {
  if (empty() || number_only_) {
    return true;
  }
  processes_.resize(snapshot.process_count());
  for (std::uint32_t i = 0; i < processes_.size(); ++i) {
    if (auto directory = snapshot.directory(i); processes_[i].directory != directory) {
      processes_[i] = {.directory = std::move(directory)};
    }
    if (!narrow(processes_[i], stop) || !read_names(processes_[i], stop)) {
      return false;
    }
  }
  return true;
}

bool TaskQuery::narrow(Process& process, const std::stop_token& stop) {
  if (!process.wider) {
    return true;
  }
  process.found = {};
  for (std::size_t i = 0; i < process.wider->words(); ++i) {
    for (std::uint64_t left = process.wider->word(i); left != 0; left &= left - 1) {
      const auto id =
          static_cast<trace::NameId>(i * 64 + static_cast<unsigned>(std::countr_zero(left)));
      if (pattern_.found_in(process.directory->name(id))) {
        process.found.add(id);
      }
    }
    if (stop.stop_requested()) {
      return false;
    }
  }
  process.wider.reset();
  return true;
}

bool TaskQuery::read_names(Process& process, const std::stop_token& stop) {
  constexpr std::size_t kBetweenLooks = 1024;
  const std::size_t count = process.directory->name_count();
  while (process.read < count) {
    const auto id = static_cast<trace::NameId>(++process.read);
    if (pattern_.found_in(process.directory->name(id))) {
      process.found.add(id);
    }
    if (id % kBetweenLooks == 0 && stop.stop_requested()) {
      return false;
    }
  }
  return true;
}

bool TaskQuery::found_in(std::string_view text) const {
  return !number_only_ && TextPattern(pattern_).found_in(text);
}

std::optional<TimeNs> match_time(const Task& task) {
  return task.started    ? task.started
         : task.finished ? task.finished
         : task.queued   ? task.queued
                         : task.delivered;
}

const TextSet& TaskQuery::texts(std::uint32_t process) const {
  static const TextSet kNone;
  return process < processes_.size() ? processes_[process].found : kNone;
}

}  // namespace poolscope::session
