// SPDX-License-Identifier: Apache-2.0
#include "core/workload/scenario.h"

#include "core/workload/gallery_texts.h"
#include "core/workload/url.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

namespace poolscope::workload {
namespace {

constexpr std::uintmax_t kLargestScenario =
    1'048'576;  // a byte more is no scenario but another kind of file

std::string gallery_names() {
  std::string names;
  for (const Scenario& scenario : gallery()) {
    names += (names.empty() ? "" : ", ") + scenario.name;
  }
  return names;
}

bool runs_command(const TaskKind& kind) {
  return std::ranges::any_of(kind.steps,
                             [](const Step& s) { return std::holds_alternative<CommandStep>(s); });
}

std::vector<Scenario> parsed_gallery() {
  std::vector<Scenario> scenarios;
  for (const std::string_view text : gallery_texts()) {
    auto scenario = parse_scenario(text, {});
    if (scenario) {  // a test keeps each of them readable
      scenarios.push_back(std::move(*scenario));
    }
  }
  return scenarios;
}

}  // namespace

bool Scenario::reaches_network() const {
  return !std::ranges::all_of(http.urls, is_loopback_url);
}

bool Scenario::runs_commands() const {
  return std::ranges::any_of(tasks, runs_command);
}

Result<Scenario> load_scenario_file(const std::filesystem::path& file) {
  const std::string name = file.string();
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) {
    const bool missing = status.type() == std::filesystem::file_type::not_found;
    return failure(name, missing ? "no such file" : error.message(),
                   "give a gallery name (" + gallery_names() + ") or a TOML file");
  }
  if (std::filesystem::is_directory(status)) {
    return failure(name, "this is a folder", "give a scenario's TOML file");
  }
  if (!std::filesystem::is_regular_file(status)) {
    return failure(name, "this is no regular file", "give a scenario's TOML file");
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    return failure(name, std::string("cannot be opened: ") + std::strerror(errno),
                   "check that you may read it");
  }
  if (std::filesystem::file_size(file, error) > kLargestScenario) {
    return failure(name, "larger than 1 MiB, so it is no scenario", "give a scenario's TOML file");
  }
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (stream.bad()) {
    return failure(name, "cannot be read", "check that it is whole and its disk is there");
  }
  return parse_scenario(text, file);
}

const std::vector<Scenario>& gallery() {
  static const std::vector<Scenario> scenarios = parsed_gallery();
  return scenarios;
}

Result<Scenario> find_scenario(const std::string& name_or_file) {
  const auto found = std::ranges::find(gallery(), name_or_file, &Scenario::name);
  if (found != gallery().end()) {
    return *found;
  }
  std::error_code ignored;
  const bool looks_like_file = name_or_file.find('/') != std::string::npos ||
                               name_or_file.ends_with(".toml") ||
                               std::filesystem::exists(name_or_file, ignored);
  if (!looks_like_file) {
    return failure("'" + name_or_file + "'", "no scenario of this name, nor such a file",
                   "known are " + gallery_names());
  }
  return load_scenario_file(name_or_file);
}

}  // namespace poolscope::workload
