// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace poolscope::workload {

using Nanoseconds = std::chrono::nanoseconds;

/// A duration as scenario files write it: "20ms", uniform(a, b), exponential(mean),
/// lognormal(median, sigma), pareto(min, alpha). Drawn in quantity.h.
struct DurationSpec {
  enum class Kind : std::uint8_t { fixed, uniform, exponential, lognormal, pareto };
  Kind kind = Kind::fixed;
  Nanoseconds a{0};       ///< fixed value, lower bound, mean, median or minimum
  Nanoseconds b{0};       ///< uniform's upper bound
  double shape = 0;       ///< sigma or alpha
  std::string text = {};  ///< as written
};

/// Fetches `path` of the local server, which answers after `latency`, or the next of the URLs.
struct HttpStep {
  std::string path = "/";
  DurationSpec latency = {};
};
struct SleepStep {
  DurationSpec duration = {};
};
/// Uses so much CPU time of its thread.
struct CpuStep {
  DurationSpec duration = {};
};
/// Writes so many bytes and reads them back.
struct FileStep {
  std::uint64_t bytes = 0;
};
/// Waits for the lock of this name, then sleeps with the lock held.
struct LockStep {
  std::string name = {};
  DurationSpec hold = {};
};
/// Run by /bin/sh -c.
struct CommandStep {
  std::string command = {};
};
using Step = std::variant<HttpStep, SleepStep, CpuStep, FileStep, LockStep, CommandStep>;

struct TaskKind {
  std::string name = {};
  double weight = 1;
  std::vector<std::uint64_t> at = {};  ///< exactly these positions of the batch; empty: by weight
  int priority = 0;
  std::uint64_t fail_every = 0;  ///< every n-th throws; 0: none
  double fail = 0;               ///< share drawn at random
  std::vector<Step> steps = {};
};

enum class LoadPattern : std::uint8_t { map, submit, as_completed, poisson, burst, nested };
enum class Discipline : std::uint8_t { fifo, lifo, priority, work_stealing };

struct Load {
  LoadPattern pattern = LoadPattern::map;
  std::uint64_t tasks = 0;  ///< of one batch
  bool repeat = false;
  double rate_per_s = 50;         ///< poisson
  std::uint64_t burst_size = 40;  ///< burst
  Nanoseconds interval = std::chrono::milliseconds(100);
  std::uint64_t first = 0;  ///< burst: single tasks before it
  bool results = true;
  std::uint64_t buffer_size = 0;  ///< map; 0: all at once
  std::uint64_t children = 1;     ///< nested
};

struct PoolSettings {
  Discipline queue_discipline = Discipline::fifo;
  std::uint64_t queue_capacity = 0;
  std::string thread_name_prefix = {};
};

struct HttpSettings {
  std::vector<std::string> urls = {};  ///< empty: the local server
  std::uint64_t max_concurrent = 0;    ///< of the local server; 0: no limit
  /// Of requests to one host of `urls`, at a time (0: no limit) and a second. None: see
  /// host_gate.h.
  std::optional<std::uint64_t> per_host = {};
  std::optional<double> rate_per_host = {};
};

/// One moment of a demo: what happens at `at` after the start.
struct ScriptStep {
  Nanoseconds at{0};
  std::optional<std::size_t> max_workers = {};
  bool cancel = false;
  bool pause = false;
  bool resume = false;
  std::string say = {};
  std::string marker = {};
};

/// A number of workers, or a multiple of the machine's cores.
struct WorkerCount {
  std::size_t count = 1;
  bool of_cores = false;
  std::size_t on(std::size_t cores) const { return of_cores ? count * cores : count; }
};

/// What must be seen when the scenario runs. experiment/scenario_check.h finds out.
struct Check {
  std::string say = {};     ///< in words
  std::string figure = {};  ///< "throughput", "queue_wait.p99", ...: see kCheckFigures
  std::optional<WorkerCount> max_workers = {};  ///< instead of the scenario's
  /// The figure is divided by the same one of a run with so many workers.
  std::optional<WorkerCount> against = {};
  std::string with = {};  ///< TOML that changes the scenario, as changed() takes it
  Nanoseconds from{0};
  std::optional<Nanoseconds> to = {};  ///< none: of all there was
  std::optional<double> min = {};
  std::optional<double> max = {};
};

/// Something to try while the scenario runs: a button in the window, and what is then to be seen.
/// experiment/trial.h finds out.
struct Try {
  std::string label = {};                       ///< on the button
  std::optional<WorkerCount> max_workers = {};  ///< while it runs; and/or the next three
  bool pause = false;
  bool resume = false;
  bool cancel = false;
  std::string with = {};        ///< TOML: starts it again, with these keys, as changed() takes them
  std::string say = {};         ///< what is promised, in words
  std::string figure = {};      ///< one of kCheckFigures
  bool against_before = false;  ///< the figure is divided by the one of before
  Nanoseconds after = std::chrono::milliseconds(300);  ///< from then on it is looked at, ...
  Nanoseconds during = std::chrono::seconds(1);        ///< ... for so long; before as long
  std::optional<double> min = {};
  std::optional<double> max = {};
};

/// The figures that a check or a try may name; times in seconds. `first_result`: from the begin to
/// when the caller had one; `out_of_order`: tasks that started before one that was queued earlier.
inline constexpr auto kCheckFigures = std::to_array<std::string_view>(
    {"queued",         "started",         "finished",         "failed",         "cancelled",
     "throughput",     "utilization",     "peak_workers",     "queue_wait.p50", "queue_wait.p99",
     "queue_wait.max", "queue_wait.mean", "run_time.p50",     "run_time.p99",   "run_time.max",
     "run_time.mean",  "queue_depth.max", "queue_depth.mean", "first_result",   "out_of_order"});

/// A scenario file as DESIGN.md describes it, checked: what is here can be run.
struct Scenario {
  std::string name = {};
  std::string title = {};
  std::string lesson = {};    ///< Markdown
  std::string code = {};      ///< Python
  std::string code_cpp = {};  ///< the same in C++
  std::optional<std::size_t> max_workers = {};
  bool gil = false;
  std::uint64_t seed = 1;
  PoolSettings pool = {};
  Load load = {};
  std::vector<TaskKind> tasks = {};
  HttpSettings http = {};
  std::vector<ScriptStep> script = {};
  std::vector<Check> checks = {};
  std::vector<Try> tries = {};
  std::string toml = {};            ///< the text it came from
  std::filesystem::path file = {};  ///< empty: of the gallery

  bool reaches_network() const;  ///< beyond this machine
  bool runs_commands() const;
  /// One or the other: those from outside the gallery need consent.
  bool needs_trust() const { return reaches_network() || runs_commands(); }
};

/// Parses and checks. Errors name `file`, the line and the key: "my.toml:7: unknown key 'stepz';
/// ...".
Result<Scenario> parse_scenario(std::string_view toml, const std::filesystem::path& file);
/// The scenario with the keys of `change` (TOML) in the place of its own; tables are merged, arrays
/// replaced. Errors as parse_scenario().
Result<Scenario> changed(const Scenario& scenario, std::string_view change);
Result<Scenario> load_scenario_file(const std::filesystem::path& file);

/// The scenarios that come with Poolscope, in the order in which they are shown; the first is the
/// default.
const std::vector<Scenario>& gallery();
/// A gallery scenario by name, else the file of that path. A name that is neither says which there
/// are.
Result<Scenario> find_scenario(const std::string& name_or_file);

}  // namespace poolscope::workload
