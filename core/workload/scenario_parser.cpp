// SPDX-License-Identifier: Apache-2.0
// Scenario files, as DESIGN's "Scenario files" has them: every key, its type and its limits.
#include "core/workload/scenario.h"
#include "core/workload/table_reader.h"
#include "core/workload/url.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

namespace poolscope::workload {
namespace {

// Limits of what a file may ask for. They keep a slip of the finger from taking all memory; a run
// of more tasks than kMostTasks is a batch that repeats.
constexpr std::uint64_t kMostWorkers = 4096;  // as the executor's
constexpr std::uint64_t kMostTasks = 10'000'000;
constexpr std::uint64_t kMostChildren = 10'000;
constexpr std::uint64_t kMostQueued = 100'000'000;
constexpr std::uint64_t kMostConcurrent = 100'000;
constexpr std::int64_t kHighestPriority = 1'000'000;
constexpr double kLargestWeight = 1e6;
constexpr double kSmallestWeight = 1e-6;
constexpr std::size_t kMostKinds = 1000;
constexpr std::size_t kMostSteps = 1000;
constexpr std::size_t kMostPositions = 100'000;
constexpr std::size_t kMostUrls = 10'000;
constexpr std::size_t kMostScriptSteps = 10'000;
constexpr std::size_t kMostChecks = 100;
constexpr std::size_t kMostTries = 12;
constexpr double kLargestFigure = 1e12;
constexpr std::size_t kLineBytes = 200;
constexpr std::size_t kLabelBytes = 48;  // of a button
constexpr std::size_t kTextBytes = 65'536;

constexpr std::array<std::string_view, 6> kSteps = {"http", "sleep", "cpu",
                                                    "file", "lock",  "command"};

/// Tables are merged, all else is replaced.
void merge(toml::table& into, const toml::table& change) {
  for (const auto& [key, value] : change) {
    toml::table* const inner = into[key].as_table();
    if (inner != nullptr && value.is_table()) {
      merge(*inner, *value.as_table());
    } else {
      into.insert_or_assign(key, value);
    }
  }
}

/// The file's parts, read from top to bottom. Throws ScenarioFault.
class ScenarioReader {
 public:
  explicit ScenarioReader(std::string file) : file_(std::move(file)) {}

  void read(const toml::table& root, Scenario& scenario) const;

 private:
  void read_pool(const toml::table& table, PoolSettings& pool) const;
  void read_load(const toml::table& table, Load& load) const;
  void read_http(const toml::table& table, HttpSettings& http) const;
  TaskKind read_kind(const toml::table& table, std::size_t index, const Load& load) const;
  Step read_step(const toml::table& table, const std::string& where) const;
  ScriptStep read_script_step(const toml::table& table) const;
  Check read_check(const toml::table& table) const;
  Try read_try(const toml::table& table) const;
  void check_changes(const TableReader& reader, const toml::table& root,
                     const Scenario& scenario) const;
  void read_promise(const TableReader& reader, std::string& say, std::string& figure,
                    std::optional<double>& min, std::optional<double>& max) const;
  std::optional<WorkerCount> read_worker_count(const TableReader& reader,
                                               std::string_view key) const;
  void check_positions(const TableReader& root, const Scenario& scenario) const;

