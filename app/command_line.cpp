// SPDX-License-Identifier: Apache-2.0
#include "app/command_line.h"

#include "app/experiment_options.h"
#include "app/numbers.h"
#include "app/option_values.h"
#include "app/version.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

namespace poolscope::app {
namespace {

constexpr std::uint64_t kTasksLimit = 100'000'000;
constexpr int kMinSide = 200;
constexpr int kMaxSide = 16384;
constexpr std::uint64_t kMaxFps = 240;
constexpr const char* kSeeHelp = "'poolscope --help' lists what there is";

// Values as they were typed; checked after parsing, so that every message names option and value
// alike.
struct Words {
  std::string maxWorkers = {};
  std::string tasks = {};
  std::string duration = {};
  std::string after = {};
  std::string from = {};
  std::string to = {};
  std::string size = {};
  std::string fps = {};
  std::string speed = {};
};

Result<std::optional<PictureSize>> pictureSize(const std::string& text) {
  if (text.empty()) {
    return std::nullopt;
  }
  const std::size_t cross = text.find('x');
  const auto width = parseWhole(text.substr(0, cross));
  const auto height =
      cross == std::string::npos ? std::nullopt : parseWhole(text.substr(cross + 1));
  const auto fits = [](std::uint64_t side) { return side >= kMinSide && side <= kMaxSide; };
  if (!width || !height || !fits(*width) || !fits(*height)) {
    return wrongValue("--size", text,
                      "a size in pixels such as 1920x1080 (" + std::to_string(kMinSide) + " to " +
                          std::to_string(kMaxSide) + " each)");
  }
  return PictureSize{static_cast<int>(*width), static_cast<int>(*height)};
}

Result<std::optional<double>> speedFactor(const std::string& text) {
  constexpr double kLeast = 1e-6;
  constexpr double kMost = 1e4;
  if (text.empty()) {
    return std::nullopt;
  }
  const auto number = parseDecimal(text);
  if (!number || *number < kLeast || *number > kMost) {
    return wrongValue("--speed", text, "a factor such as 0.1 (0.000001 to 10000)");
  }
  return number;
}

// The last word that CLI11 could not place, for a message that names it.
std::string oneLine(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) {
    text.pop_back();
  }
  return text;
}

// An option given with an empty value ("--output=") must not pass for an option not given.
Result<void> refuseEmptyValues(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    const auto& results = option->results();
    const bool hasEmpty = std::find(results.begin(), results.end(), "") != results.end();
    if (option->count() > 0 && option->get_items_expected_max() > 0 && hasEmpty) {
      return failure(option->get_name(false, false), "the value is empty", kSeeHelp);
    }
  }
  return {};
}

struct SplitWords {
  std::vector<std::string> own = {};
  std::vector<std::string> program = {};
};

// What stands behind the "--" of `poolscope run` is the program's, whatever it looks like.
SplitWords splitAtProgram(const std::vector<std::string>& words) {
  const auto dashes = words.size() > 1 && words[1] == "run"
                          ? std::find(words.begin(), words.end(), "--")
                          : words.end();
  SplitWords split{{words.begin(), dashes}, {}};
  if (dashes != words.end()) {
    split.program.assign(dashes + 1, words.end());
  }
  return split;
}

// Of a window that opens without `poolscope` alone being called.
void addPictureOptions(CLI::App& app, WindowCall& window, Words& text) {
  app.add_option("--screenshot", window.screenshot, "Save the window as a picture and quit")
      ->type_name("FILE.png");
  app.add_option("--after", text.after, "... after so many seconds (2)")->type_name("SECONDS");
  app.add_option("--size", text.size, "Size of the window")->type_name("WxH");
  app.add_option("--theme", window.theme, "Colours of the window")
      ->type_name("light|dark")
      ->check(CLI::IsMember({"light", "dark"}));
}

}  // namespace

