// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/points_file.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

namespace poolscope::experiment {
namespace {

constexpr std::uintmax_t kLargestFile = 64 << 20;
constexpr double kMostThroughput = 1e18;  // sums of its squares are still numbers
constexpr const char* kWanted = "give a CSV file with the columns workers,throughput";

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && blank(text.back())) {
    text.remove_suffix(1);
  }
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  return text;
}

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    quoted = quoted != (line[i] == '"');
    if (line[i] == ',' && !quoted) {
      fields.push_back(trimmed(line.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  fields.push_back(trimmed(line.substr(begin)));
  return fields;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

/// A value as it stands in the file, short enough for one line.
std::string quoted(std::string_view text) {
  constexpr std::size_t kMost = 40;
  return "'" + std::string(text.substr(0, kMost)) + (text.size() > kMost ? "...'" : "'");
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

/// What a spreadsheet program may have made of a CSV file, where its columns are not found.
std::optional<Error> no_commas(std::string_view header, const std::string& where) {
  if (header.find('\r') != std::string_view::npos) {
    return Error{where, "ends its lines with carriage returns alone",
                 "save it with line ends as Linux or Windows has them"};
  }
  for (const auto& [separator, name] : {std::pair{';', "';'"}, std::pair{'\t', "tabs"}}) {
    if (header.find(separator) != std::string_view::npos) {
      return Error{where, std::string("separates its columns with ") + name,
                   "write commas, as in workers,throughput, and decimal points in the numbers"};
    }
  }
  return std::nullopt;
}

/// Reads rows once the header told which columns count.
class Table {
 public:
  explicit Table(std::string file) : file_(std::move(file)) {}

  Result<void> read_header(std::string_view line, std::size_t number) {
    const std::vector<std::string_view> names = fields_of(line);
    for (const auto& [name, column] :
         {std::pair{"workers", &workers_}, std::pair{"throughput", &throughput_}}) {
      const auto found =
          std::ranges::find_if(names, [&](std::string_view n) { return lower(n) == name; });
      if (found == names.end()) {
        if (auto known = no_commas(trimmed(line), at(number))) {
          return tl::unexpected(*known);
        }
        return failure(at(number), std::string("has no column '") + name + "'",
                       "its first line must name the columns: workers,throughput");
      }
      if (std::ranges::count_if(names, [&](std::string_view n) { return lower(n) == name; }) > 1) {
        return failure(at(number), std::string("has the column '") + name + "' twice",
                       "give the one that is not meant another name");
      }
      *column = static_cast<std::size_t>(found - names.begin());
    }
    return {};
  }

  Result<Measurement> read_row(std::string_view line, std::size_t line_number) const {
    const std::vector<std::string_view> fields = fields_of(line);
    if (fields.size() <= std::max(workers_, throughput_)) {
      return failure(at(line_number), "has too few columns", "write workers,throughput");
    }
    const auto workers = number(fields[workers_]);
    const bool whole = workers && *workers >= 1 && *workers == std::floor(*workers) &&
                       *workers <= static_cast<double>(kMostCountedWorkers);
    if (!whole) {
      return failure(at(line_number),
                     "workers is " + quoted(fields[workers_]) + ", not a whole number from 1 to " +
                         std::to_string(kMostCountedWorkers),
                     "mend or remove the row");
    }
    const auto throughput = number(fields[throughput_]);
    if (!throughput || !std::isfinite(*throughput) || *throughput < 0) {
      return failure(at(line_number),
                     "throughput is " + quoted(fields[throughput_]) +
                         ", not a number of 0 or more with a decimal point",
                     "mend or remove the row");
    }
    if (*throughput > kMostThroughput) {
      return failure(at(line_number),
                     "throughput is " + quoted(fields[throughput_]) + ", more than 1e18 a second",
                     "mend or remove the row");
    }
    return Measurement{static_cast<std::uint64_t>(*workers), *throughput};
  }

 private:
  std::string at(std::size_t line) const { return file_ + ":" + std::to_string(line); }

  std::string file_;
  std::size_t workers_ = 0;
  std::size_t throughput_ = 0;
};

}  // namespace

Result<std::vector<Measurement>> parse_points(std::string_view csv, const std::string& file) {
  if (csv.starts_with("\xef\xbb\xbf")) {
    csv.remove_prefix(3);
  }
  if (csv.starts_with("\xff\xfe") || csv.starts_with("\xfe\xff")) {
    return failure(file, "is text in UTF-16", "save it as CSV in UTF-8");
  }
  Table table(file);
  std::vector<Measurement> points;
  bool has_header = false;
  for (std::size_t number = 1; !csv.empty(); ++number) {
    const std::size_t end = csv.find('\n');
    const std::string_view line = csv.substr(0, end);
    csv.remove_prefix(end == std::string_view::npos ? csv.size() : end + 1);
    if (trimmed(line).empty()) {
      continue;
    }
    if (!has_header) {
      if (auto header = table.read_header(line, number); !header) {
        return tl::unexpected(header.error());
      }
      has_header = true;
      continue;
    }
    auto point = table.read_row(line, number);
    if (!point) {
      return tl::unexpected(point.error());
    }
    points.push_back(*point);
  }
  if (points.empty()) {
    return failure(file, has_header ? "has no measurement" : "is empty", kWanted);
  }
  return points;
}

Result<std::vector<Measurement>> read_points(const std::filesystem::path& path) {
  const std::string name = path.string();
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    const bool missing = status.type() == std::filesystem::file_type::not_found;
    return failure(name, missing ? "no such file" : error.message(), kWanted);
  }
  if (!std::filesystem::is_regular_file(status)) {
    return failure(name,
                   std::filesystem::is_directory(status) ? "is a folder" : "is no regular file",
                   kWanted);
  }
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    return failure(name, std::string("cannot be opened: ") + std::strerror(errno),
                   "check that you may read it");
  }
  if (std::filesystem::file_size(path, error) > kLargestFile) {
    return failure(name, "is larger than 64 MiB", kWanted);
  }
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (stream.bad()) {
    return failure(name, "cannot be read", "check that it is whole and its disk is there");
  }
  return parse_points(text, name);
}

}  // namespace poolscope::experiment
