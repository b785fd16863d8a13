// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/bridge_session.h"
#include "core/base/result.h"

#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace poolscope::app {

/// A program of the user's own that is watched: one that we run, or one that was found running.
/// Threads: as the implementation says.
class Watched {
 public:
  Watched() = default;
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  virtual ~Watched() = default;

  virtual BridgeSession& session() = 0;
  virtual pid_t pid() const = 0;
  virtual const std::vector<std::string>& words() const = 0;  ///< its name and its arguments
  virtual std::string command() const = 0;                    ///< the same as one text

  /// Whether it has ended, or has left us.
  virtual bool ended() const = 0;
  /// `ended` is called on any thread, under a lock: it must not call back. The one given last
  /// counts; none of them is called any more when this returns.
  virtual void onEnd(std::function<void()> ended) = 0;
  /// What to say of a program of which nothing is seen, and why; nothing if all is well. The
  /// program has ended, or has had its time to begin.
  virtual std::optional<Error> silence() const = 0;
  /// After the end: the session has all events then. Waits some moments for what may still come.
  virtual void takeTheLast() = 0;
};

}  // namespace poolscope::app
