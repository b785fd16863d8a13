// SPDX-License-Identifier: Apache-2.0
#include "core/workload/host_gate.h"

#include "core/workload/url.h"

#include <algorithm>
#include <utility>

namespace poolscope::workload {

HostGate::Limits HostGate::limits_for(const HttpSettings& http, const std::string& url) {
  const Limits usual = is_loopback_url(url) ? Limits{} : kPoliteLimits;
  return {http.per_host.value_or(usual.at_a_time), http.rate_per_host.value_or(usual.rate_per_s)};
}

bool HostGate::may_start(const Host& host, const Limits& limits, Clock::time_point now) const {
  return (limits.at_a_time == 0 || host.under_way < limits.at_a_time) && host.next <= now;
}

HostGate::Pass HostGate::start(const std::string& name, Host& host, const Limits& limits,
                               Clock::time_point now) {
  ++host.under_way;
  if (limits.rate_per_s > 0) {
    const std::chrono::duration<double> apart(1 / limits.rate_per_s);
    host.next = now + std::chrono::duration_cast<Clock::duration>(apart);
  }
  return {*this, name};
}

std::optional<HostGate::Pass> HostGate::try_enter(const std::string& name, const Limits& limits,
                                                  Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  Host& host = hosts_[name];
  if (!may_start(host, limits, now)) {
    return {};
  }
  return start(name, host, limits, now);
}

std::optional<HostGate::Pass> HostGate::enter(const std::string& name, const Limits& limits,
                                              const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  Host& host = hosts_[name];
  while (!stop.stop_requested()) {
    const Clock::time_point now = Clock::now();
    if (may_start(host, limits, now)) {
      return start(name, host, limits, now);
    }
    const bool full = limits.at_a_time != 0 && host.under_way >= limits.at_a_time;
    const auto changed = [&] { return may_start(host, limits, Clock::now()); };
    if (full) {
      left_.wait(lock, stop, changed);
    } else {
      left_.wait_until(lock, stop, host.next, changed);
    }
  }
  return {};
}

void HostGate::leave(const std::string& name) {
  {
    const std::lock_guard lock(mutex_);
    --hosts_[name].under_way;
  }
  left_.notify_all();
}

}  // namespace poolscope::workload
