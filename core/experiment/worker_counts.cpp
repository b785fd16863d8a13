// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/worker_counts.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace poolscope::experiment {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const auto begin = text.find_first_not_of(kBlanks);
  return begin == std::string_view::npos
             ? std::string_view()
             : text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::optional<std::uint64_t> whole(std::string_view text) {
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool all = error == std::errc() && stop == text.data() + text.size();
  return all ? std::optional(number) : std::nullopt;
}

}  // namespace

Result<std::vector<std::uint64_t>> parse_worker_counts(std::string_view text,
                                                       const std::string& subject,
                                                       std::uint64_t most) {
  std::vector<std::uint64_t> counts;
  bool more = !trimmed(text).empty();
  while (more) {
    const std::size_t comma = text.find(',');
    const std::string_view word = trimmed(text.substr(0, comma));
    const auto count = whole(word);
    if (!count || *count < 1 || *count > most) {
      return failure(
          subject,
          "'" + std::string(word) + "' is not a whole number from 1 to " + std::to_string(most),
          "write them as in 1,2,4,8");
    }
    if (std::ranges::find(counts, *count) != counts.end()) {
      return failure(subject, std::to_string(*count) + " stands there twice",
                     "give each number of workers once");
    }
    counts.push_back(*count);
    more = comma != std::string_view::npos;
    text.remove_prefix(more ? comma + 1 : 0);
  }
  std::ranges::sort(counts);
  return counts;
}

}  // namespace poolscope::experiment
