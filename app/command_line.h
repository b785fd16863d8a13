// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/experiment_calls.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace poolscope::app {

struct PictureSize {
  int width = 0;
  int height = 0;
};

/// `poolscope` itself: opens the window.
struct WindowCall {
  std::string scenario = {};  ///< empty: the default
  std::optional<std::size_t> maxWorkers = {};
  std::string open = {};
  std::string record = {};
  std::string screenshot = {};
  double afterSeconds = 2;
  std::optional<PictureSize> size = {};
  std::string theme = {};  ///< light, dark; empty: as the settings say
  bool presentation = false;
  bool force = false;
  bool trust = false;
};

struct ScenariosCall {
  bool json = false;
};

struct RecordCall {
  std::string scenario = {};
  std::optional<std::size_t> maxWorkers = {};
  std::optional<std::uint64_t> tasks = {};
  std::optional<double> durationSeconds = {};
  std::string output = {};
  bool automatic = false;
  bool json = false;
  bool force = false;
  bool trust = false;
};

struct InfoCall {
  std::string file = {};
  bool json = false;
};

struct ExportCall {
  std::string file = {};  ///< a recording, a trace, or a scenario to be run first
  std::string output = {};
  std::optional<double> fromSeconds = {};
  std::optional<double> toSeconds = {};
  PictureSize size = {1920, 1080};
  int fps = 0;  ///< 0: as the format has it
  double speed = 1;
  bool trust = false;  ///< of a scenario
  std::string theme = "dark";
  bool force = false;
};

/// `poolscope run`: a program of the user's own, with our client in it.
struct RunCall {
  std::vector<std::string> program = {};  ///< its name and its arguments; never empty
  bool headless = false;
  bool cpuTime = false;
  std::optional<std::uint32_t> maxWorkers = {};
  WindowCall window = {};  ///< of it: record, screenshot, afterSeconds, size, theme, force
};

/// `poolscope attach`: a program that runs already, and has our client or library in it.
struct AttachCall {
  std::string target = {};  ///< the number of its process, or the socket that it offers
  bool headless = false;
  WindowCall window = {};  ///< of it: record, screenshot, afterSeconds, size, theme, force
};

/// Text to print and the end: --help, --version.
struct PrintCall {
  std::string text = {};
};

using Call = std::variant<WindowCall, ScenariosCall, RecordCall, InfoCall, ExportCall, SweepCall,
                          FitCall, PredictCall, CompareCall, RunCall, AttachCall, PrintCall>;

/// What the words of a command line ask for; words[0] is the program. An Error means exit status 2:
/// its one line names the option and the value. Touches no file. Locale-independent: numbers have a
/// decimal point.
Result<Call> parseCommandLine(const std::vector<std::string>& words);

}  // namespace poolscope::app
