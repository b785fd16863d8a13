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

bool HostGate::has_place(const Host& host, const Limits& limits) {
  return limits.at_a_time == 0 || host.under_way < limits.at_a_time;
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
  if (!host.waiting.empty() || !has_place(host, limits) || host.next > now) {
    return {};
  }
  return start(name, host, limits, now);
}

std::optional<HostGate::Pass> HostGate::enter(const std::string& name, const Limits& limits,
                                              const std::stop_token& stop) {
  std::optional<Pass> pass;
  {
    std::unique_lock lock(mutex_);
    Host& host = hosts_[name];
    const std::uint64_t ticket = host.next_ticket++;
    host.waiting.push_back(ticket);
    const auto is_first = [&] { return host.waiting.front() == ticket; };
    const auto has_room = [&] { return has_place(host, limits); };
    while (!pass && !stop.stop_requested()) {
      const Clock::time_point now = Clock::now();
      if (!is_first()) {
        changed_.wait(lock, stop, is_first);
      } else if (!has_room()) {
        changed_.wait(lock, stop, has_room);
      } else if (host.next > now) {
        // Whoever is first is the only one who may start: `next` stays as it is.
        changed_.wait_until(lock, stop, host.next, [] { return false; });
      } else {
        pass.emplace(start(name, host, limits, now));
      }
    }
    std::erase(host.waiting, ticket);
  }
  changed_.notify_all();  // there is another first
  return pass;
}

std::size_t HostGate::waiting(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return hosts_[name].waiting.size();
}

void HostGate::leave(const std::string& name) {
  {
    const std::lock_guard lock(mutex_);
    --hosts_[name].under_way;
  }
  changed_.notify_all();
}

}  // namespace poolscope::workload
