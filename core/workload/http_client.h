// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

namespace poolscope::workload {

/// What a request may cost.
struct HttpLimits {
  std::chrono::milliseconds connect = std::chrono::seconds(5);
  std::chrono::milliseconds total = std::chrono::seconds(30);
  std::uint64_t bytes = 16 * 1024 * 1024;
  long redirects = 5;
};

struct HttpRequest {
  std::string url = {};
  std::string shown = {};      ///< what messages call it: without what changes from task to task
  bool direct = false;         ///< past any proxy of the environment
  bool loopback_only = false;  ///< redirects that lead away from this machine are refused
};

struct HttpResult {
  enum class Fault : std::uint8_t {
    none,
    stopped,
    nothing_answered,  ///< no such host, no connection, no answer in time
    bad_answer,        ///< an error status, too long, a broken connection, ...
  };
  Fault fault = Fault::none;
  std::string error = {};  ///< short, for people; from a bounded set of texts for one request.shown
  long status = 0;
  std::uint64_t bytes = 0;
};

/// Fetches pages over http and https with libcurl, keeping its connections for the next request.
/// TLS certificates are verified. Threads: one at a time; a stop may be requested by any.
class HttpClient {
 public:
  explicit HttpClient(HttpLimits limits);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  /// Blocks until the answer is there in full, it failed, or `stop` was requested (which ends it at
  /// once).
  HttpResult get(const HttpRequest& request, const std::stop_token& stop);

 private:
  HttpResult get_on_loopback(const HttpRequest& request, const std::stop_token& stop);
  HttpResult get_once(const HttpRequest& request, const std::stop_token& stop,
                      std::chrono::milliseconds time);

  struct Handles;
  std::unique_ptr<Handles> handles_;
  HttpLimits limits_;
};

/// The clients of a run: as many as requests were under way at a time, each kept with its
/// connections for the next one. Threads: any.
class HttpClients {
 public:
  explicit HttpClients(HttpLimits limits) : limits_(limits) {}

  HttpResult get(const HttpRequest& request, const std::stop_token& stop);

 private:
  const HttpLimits limits_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<HttpClient>> idle_;  // guarded by mutex_; the last used first
};

}  // namespace poolscope::workload
