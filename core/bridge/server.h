// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/bridge/pool_statuses.h"
#include "core/bridge/wire.h"
#include "core/bridge/wire_decoder.h"
#include "core/trace/directory.h"
#include "core/trace/event.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace poolscope::bridge {

struct ServerOptions {
  /// A process has its first event: who takes them. Called on the server's thread, as are the sinks
  /// that it gives.
  std::function<std::shared_ptr<trace::Sink>(const Hello&, std::shared_ptr<const trace::Directory>)>
      on_process = {};
  /// A connection was refused. On the server's thread.
  std::function<void(const Error&)> on_refused = {};
  /// A program's client has something told to the user: what it cannot tell, and why. On the
  /// server's thread.
  std::function<void(const Hello&, const std::string& text)> on_notice = {};
  /// The directory of a process that is known beforehand; null: a new one.
  std::function<std::shared_ptr<trace::Directory>(const Hello&)> directory_of = {};
};

/// Listens on a local socket for programs that tell of their pools, and commands them. Only
/// processes of the same user are heard. Memory: bounded for each connection, and their number.
/// A program that tells faster than the sinks take is made to wait in its socket, where its client
/// drops and counts. Threads: any; the work is done on a thread of its own.
class Server {
 public:
  static constexpr std::size_t kMostConnections = 1024;
  static constexpr std::size_t kMostProcesses = 4096;

  /// Listens at `socket`, which must not exist. Errors name it.
  static Result<std::unique_ptr<Server>> start(const std::filesystem::path& socket,
                                               ServerOptions options);
  ~Server();  ///< ends all connections
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Pools that are there, in the order in which they came.
  std::vector<PoolStatus> pools() const;
  /// Return at once; an event of the pool tells when it has been done.
  void set_max_workers(PoolKey pool, std::uint32_t count);
  void pause(PoolKey pool);
  void resume(PoolKey pool);

  /// How many processes have said hello, ever.
  std::size_t greeted() const;
  /// How many processes had events, ever.
  std::size_t process_count() const;
  /// Whether a process with this number has said goodbye: nothing more will come from it.
  bool said_bye(std::int64_t pid) const;

  /// Takes what has come by now, and waits for the end of all connections, for `patience` at most.
  /// Returns those that are still there. Afterwards the sinks have everything.
  std::vector<Hello> drain(std::chrono::milliseconds patience);

 private:
  class Loop;
  explicit Server(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

}  // namespace poolscope::bridge
