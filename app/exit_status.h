// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace poolscope::app {

/// The program's exit statuses, as its man page and scripts know them.
enum ExitStatus : int {
  kDone = 0,       ///< tasks of the workload that fail are a result, not an error
  kFailed = 1,     ///< Poolscope could not do it
  kWrongCall = 2,  ///< the call was wrong: an option, a value, a scenario
};

}  // namespace poolscope::app