  std::string file_;
};

void ScenarioReader::read(const toml::table& root, Scenario& scenario) const {
  const TableReader reader(root, file_, "",
                           {"name", "title", "lesson", "code", "code_cpp", "max_workers", "gil",
                            "seed", "pool", "load", "task", "http", "script", "check", "try"});
  reader.require("name");
  reader.line("name", scenario.name, kLineBytes);
  scenario.title = scenario.name;
  reader.line("title", scenario.title, kLineBytes);
  reader.text("lesson", scenario.lesson, kTextBytes);
  reader.text("code", scenario.code, kTextBytes);
  reader.text("code_cpp", scenario.code_cpp, kTextBytes);
  if (const auto workers = reader.integer("max_workers", 1, kMostWorkers)) {
    scenario.max_workers = static_cast<std::size_t>(*workers);
  }
  reader.flag("gil", scenario.gil);
  reader.count("seed", scenario.seed, 0, std::numeric_limits<std::int64_t>::max());
  if (const auto* pool = reader.table("pool")) {
    read_pool(*pool, scenario.pool);
  }
  reader.require("load");
  read_load(*reader.table("load"), scenario.load);
  if (const auto* http = reader.table("http")) {
    read_http(*http, scenario.http);
  }
  reader.require("task");
  const auto kinds = reader.tables("task");
  if (kinds.empty() || kinds.size() > kMostKinds) {
    reader.fault("task",
                 "must be 1 to " + std::to_string(kMostKinds) + " tables, written [[task]]");
  }
  for (const toml::table* kind : kinds) {
    scenario.tasks.push_back(read_kind(*kind, scenario.tasks.size(), scenario.load));
  }
  check_positions(reader, scenario);
  const auto script = reader.tables("script");
  if (script.size() > kMostScriptSteps) {
    reader.fault("script", "has more than " + std::to_string(kMostScriptSteps) + " entries");
  }
  for (const toml::table* step : script) {
    scenario.script.push_back(read_script_step(*step));
  }
  std::ranges::stable_sort(scenario.script, {}, &ScriptStep::at);
  const auto checks = reader.tables("check");
  if (checks.size() > kMostChecks) {
    reader.fault("check", "has more than " + std::to_string(kMostChecks) + " entries");
  }
  for (const toml::table* check : checks) {
    scenario.checks.push_back(read_check(*check));
  }
  const auto tries = reader.tables("try");
  if (tries.size() > kMostTries) {
    reader.fault("try", "has more than " + std::to_string(kMostTries) + " entries");
  }
  for (const toml::table* table : tries) {
    scenario.tries.push_back(read_try(*table));
  }
  check_changes(reader, root, scenario);
}

void ScenarioReader::read_pool(const toml::table& table, PoolSettings& pool) const {
  const TableReader reader(table, file_, "[pool]",
                           {"queue_discipline", "queue_capacity", "thread_name_prefix"});
  if (const auto choice =
          reader.choice("queue_discipline", {"fifo", "lifo", "priority", "work_stealing"})) {
    pool.queue_discipline = static_cast<Discipline>(*choice);
  }
  reader.count("queue_capacity", pool.queue_capacity, 0, kMostQueued);
  reader.line("thread_name_prefix", pool.thread_name_prefix, kLineBytes);
}

void ScenarioReader::read_load(const toml::table& table, Load& load) const {
  const TableReader reader(table, file_, "[load]",
                           {"pattern", "tasks", "repeat", "rate", "burst_size", "interval", "first",
                            "results", "buffer_size", "children"});
  reader.require("pattern");
  load.pattern = static_cast<LoadPattern>(
      *reader.choice("pattern", {"map", "submit", "as_completed", "poisson", "burst", "nested"}));
  reader.require("tasks");
  reader.count("tasks", load.tasks, 1, kMostTasks);
  reader.flag("repeat", load.repeat);
  reader.rate("rate", load.rate_per_s);
  reader.count("burst_size", load.burst_size, 1, kMostTasks);
  reader.duration("interval", load.interval);
  if (load.interval <= Nanoseconds(0)) {
    reader.fault("interval", "must be above 0");
  }
  reader.count("first", load.first, 0, kMostTasks);
  reader.flag("results", load.results);
  reader.count("buffer_size", load.buffer_size, 0, kMostTasks);
  reader.count("children", load.children, 1, kMostChildren);
  if (load.pattern == LoadPattern::nested && load.tasks * (load.children + 1) > kMostTasks) {
    reader.fault("children", "makes more than " + std::to_string(kMostTasks) + " tasks a batch");
  }
}

void ScenarioReader::read_http(const toml::table& table, HttpSettings& http) const {
  const TableReader reader(table, file_, "[http]",
                           {"urls", "max_concurrent", "per_host", "rate_per_host"});
  http.urls = reader.texts("urls", kMostUrls);
  for (const std::string& url : http.urls) {
    if (!is_web_url(url)) {
      reader.fault("urls", "holds no http or https URL: '" + url + "'");
    }
  }
  reader.count("max_concurrent", http.max_concurrent, 0, kMostConcurrent);
  for (const std::string_view key : {"per_host", "rate_per_host"}) {
    if (reader.has(key) && http.urls.empty()) {
      reader.fault(key, "has no meaning without 'urls'", "name the URLs, or leave it out");
    }
  }
  if (reader.has("per_host")) {
    http.per_host = 0;
    reader.count("per_host", *http.per_host, 0, kMostConcurrent);
  }
  if (reader.has("rate_per_host")) {
    http.rate_per_host = 0;
    reader.rate("rate_per_host", *http.rate_per_host);
  }
}

TaskKind ScenarioReader::read_kind(const toml::table& table, std::size_t index,
                                   const Load& load) const {
  const TableReader reader(table, file_, "[[task]]",
                           {"name", "weight", "at", "priority", "fail_every", "fail", "steps"});
  TaskKind kind;
  kind.name = index == 0 ? "task" : "task " + std::to_string(index + 1);
  reader.line("name", kind.name, kLineBytes);
  reader.number("weight", kind.weight, kSmallestWeight, kLargestWeight);
  kind.at = reader.counts("at", load.tasks - 1, kMostPositions);
  if (reader.has("at") && reader.has("weight")) {
    reader.fault("weight", "has no meaning beside 'at'", "keep one of the two");
  }
  if (reader.has("at") && kind.at.empty()) {
    reader.fault("at", "must name at least one position");
  }
  if (const auto priority = reader.integer("priority", -kHighestPriority, kHighestPriority)) {
    kind.priority = static_cast<int>(*priority);
  }
  reader.count("fail_every", kind.fail_every, 0, kMostTasks);
  reader.number("fail", kind.fail, 0, 1);
  reader.require("steps");
  const auto steps = reader.tables("steps");
  if (steps.empty() || steps.size() > kMostSteps) {
    reader.fault("steps", "must have 1 to " + std::to_string(kMostSteps) + " entries");
  }
  for (const toml::table* step : steps) {
    kind.steps.push_back(read_step(*step, "a step of '" + kind.name + "'"));
  }
  return kind;
}

/// Which of kSteps a table is; a table that is none or several is refused.
std::size_t step_kind(const TableReader& reader) {
  std::size_t found = kSteps.size();
  for (std::size_t i = 0; i < kSteps.size(); ++i) {
    if (!reader.has(kSteps[i])) {
      continue;
    }
    if (found != kSteps.size()) {
      reader.fault(kSteps[i], "stands beside '" + std::string(kSteps[found]) + "'",
                   "write each step in { } of its own");
    }
    found = i;
  }
  return found;
}

void check_step_key(const TableReader& reader, std::string_view key, std::string_view of) {
  if (reader.has(key) && !reader.has(of)) {
    reader.fault(key, "belongs to a step with '" + std::string(of) + "'");
  }
}

Step ScenarioReader::read_step(const toml::table& table, const std::string& where) const {
  const TableReader reader(table, file_, where,
                           {"http", "sleep", "cpu", "file", "lock", "command", "latency", "hold"});
  const std::size_t kind = step_kind(reader);
  check_step_key(reader, "latency", "http");
  check_step_key(reader, "hold", "lock");
  switch (kind) {
    case 0: {
      HttpStep step;
      reader.line("http", step.path, kTextBytes);
      if (!is_url_path(step.path)) {
        reader.fault("http", "must be a path such as \"/page\"");
      }
      reader.duration("latency", step.latency);
      return step;
    }
    case 1: {
      SleepStep step;
      reader.duration("sleep", step.duration);
      return step;
    }
    case 2: {
      CpuStep step;
      reader.duration("cpu", step.duration);
      return step;
    }
    case 3: {
      FileStep step;
      reader.byte_count("file", step.bytes);
      return step;
    }
    case 4: {
      LockStep step;
      reader.line("lock", step.name, kLineBytes);
      reader.duration("hold", step.hold);
      return step;
    }
    case 5: {
      CommandStep step;
      reader.text("command", step.command, kTextBytes);
      if (step.command.empty()) {
        reader.fault("command", "must not be empty");
      }
      return step;
    }
    default:
      reader.fault_table("names no step", "a step is one of http, sleep, cpu, file, lock, command");
  }
}

ScriptStep ScenarioReader::read_script_step(const toml::table& table) const {
  const TableReader reader(table, file_, "[[script]]",
                           {"at", "max_workers", "cancel", "pause", "resume", "say", "marker"});
  ScriptStep step;
  reader.require("at");
  reader.duration("at", step.at);
  if (const auto workers = reader.integer("max_workers", 1, kMostWorkers)) {
    step.max_workers = static_cast<std::size_t>(*workers);
  }
  reader.flag("cancel", step.cancel);
  reader.flag("pause", step.pause);
  reader.flag("resume", step.resume);
  reader.text("say", step.say, kTextBytes);
  reader.line("marker", step.marker, kLineBytes);
  if (step.pause && step.resume) {
    reader.fault("resume", "stands beside 'pause'", "write two [[script]] tables");
  }
  if (!step.max_workers && !step.cancel && !step.pause && !step.resume && step.say.empty() &&
      step.marker.empty()) {
    reader.fault("at", "has nothing to do",
                 "add max_workers, cancel, pause, resume, say or marker");
  }
  return step;
}

/// "cores" or "4 cores" are those of the machine it runs on.
std::optional<WorkerCount> ScenarioReader::read_worker_count(const TableReader& reader,
                                                             std::string_view key) const {
  if (!reader.has(key)) {
    return std::nullopt;
  }
  if (!reader.is_text(key)) {
    return WorkerCount{.count = static_cast<std::size_t>(*reader.integer(key, 1, kMostWorkers))};
  }
  std::string text;
  reader.line(key, text, kLineBytes);
  constexpr std::string_view kCores = "cores";
  std::size_t times = 1;
  const char* const end = text.data() + text.size();
  if (text != kCores) {
    const auto [rest, error] = std::from_chars(text.data(), end, times);
    if (error != std::errc() || std::string_view(rest, end) != " cores" || times == 0 ||
        times > kMostWorkers) {
      reader.fault(key, "must be a number of workers, \"cores\" or such as \"4 cores\"");
    }
  }
  return WorkerCount{.count = times, .of_cores = true};
}

/// As changed() takes it.
std::string text_of(const toml::table& table) {
  toml::table root = table;
  root.is_inline(false);
  std::ostringstream text;
  text << root;
  return text.str();
}

/// What is to be seen, of a check or a try.
void ScenarioReader::read_promise(const TableReader& reader, std::string& say, std::string& figure,
                                  std::optional<double>& min, std::optional<double>& max) const {
  reader.require("say");
  reader.line("say", say, kLineBytes);
  reader.require("figure");
  reader.line("figure", figure, kLineBytes);
  if (std::ranges::find(kCheckFigures, figure) == kCheckFigures.end()) {
    reader.fault("figure", "is none that Poolscope knows: '" + figure + "'",
                 "docs/scenarios.md lists them");
  }
  const auto limit = [&](std::string_view key, std::optional<double>& value) {
    if (reader.has(key)) {
      reader.number(key, value.emplace(), 0, kLargestFigure);
    }
  };
  limit("min", min);
  limit("max", max);
  if (!min && !max) {
    reader.fault("figure", "has no limit", "add min, max or both");
  }
}

Check ScenarioReader::read_check(const toml::table& table) const {
  const TableReader reader(
      table, file_, "[[check]]",
      {"say", "figure", "max_workers", "against", "with", "from", "to", "min", "max"});
  Check check;
  read_promise(reader, check.say, check.figure, check.min, check.max);
  check.max_workers = read_worker_count(reader, "max_workers");
  check.against = read_worker_count(reader, "against");
  if (const auto* with = reader.table("with")) {
    check.with = text_of(*with);
  }
  reader.duration("from", check.from);
  if (reader.has("to")) {
    reader.duration("to", check.to.emplace());
    if (*check.to <= check.from) {
      reader.fault("to", "is not after 'from'");
    }
  }
  return check;
}

Try ScenarioReader::read_try(const toml::table& table) const {
  const TableReader reader(table, file_, "[[try]]",
                           {"label", "max_workers", "pause", "resume", "cancel", "with", "say",
                            "figure", "against_before", "after", "during", "min", "max"});
  Try result;
  reader.require("label");
  reader.line("label", result.label, kLabelBytes);
  result.max_workers = read_worker_count(reader, "max_workers");
  reader.flag("pause", result.pause);
  reader.flag("resume", result.resume);
  reader.flag("cancel", result.cancel);
  if (result.pause && result.resume) {
    reader.fault("resume", "stands beside 'pause'", "write two [[try]] tables");
  }
  const bool acts = result.max_workers || result.pause || result.resume || result.cancel;
  if (const auto* with = reader.table("with")) {
    result.with = text_of(*with);
    if (acts) {
      reader.fault("with", "starts the scenario again, so nothing else can stand beside it",
                   "put max_workers into 'with'");
    }
  } else if (!acts) {
    reader.fault("label", "has nothing to do", "add max_workers, pause, resume, cancel or with");
  }
  read_promise(reader, result.say, result.figure, result.min, result.max);
  reader.flag("against_before", result.against_before);
  reader.duration("after", result.after);
  reader.duration("during", result.during);
  if (result.during <= Nanoseconds(0)) {
    reader.fault("during", "must be above 0");
  }
  return result;
}

/// What a try changes makes a scenario, too; and whoever let this one run has not let it reach
/// beyond the program by the press of a button.
void ScenarioReader::check_changes(const TableReader& reader, const toml::table& root,
                                   const Scenario& scenario) const {
  for (const Try& one : scenario.tries) {
    if (one.with.empty()) {
      continue;
    }
    toml::table other = root;
    other.erase("try");
    merge(other, toml::parse(one.with));
    Scenario changed;
    try {
      read(other, changed);
    } catch (const ScenarioFault& fault) {
      reader.fault("try", "'" + one.label + "' makes no scenario: " + fault.error.reason,
                   fault.error.advice);
    }
    if (changed.needs_trust() && !scenario.needs_trust()) {
      reader.fault("try", "'" + one.label + "' reaches the network or runs a command",
                   "give that a scenario file of its own");
    }
  }
}

/// Every position of a batch has a kind, and no position has two.
void ScenarioReader::check_positions(const TableReader& root, const Scenario& scenario) const {
  std::set<std::uint64_t> taken;
  bool any_by_weight = false;
  for (const TaskKind& kind : scenario.tasks) {
    any_by_weight = any_by_weight || kind.at.empty();
    for (const std::uint64_t position : kind.at) {
      if (!taken.insert(position).second) {
        root.fault("task", "names position " + std::to_string(position) + " twice in 'at'");
      }
    }
  }
  if (!any_by_weight && taken.size() < scenario.load.tasks) {
    root.fault("task", "leaves positions of the batch without a kind",
               "add a [[task]] without 'at'");
  }
}

}  // namespace

Result<Scenario> changed(const Scenario& scenario, std::string_view change) {
  try {
    toml::table root = toml::parse(scenario.toml);
    merge(root, toml::parse(change));
    std::ostringstream text;
    text << root;
    return parse_scenario(text.str(), scenario.file);
  } catch (const toml::parse_error& error) {
    return failure(scenario.name,
                   one_line("a change is not valid TOML: " + std::string(error.description())),
                   "write 'key = value' with texts in quotes, as docs/scenarios.md shows");
  }
}

Result<Scenario> parse_scenario(std::string_view toml, const std::filesystem::path& file) {
  const std::string name = file.empty() ? "scenario" : file.string();
  if (toml.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return failure(name, "the file is empty", "write a scenario with name, [load] and [[task]]");
  }
  try {
    const toml::table root = toml::parse(toml);
    Scenario scenario;
    ScenarioReader(name).read(root, scenario);
    scenario.toml = toml;
    scenario.file = file;
    return scenario;
  } catch (const ScenarioFault& fault) {
    return tl::unexpected(fault.error);
  } catch (const toml::parse_error& error) {
    return failure(name + ":" + std::to_string(error.source().begin.line),
                   one_line("not valid TOML: " + std::string(error.description())),
                   "write 'key = value' with texts in quotes, as docs/scenarios.md shows");
  }
}

}  // namespace poolscope::workload
