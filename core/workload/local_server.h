// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <memory>

namespace poolscope::workload {

/// The web server that scenarios fetch from when they name no URLs: on the loopback, on a free
/// port, on one thread. It does no work but waits. A request says in its query what it wants to
/// see:
/// - `latency_ns=N`: the answer comes so long after the request was read in full and let in by
///   max_concurrent; at most a day
/// - `status=N`: the answer's status, 200 to 599; default 200
/// - `bytes=N`: a body of that size, at most 64 MiB; default a small page
/// - `location=URL`: a Location header, percent-encoded in the query
///
/// Threads: any. The destructor closes all connections at once, also those that wait, and joins the
/// thread.
class LocalServer {
 public:
  /// `max_concurrent`: requests that are being answered at a time, further ones wait in order of
  /// arrival; 0: no limit.
  static Result<std::unique_ptr<LocalServer>> start(std::uint64_t max_concurrent = 0);
  LocalServer(const LocalServer&) = delete;
  LocalServer& operator=(const LocalServer&) = delete;
  ~LocalServer();

  std::uint16_t port() const;
  std::uint64_t connections() const;  ///< accepted so far
  std::uint64_t requests() const;     ///< read so far
  std::uint64_t peak_in_service() const;

 private:
  struct Impl;
  explicit LocalServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace poolscope::workload
