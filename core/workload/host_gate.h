// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/workload/scenario.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace poolscope::workload {

/// Keeps a run polite to the servers that it fetches from: of each host so many requests at a time
/// are let through, and so many a second, evenly, in the order in which they came. Threads: any.
/// The clock is given by the caller.
class HostGate {
 public:
  using Clock = std::chrono::steady_clock;

  struct Limits {
    std::uint64_t at_a_time = 0;  ///< 0: any number
    double rate_per_s = 0;        ///< 0: any rate
  };
  /// What holds for `url`: the scenario's own limits; without any, nothing for this machine and
  /// kPoliteLimits for others.
  static Limits limits_for(const HttpSettings& http, const std::string& url);

  /// One request under way. Leaves at its end.
  class Pass {
   public:
    Pass(HostGate& gate, std::string host) : gate_(&gate), host_(std::move(host)) {}
    Pass(Pass&& other) noexcept
        : gate_(std::exchange(other.gate_, nullptr)),
          host_(std::move(other.host_)) {}
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (gate_ != nullptr) {
        gate_->leave(host_);
      }
    }

   private:
    HostGate* gate_;
    std::string host_;
  };

  /// Lets one through at once if no limit stands against it at `now`, and nobody waits.
  std::optional<Pass> try_enter(const std::string& host, const Limits& limits,
                                Clock::time_point now);
  /// Waits until one may be let through, behind those that wait already; empty if it was stopped.
  std::optional<Pass> enter(const std::string& host, const Limits& limits,
                            const std::stop_token& stop);
  std::size_t waiting(const std::string& host);

 private:
  struct Host {
    std::uint64_t under_way = 0;
    Clock::time_point next = Clock::time_point::min();  ///< when the next may start
    std::deque<std::uint64_t> waiting = {};             ///< their tickets, the first in front
    std::uint64_t next_ticket = 0;
  };

  static bool has_place(const Host& host, const Limits& limits);
  Pass start(const std::string& name, Host& host, const Limits& limits, Clock::time_point now);
  void leave(const std::string& host);

  std::mutex mutex_;
  std::condition_variable_any changed_;  // a place, or who is first
  std::map<std::string, Host> hosts_;    // guarded by mutex_
};

/// A wait at the gate, as its phase (of kind sleep) is called; the host follows.
inline constexpr std::string_view kPausePhase = "pause for ";

/// To hosts elsewhere, where a scenario says nothing else: what a crawler may do that was not asked
/// to be slower.
inline constexpr HostGate::Limits kPoliteLimits{.at_a_time = 4, .rate_per_s = 2};

}  // namespace poolscope::workload
