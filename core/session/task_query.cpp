// SPDX-License-Identifier: Apache-2.0
#include "core/session/task_query.h"

#include "core/base/cores.h"
#include "core/base/in_parallel.h"
#include "core/session/snapshot.h"
#include "core/session/task_kind.h"

#include <algorithm>
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

const TextSet& no_texts() {
  static const TextSet none;
  return none;
}

}  // namespace

void TextSet::settle() {
  any_ = std::ranges::any_of(words_, [](std::uint64_t word) { return word != 0; });
}

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
      processes_.push_back({known.directory, known.read, known.found, false});
    }
  }
}

TaskQuery TaskQuery::of_kind(std::string_view kind) {
  TaskQuery query("");
  query.text_ = kind;
  query.is_kind_ = true;
  return query;
}

bool TaskQuery::means(TextPattern& pattern, std::string_view text) const {
  return is_kind_ ? kind_of(text) == text_ : pattern.found_in(text);
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
    Process& process = processes_[i];
    if (auto directory = snapshot.directory(i); process.directory != directory) {
      process = {.directory = std::move(directory)};
    }
    if (!process.narrowed && !sift(process, 1, process.read, false, stop)) {
      return false;
    }
    process.narrowed = true;
    const std::size_t count = process.directory->name_count();
    process.found.grow(count + 1);
    if (is_kind_ && text_.empty()) {
      process.found.word(0) |= 1;  // no name
    }
    if (!sift(process, process.read + 1, count, true, stop)) {
      return false;
    }
    process.read = count;
    process.found.settle();
  }
  return true;
}

/// Looks at the texts [first, last], all or those that are in the set; what is not meant goes.
bool TaskQuery::sift(Process& process, std::size_t first, std::size_t last, bool all,
                     const std::stop_token& stop) const {
  constexpr std::size_t kWords = 64;  // at a time
  constexpr std::size_t kWorthAThread = 1 << 14;
  if (first > last) {
    return true;
  }
  const std::size_t first_word = first / 64;
  const std::size_t parts = (last / 64 - first_word) / kWords + 1;
  in_parallel(parts, last - first < kWorthAThread ? 1 : usable_cores(), [&](std::size_t part) {
    TextPattern pattern = pattern_;
    const std::size_t begin = first_word + part * kWords;
    const std::size_t end = std::min(begin + kWords, last / 64 + 1);
    for (std::size_t i = begin; i < end && !stop.stop_requested(); ++i) {
      std::uint64_t& word = process.found.word(i);
      std::uint64_t asked = all ? ~std::uint64_t{0} : word;
      asked &= i == first / 64 ? ~std::uint64_t{0} << first % 64 : ~std::uint64_t{0};
      asked &= i == last / 64 ? ~std::uint64_t{0} >> (63 - last % 64) : ~std::uint64_t{0};
      for (; asked != 0; asked &= asked - 1) {
        const auto bit = static_cast<unsigned>(std::countr_zero(asked));
        const auto id = static_cast<trace::NameId>(i * 64 + bit);
        const bool found = means(pattern, process.directory->name(id));
        word = (word & ~(std::uint64_t{1} << bit)) | std::uint64_t{found} << bit;
      }
    }
  });
  return !stop.stop_requested();
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
  return process < processes_.size() ? processes_[process].found : no_texts();
}

const TextSet& TaskQuery::errors(std::uint32_t process) const {
  return is_kind_ ? no_texts() : texts(process);
}

}  // namespace poolscope::session
