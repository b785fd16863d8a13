// SPDX-License-Identifier: Apache-2.0
#include "core/storage/chrome_own_events.h"

#include "core/storage/chrome_mapping.h"
#include "core/storage/hand_over.h"
#include "core/storage/vocabulary.h"

#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <utility>

namespace poolscope::storage {

namespace {

using trace::Event;
using trace::EventKind;

/// What of an event stands among its arguments.
struct Arguments {
  std::optional<std::uint64_t> kind = {};
  std::uint64_t task = 0;
  std::uint64_t outcome = 0;
  std::uint64_t pool = 0;
  std::uint64_t rest = 0;
  std::optional<std::string_view> name = {};
  std::string_view error = {};
};

Arguments arguments_of(const ChromeEvent& event) {
  Arguments told;
  if (!event.arguments) {
    return told;
  }
  for (const auto [key, value] : *event.arguments) {
    const auto count = [&v = value] { return json_count(v).value_or(0); };
    switch (annotation_of(key)) {
      case Annotation::kind:
        told.kind = json_count(value);
        break;
      case Annotation::task:
        told.task = count();
        break;
      case Annotation::result:
        told.outcome = count();
        break;
      case Annotation::detail:
      case Annotation::cpu_ns:
        told.rest = count();
        break;
      case Annotation::name:
        told.name = json_text(value);
        break;
      case Annotation::error:
        told.error = json_text(value);
        break;
      default:
        told.pool = key == chrome::kPool ? count() : told.pool;
    }
  }
  return told;
}

}  // namespace

ChromeOwnEvents::Process& ChromeOwnEvents::process_of(std::int64_t pid, trace::ProcessInfo info) {
  Process& process = processes_[pid];
  if (!process.directory) {
    process.directory = std::make_shared<trace::Directory>(std::move(info));
    order_.push_back(pid);
  }
  return process;
}

bool ChromeOwnEvents::read(const ChromeEvent& event) {
  const std::int64_t pid = event.pid_number.value_or(0);
  if (event.phase == 'M' && event.name == "process_name") {
    trace::ProcessInfo info{pid, {}};
    if (event.arguments) {
      for (const auto [key, value] : *event.arguments) {
        if (key == "name") {
          info.name = json_text(value);
        } else if (key == chrome::kOsId) {
          info.pid = static_cast<std::int64_t>(json_number(value).value_or(0));
        }
      }
    }
    process_of(pid, std::move(info));
    return true;
  }
  Process& process = process_of(pid, {pid, {}});
  if (event.phase == 'M' && event.name == "thread_name") {
    return read_thread(process, event);
  }
  const Arguments told = arguments_of(event);
  if (!told.kind) {
    return true;  // written for other viewers
  }
  const auto thread = thread_of(process, event.tid_number.value_or(0));
  const bool known =
      *told.kind > 0 && *told.kind <= static_cast<std::uint64_t>(trace::kLastEventKind);
  if (!known || !event.time_ns || *event.time_ns < 0 || !thread || told.outcome > 2 ||
      told.pool > std::numeric_limits<trace::PoolId>::max()) {
    return false;
  }
  const auto kind = static_cast<EventKind>(*told.kind);
  const std::string_view text =
      kind == EventKind::task_finished ? told.error : told.name.value_or(event.name);
  const DetailParts parts{
      chrome::has_name(kind) ? process.directory->intern(bounded_text(text)) : 0, told.rest};
  process.events.push_back({.time_ns = begin_ns_ + static_cast<std::uint64_t>(*event.time_ns),
                            .task = told.task,
                            .thread = *thread,
                            .kind = kind,
                            .outcome = static_cast<trace::Outcome>(told.outcome),
                            .pool = static_cast<trace::PoolId>(told.pool),
                            .detail = join_detail(kind, parts)});
  return true;
}

bool ChromeOwnEvents::read_thread(Process& process, const ChromeEvent& event) {
  if (!event.tid_number || threads_ >= max_threads_ ||
      process.threads.contains(*event.tid_number)) {
    return false;
  }
  trace::ThreadInfo info;
  if (event.arguments) {
    for (const auto [key, value] : *event.arguments) {
      if (key == "name") {
        info.name = json_text(value);
      } else if (key == chrome::kOsId) {
        info.os_id = static_cast<std::int64_t>(json_number(value).value_or(0));
      }
    }
  }
  ++threads_;
  process.threads[*event.tid_number] = process.directory->add_thread(std::move(info));
  return true;
}

std::optional<trace::ThreadId> ChromeOwnEvents::thread_of(Process& process, std::int64_t tid) {
  if (tid == 0) {
    return trace::ThreadId{0};
  }
  const auto found = process.threads.find(tid);
  if (found != process.threads.end()) {
    return found->second;
  }
  if (threads_ >= max_threads_) {
    return {};
  }
  ++threads_;
  return process.threads[tid] = process.directory->add_thread({{}, tid});
}

void ChromeOwnEvents::tell(session::Session& session) {
  for (const std::int64_t pid : order_) {
    Process& process = processes_.at(pid);
    hand_over(session, process.directory, std::exchange(process.events, {}));
  }
}

}  // namespace poolscope::storage
