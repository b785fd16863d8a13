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

template <typename... Lambdas>
struct Overloaded : Lambdas... {
  using Lambdas::operator()...;
};

}  // namespace

TaskRunner::TaskRunner(const Scenario& scenario, std::uint16_t server_port, std::stop_token stop,
                       HttpLimits limits)
    : scenario_(scenario),
      server_port_(server_port),
      stop_(std::move(stop)),
      clients_(limits) {
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
    return {url, url, is_loopback_url(url)};
  }
  HttpRequest request;
  const std::string server = "http://127.0.0.1:" + std::to_string(server_port_);
  const char* separator = step.path.find('?') == std::string::npos ? "?" : "&";
  request.url = server + step.path + separator + "latency_ns=" + std::to_string(latency.count());
  request.shown = server + step.path;
  request.direct = true;
  return request;
}

void TaskRunner::fetch(const HttpStep& step, TaskPlan& plan, std::size_t step_number) {
  const HttpRequest request = request_of(step, plan, step_number);
  const bool local = scenario_.http.urls.empty();
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

void TaskRunner::note(const HttpResult& result) {
  const bool unanswered = result.fault == HttpResult::Fault::nothing_answered;
  if (unanswered) {
    unanswered_.fetch_add(1, std::memory_order_relaxed);
  } else if (!in_trouble_.load(std::memory_order_relaxed)) {
    return;
  }
  const std::lock_guard lock(trouble_mutex_);
  trouble_ = unanswered ? "Nothing answers: " + result.error +
                              ". Check the network, or choose a scenario with the built-in server."
                        : "";
  in_trouble_.store(unanswered, std::memory_order_relaxed);
}

void TaskRunner::hold_lock(const LockStep& step, Nanoseconds hold) {
  std::unique_lock lock(locks_.at(step.name), std::try_to_lock);
  if (!lock.owns_lock()) {
    const PhaseScope phase(PhaseKind::lock_wait, step.name);
    lock.lock();
  }
  const PhaseScope phase(PhaseKind::lock_held, step.name);
  sleep_for(hold, stop_);
}

std::string TaskRunner::network_trouble() const {
  const std::lock_guard lock(trouble_mutex_);
  return trouble_;
}

}  // namespace poolscope::workload
