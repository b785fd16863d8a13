// SPDX-License-Identifier: Apache-2.0
#include "core/workload/task_runner.h"

#include "core/trace/phase_scope.h"
#include "core/workload/quantity.h"
#include "core/workload/steps.h"
#include "core/workload/url.h"

#include <utility>

namespace poolscope::workload {
namespace {

using trace::PhaseKind;
using trace::PhaseScope;

// So many pages in a row that fail are trouble; fewer where not one has come yet.
constexpr std::uint64_t kErrorsThatAreTrouble = 10;
constexpr std::uint64_t kErrorsAtFirst = 3;

template <typename... Lambdas>
struct Overloaded : Lambdas... {
  using Lambdas::operator()...;
};

}  // namespace

TaskRunner::TaskRunner(const Scenario& scenario, std::stop_token stop, Options options)
    : scenario_(scenario),
      stop_(std::move(stop)),
      options_(options),
      clients_(options.limits) {
  for (const TaskKind& kind : scenario.tasks) {
    for (const Step& step : kind.steps) {
      if (const auto* lock = std::get_if<LockStep>(&step)) {
        locks_.try_emplace(lock->name);
      }
    }
  }
}

void TaskRunner::run(TaskPlan plan) {
  std::size_t number = 0;
  const Overloaded perform = {
      [&](const HttpStep& step) { fetch(step, plan, number); },
      [&](const SleepStep& step) { sleep_for(draw(step.duration, plan.draws), stop_); },
      [&](const CpuStep& step) {
        burn_cpu(draw(step.duration, plan.draws), stop_, scenario_.gil ? &interpreter_ : nullptr);
      },
      [&](const FileStep& step) { write_and_read_back(step.bytes, stop_); },
      [&](const LockStep& step) { hold_lock(step, draw(step.hold, plan.draws)); },
      [&](const CommandStep& step) { run_command(step.command, stop_); }};
  for (const Step& step : plan.kind->steps) {
    if (stop_.stop_requested()) {
      throw TaskStopped();
    }
    std::visit(perform, step);
    ++number;
  }
  if (plan.fails) {
    throw TaskFailed("failed as the scenario says");
  }
}

HttpRequest TaskRunner::request_of(const HttpStep& step, TaskPlan& plan,
                                   std::size_t step_number) const {
  const auto& urls = scenario_.http.urls;
  const Nanoseconds latency = draw(step.latency, plan.draws);
  if (!urls.empty()) {
    const std::uint64_t turn = plan.batch * scenario_.load.tasks + plan.position + step_number;
    const std::string& url = urls[turn % urls.size()];
    const bool here = is_loopback_url(url);
    return {url, url, here, here && !options_.trusted};
  }
  HttpRequest request;
  const std::string server = "http://127.0.0.1:" + std::to_string(options_.server_port);
  const char* separator = step.path.find('?') == std::string::npos ? "?" : "&";
  request.url = server + step.path + separator + "latency_ns=" + std::to_string(latency.count());
  request.shown = server + step.path;
  request.direct = true;
  request.loopback_only = !options_.trusted;  // its path may ask for a redirect
  return request;
}

void TaskRunner::fetch(const HttpStep& step, TaskPlan& plan, std::size_t step_number) {
  const HttpRequest request = request_of(step, plan, step_number);
  const bool local = scenario_.http.urls.empty();
  const auto pass = local ? std::nullopt : wait_for_host(request.url);
  const PhaseScope phase(PhaseKind::io_wait, "GET " + (local ? step.path : request.shown));
  const HttpResult result = clients_.get(request, stop_);
  if (result.fault == HttpResult::Fault::stopped) {
    throw TaskStopped();
  }
  note(result);
  if (result.fault != HttpResult::Fault::none) {
    throw TaskFailed(result.error);
  }
}

/// Not before the host's limits allow it; a wait for that shows as a pause.
std::optional<HostGate::Pass> TaskRunner::wait_for_host(const std::string& url) {
  const HostGate::Limits limits = HostGate::limits_for(scenario_.http, url);
  const std::string host = host_and_port(url);
  if (auto pass = gate_.try_enter(host, limits, HostGate::Clock::now())) {
    return pass;
  }
  const PhaseScope phase(PhaseKind::sleep, std::string(kPausePhase) + host);
  auto pass = gate_.enter(host, limits, stop_);
  if (!pass) {
    throw TaskStopped();
  }
  return pass;
}

void TaskRunner::note(const HttpResult& result) {
  using Fault = HttpResult::Fault;
  const bool good = result.fault == Fault::none;
  if (good && all_well_.load(std::memory_order_relaxed)) {
    return;
  }
  const std::lock_guard lock(trouble_mutex_);
  all_well_.store(good, std::memory_order_relaxed);
  if (result.fault == Fault::nothing_answered || (!good && !scenario_.http.urls.empty())) {
    fruitless_.fetch_add(1, std::memory_order_relaxed);
  }
  if (good) {
    answered_ = true;
    errors_in_a_row_ = 0;
    trouble_.reset();
    trouble_fault_ = Fault::none;
    return;
  }
  ++errors_in_a_row_;
  if (trouble_fault_ == result.fault) {
    return;  // the first text stays: URLs in turn would make it change with each answer
  }
  if (result.fault == Fault::nothing_answered) {
    trouble_ = Error{"Nothing answers", result.error,
                     "check the network, or choose a scenario with the built-in server"};
    trouble_fault_ = result.fault;
  } else if (!scenario_.http.urls.empty() &&
             errors_in_a_row_ >= (answered_ ? kErrorsThatAreTrouble : kErrorsAtFirst)) {
    trouble_ = Error{"Every page fails", result.error, "check the URL"};
    trouble_fault_ = result.fault;
  } else {
    trouble_.reset();  // it does answer
    trouble_fault_ = Fault::none;
  }
}

void TaskRunner::hold_lock(const LockStep& step, Nanoseconds hold) {
  std::unique_lock lock(locks_.at(step.name), std::try_to_lock);
  if (!lock.owns_lock()) {
    const PhaseScope phase(PhaseKind::lock_wait, step.name);
    lock.lock();
  }
  const PhaseScope phase(PhaseKind::lock_held, step.name);
  idle_for(hold, stop_);
}

std::optional<Error> TaskRunner::network_trouble() const {
  const std::lock_guard lock(trouble_mutex_);
  return trouble_;
}

}  // namespace poolscope::workload