Result<Call> parseCommandLine(const std::vector<std::string>& words) {
  CLI::App app(
      "Shows a thread pool at work and helps to choose max_workers.\n"
      "Without a subcommand it opens the window.",
      "poolscope");
  app.option_defaults()->always_capture_default(false);
  app.get_formatter()->column_width(36);

  Words text;
  WindowCall window;
  bool version = false;
  app.add_flag("--version", version, "Print the version and end");
  app.add_option("--scenario", window.scenario, "Start with this scenario")
      ->type_name("NAME|FILE.toml");
  app.add_option("--max-workers", text.maxWorkers, "Start with N workers at most (1 to 4096)")
      ->type_name("N");
  app.add_option("--open", window.open, "Open a recording")->type_name("FILE");
  app.add_option("--record", window.record, "Record the session as it happens")->type_name("FILE");
  app.add_option("--screenshot", window.screenshot, "Save the window as a picture and quit")
      ->type_name("FILE.png");
  app.add_option("--after", text.after, "... after so many seconds (2)")->type_name("SECONDS");
  app.add_option("--size", text.size, "Size of the window")->type_name("WxH");
  app.add_option("--theme", window.theme, "Colours of the window")
      ->type_name("light|dark")
      ->check(CLI::IsMember({"light", "dark"}));
  app.add_flag("--presentation", window.presentation,
               "Begin in presentation mode (F11): large type, what matters alone");
  app.add_flag("--force", window.force, "Replace an output that exists");
  app.add_flag("--trust", window.trust,
               "Let a scenario of your own reach the network or run commands");

  ScenariosCall scenarios;
  CLI::App* scenariosApp = app.add_subcommand("scenarios", "List the scenarios that come with it");
  scenariosApp->add_flag("--json", scenarios.json, "Print one JSON document");

  RecordCall record;
  CLI::App* recordApp =
      app.add_subcommand("record", "Run a scenario without a window and record it");
  recordApp->add_option("--scenario", record.scenario, "Which scenario")
      ->type_name("NAME|FILE.toml")
      ->required();
  recordApp->add_option("--max-workers", text.maxWorkers, "At most N workers (1 to 4096)")
      ->type_name("N");
  CLI::Option* tasks =
      recordApp->add_option("--tasks", text.tasks, "Exactly N tasks")->type_name("N");
  recordApp->add_option("--duration", text.duration, "Batch after batch for so long")
      ->type_name("SECONDS")
      ->excludes(tasks);
  recordApp->add_flag("--auto", record.automatic,
                      "Adapt max_workers while it runs, to what the pool gets done");
  recordApp->add_option("--output", record.output, "The recording")
      ->type_name("FILE.pftrace")
      ->required();
  recordApp->add_flag("--json", record.json, "Print one JSON document");
  recordApp->add_flag("--force", record.force, "Replace an output that exists");
  recordApp->add_flag("--trust", record.trust,
                      "Let a scenario of your own reach the network or run commands");

  InfoCall info;
  CLI::App* infoApp = app.add_subcommand("info", "Sum up a recording");
  infoApp->add_option("FILE", info.file, "The recording")->required();
  infoApp->add_flag("--json", info.json, "Print one JSON document");

  ExportCall exportCall;
  CLI::App* exportApp = app.add_subcommand("export", "Make a picture or a table of a recording");
  exportApp->add_option("FILE", exportCall.file, "The recording, or a scenario to run first")
      ->required();
  exportApp->add_option("--output", exportCall.output, "What to make: its ending says the format")
      ->type_name("OUT.{png,svg,mp4,webm,gif,html,csv,json,trace.json}")
      ->required();
  exportApp->add_option("--from", text.from, "Begin, in seconds of the recording")
      ->type_name("SECONDS");
  exportApp->add_option("--to", text.to, "End, in seconds of the recording")->type_name("SECONDS");
  exportApp->add_option("--size", text.size, "Size in pixels (1920x1080)")->type_name("WxH");
  exportApp->add_option("--fps", text.fps, "Frames a second of a video (60; GIF 25)")
      ->type_name("N");
  exportApp->add_option("--speed", text.speed, "Seconds of the recording a second of a video (1)")
      ->type_name("FACTOR");
  exportApp->add_option("--theme", exportCall.theme, "Colours (dark)")
      ->type_name("light|dark")
      ->check(CLI::IsMember({"light", "dark"}));
  exportApp->add_flag("--force", exportCall.force, "Replace an output that exists");
  exportApp->add_flag("--trust", exportCall.trust,
                      "Let a scenario of your own reach the network or run commands");

  RunCall run;
  CLI::App* runApp = app.add_subcommand(
      "run", "Run a program and see its thread pools: poolscope run -- python3 script.py");
  runApp->add_option("--record", run.window.record, "Record the session as it happens")
      ->type_name("FILE");
  runApp->add_flag("--headless", run.headless, "Open no window");
  runApp->add_option("--max-workers", text.maxWorkers, "Let each pool have at most N workers")
      ->type_name("N");
  runApp->add_flag("--cpu-time", run.cpuTime, "Measure the CPU time of each task, too");
  runApp->add_flag("--presentation", run.window.presentation, "Begin in presentation mode (F11)");
  runApp->add_flag("--force", run.window.force, "Replace an output that exists");

  ExperimentOptions experiments(app);

  addPictureOptions(*runApp, run.window, text);

  AttachCall attach;
  CLI::App* attachApp = app.add_subcommand(
      "attach", "See the thread pools of a program that runs and has 'import poolscope'");
  attachApp->add_option("PROGRAM", attach.target, "The number of its process, or its socket")
      ->type_name("PID|SOCKET")
      ->required();
  attachApp->add_option("--record", attach.window.record, "Record the session as it happens")
      ->type_name("FILE");
  attachApp->add_flag("--headless", attach.headless, "Open no window");
  attachApp->add_flag("--force", attach.window.force, "Replace an output that exists");
  addPictureOptions(*attachApp, attach.window, text);

  app.require_subcommand(0, 1);
  const auto [own, program] = splitAtProgram(words);
  run.program = program;
  try {
    std::vector<std::string> reversed(own.rbegin(), own.rend());
    if (!reversed.empty()) {
      reversed.pop_back();  // the program's own name
    }
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    return PrintCall{app.help()};
  } catch (const CLI::ParseError& error) {
    return failure({}, oneLine(error.what()), kSeeHelp);
  }
  std::vector<const CLI::App*> parts = {&app};
  for (const CLI::App* part : app.get_subcommands({})) {
    parts.push_back(part);
  }
  for (const CLI::App* part : parts) {
    if (const auto filled = refuseEmptyValues(*part); !filled) {
      return tl::unexpected(filled.error());
    }
  }

  const auto maxWorkers = wholeNumber("--max-workers", text.maxWorkers, kMaxWorkersLimit);
  const auto taskCount = wholeNumber("--tasks", text.tasks, kTasksLimit);
  const auto duration = seconds("--duration", text.duration, false);
  const auto after = seconds("--after", text.after, true);
  const auto from = seconds("--from", text.from, true);
  const auto to = seconds("--to", text.to, true);
  const auto size = pictureSize(text.size);
  const auto fps = wholeNumber("--fps", text.fps, kMaxFps);
  const auto speed = speedFactor(text.speed);
  for (const Error* error :
       {maxWorkers ? nullptr : &maxWorkers.error(), taskCount ? nullptr : &taskCount.error(),
        duration ? nullptr : &duration.error(), after ? nullptr : &after.error(),
        from ? nullptr : &from.error(), to ? nullptr : &to.error(), size ? nullptr : &size.error(),
        fps ? nullptr : &fps.error(), speed ? nullptr : &speed.error()}) {
    if (error != nullptr) {
      return tl::unexpected(*error);
    }
  }

  if (version) {
    return PrintCall{std::string("poolscope ") + kVersion + "\n"};
  }
  if (auto experiment = experiments.call()) {
    return *experiment;
  }
  if (*scenariosApp) {
    return scenarios;
  }
  if (*recordApp) {
    record.maxWorkers = *maxWorkers;
    record.tasks = *taskCount;
    record.durationSeconds = *duration;
    return record;
  }
  if (*infoApp) {
    return info;
  }
  if (*exportApp) {
    exportCall.fromSeconds = *from;
    exportCall.toSeconds = *to;
    if (exportCall.fromSeconds && exportCall.toSeconds &&
        *exportCall.fromSeconds >= *exportCall.toSeconds) {
      return wrongValue("--to", text.to, "after --from " + text.from);
    }
    exportCall.size = size->value_or(exportCall.size);
    exportCall.fps = static_cast<int>(fps->value_or(0));
    exportCall.speed = speed->value_or(exportCall.speed);
    return exportCall;
  }
  if (*runApp) {
    if (run.program.empty()) {
      return failure("run", "there is no program to run",
                     "write it behind two dashes: poolscope run -- python3 script.py");
    }
    if (*maxWorkers) {
      run.maxWorkers = static_cast<std::uint32_t>(**maxWorkers);
    }
    run.window.afterSeconds = after->value_or(run.window.afterSeconds);
    run.window.size = *size;
    return run;
  }
  if (*attachApp) {
    attach.window.afterSeconds = after->value_or(attach.window.afterSeconds);
    attach.window.size = *size;
    return attach;
  }
  window.maxWorkers = *maxWorkers;
  window.afterSeconds = after->value_or(window.afterSeconds);
  window.size = *size;
  if (!window.open.empty() && (!window.scenario.empty() || !window.record.empty())) {
    return failure("--open", "a recording is opened instead of a scenario being run",
                   "leave out --scenario and --record");
  }
  return window;
}

}  // namespace poolscope::app
