// SPDX-License-Identifier: Apache-2.0
#include "core/storage/slice_records.h"

#include "core/storage/hand_over.h"
#include "core/trace/directory.h"
#include "core/trace/event.h"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace poolscope::storage {

namespace {

using trace::Event;
using trace::EventKind;
using trace::Outcome;

constexpr std::size_t kMaxDepth = 256;
constexpr trace::PoolId kPool = 1;  // all workers of a process are one pool's

}  // namespace

std::uint32_t SliceRecords::text_id(std::string_view text) {
  if (text.empty()) {
    return 0;
  }
  if (const auto found = text_ids_.find(text); found != text_ids_.end()) {
    return found->second;
  }
  const auto id = static_cast<std::uint32_t>(texts_.size());
  text_ids_.emplace(texts_.emplace_back(text), id);
  return id;
}

void SliceRecords::set_process(std::int64_t pid, std::string_view name) {
  if (!name.empty()) {
    processes_[pid] = name;
  }
}

void SliceRecords::set_thread(std::uint64_t track, std::int64_t pid, std::int64_t tid,
                              std::string_view name) {
  if (threads_.size() >= kMostNames && !threads_.contains(track)) {
    left_out_threads_ = true;
    return;
  }
  Thread& thread = threads_[track];
  thread.pid = pid;
  thread.tid = tid;
  if (!name.empty()) {
    thread.name = name;
  }
}

void SliceRecords::add(SliceRecord record, const std::vector<Flow>& flows,
                       const SliceNotes& notes) {
  if (record.time_ns > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) ||
      flows_.size() + flows.size() > std::numeric_limits<std::uint32_t>::max()) {
    return;
  }
  record.first_flow = static_cast<std::uint32_t>(flows_.size());
  record.flows = static_cast<std::uint32_t>(flows.size());
  flows_.insert(flows_.end(), flows.begin(), flows.end());
  if (!notes.empty()) {
    record.notes = static_cast<std::uint32_t>(notes_.size());
    notes_.push_back(notes);
  }
  records_.push_back(record);
}

bool SliceRecords::has_slices() const {
  return std::any_of(records_.begin(), records_.end(), [this](const SliceRecord& record) {
    return record.type == SliceRecord::Type::begin && threads_.contains(record.track);
  });
}

/// Walks the records in time order and makes events of them.
class SliceRecords::Teller {
 public:
  Teller(const SliceRecords& records, const std::unordered_set<std::uint64_t>& tracks)
      : records_(records),
        tracks_(tracks) {}

  void walk() {
    count_workers();
    for (const SliceRecord& record : records_.records_) {
      if (tracks_.contains(record.track)) {
        tell_record(record, records_.threads_.at(record.track));
      }
    }
  }

  std::uint64_t odd() const { return odd_; }

  void hand_over_all(session::Session& session) {
    for (const std::int64_t pid : order_) {
      Process& process = processes_.at(pid);
      hand_over(session, process.directory, std::exchange(process.events, {}));
    }
  }

 private:
  struct Open {
    std::uint64_t task = 0;  // of a slice that is one
    std::uint64_t detail = 0;
  };
  struct Lane {
    trace::ThreadId id = 0;
    bool works = false;  // has had a slice
    std::vector<Open> open = {};
    std::size_t too_deep = 0;
  };
  struct Process {
    std::shared_ptr<trace::Directory> directory = {};
    std::map<std::int64_t, Lane> lanes = {};  // by tid
    std::vector<Event> events = {};
    std::uint64_t tasks = 0;
    std::uint32_t workers = 0;       // seen so far
    std::uint32_t worker_count = 0;  // of the whole trace
  };
  struct Origin {
    std::int64_t pid = 0;
    trace::ThreadId thread = 0;
    std::uint64_t time_ns = 0;
    std::uint64_t task = 0;  // that ran there, if the flow goes on from its begin
  };

  void count_workers() {
    std::map<std::pair<std::int64_t, std::int64_t>, bool> workers;
    for (const SliceRecord& record : records_.records_) {
      if (record.type == SliceRecord::Type::begin && tracks_.contains(record.track)) {
        const Thread& thread = records_.threads_.at(record.track);
        workers.emplace(std::pair(thread.pid, thread.tid), true);
      }
    }
    for (const auto& [worker, works] : workers) {
      ++processes_[worker.first].worker_count;
    }
  }

  Process& process_of(std::int64_t pid, std::uint64_t time_ns) {
    Process& process = processes_[pid];
    if (!process.directory) {
      const auto name = records_.processes_.find(pid);
      const std::string text = name == records_.processes_.end() ? std::string() : name->second;
      process.directory = std::make_shared<trace::Directory>(trace::ProcessInfo{pid, text});
      process.events.push_back(
          {.time_ns = time_ns,
           .kind = EventKind::pool_created,
           .pool = kPool,
           .detail = trace::pool_detail(process.worker_count, process.directory->intern(text))});
      order_.push_back(pid);
    }
    return process;
  }

  void tell_record(const SliceRecord& record, const Thread& thread) {
    Process& process = process_of(thread.pid, record.time_ns);
    Lane& lane = process.lanes[thread.tid];
    if (lane.id == 0) {
      lane.id = process.directory->add_thread({thread_title(thread.name, thread.tid), thread.tid});
    }
    const std::optional<Origin> origin = follow_flows(record, thread.pid, lane.id);
    if (record.type == SliceRecord::Type::begin) {
      begin(record, process, lane, origin);
      go_on_from(record, lane);
    } else if (record.type == SliceRecord::Type::instant && origin && origin->task != 0 &&
               ends_flow(record)) {
      deliver(record, process, lane, origin->task);
    } else if (record.type == SliceRecord::Type::end) {
      end(record, process, lane);
    }
  }

  /// Where the flows of a record come from; from now on they come from it.
  std::optional<Origin> follow_flows(const SliceRecord& record, std::int64_t pid,
                                     trace::ThreadId thread) {
    std::optional<Origin> origin;
    for (std::uint32_t i = 0; i < record.flows; ++i) {
      const Flow& flow = records_.flows_[record.first_flow + i];
      const auto found = origins_.find(flow.id);
      if (found != origins_.end() && found->second.pid == pid &&
          (!origin || found->second.time_ns > origin->time_ns)) {
        origin = found->second;
      }
      if (!flow.terminating) {
        origins_[flow.id] = {pid, thread, record.time_ns};
      } else if (found != origins_.end()) {
        origins_.erase(found);
      }
    }
    return origin;
  }

  /// The flows of a slice that is a task lead to who gets its result.
  void go_on_from(const SliceRecord& record, const Lane& lane) {
    for (std::uint32_t i = 0; i < record.flows && lane.open.size() == 1; ++i) {
      const Flow& flow = records_.flows_[record.first_flow + i];
      const auto found = origins_.find(flow.id);
      if (!flow.terminating && found != origins_.end()) {
        found->second.task = lane.open.front().task;
      }
    }
  }

  bool ends_flow(const SliceRecord& record) const {
    const auto first = records_.flows_.begin() + record.first_flow;
    return std::any_of(first, first + record.flows,
                       [](const Flow& flow) { return flow.terminating; });
  }

  static void deliver(const SliceRecord& record, Process& process, const Lane& lane,
                      std::uint64_t task) {
    process.events.push_back({.time_ns = record.time_ns,
                              .task = task,
                              .thread = lane.id,
                              .kind = EventKind::result_delivered,
                              .pool = kPool});
  }

  void begin(const SliceRecord& record, Process& process, Lane& lane,
             const std::optional<Origin>& origin) {
    if (lane.open.size() >= kMaxDepth) {
      ++lane.too_deep;
      return;
    }
    trace::Directory& directory = *process.directory;
    const trace::NameId name = directory.intern(records_.text(record.name));
    Event event = {.time_ns = record.time_ns, .thread = lane.id, .pool = kPool};
    if (!lane.open.empty()) {
      event.kind = EventKind::phase_begin;
      event.task = lane.open.front().task;
      event.detail = trace::phase_detail(trace::PhaseKind::other, name);
      lane.open.push_back({event.task, event.detail});
      process.events.push_back(event);
      return;
    }
    if (!std::exchange(lane.works, true)) {
      event.kind = EventKind::worker_started;
      const trace::NameId worker = directory.intern(directory.thread(lane.id).name);
      event.detail = trace::worker_detail(worker, process.workers++);
      process.events.push_back(event);
    }
    // Without a flow it waited for no time that is known: it was queued as it started.
    event.task = ++process.tasks;
    event.kind = EventKind::task_queued;
    event.thread = origin ? origin->thread : 0;
    event.time_ns = origin ? origin->time_ns : record.time_ns;
    event.detail = name;
    process.events.push_back(event);
    event.kind = EventKind::task_started;
    event.thread = lane.id;
    event.time_ns = record.time_ns;
    event.detail = 0;
    process.events.push_back(event);
    lane.open.push_back({event.task, 0});
  }

  void end(const SliceRecord& record, Process& process, Lane& lane) {
    if (lane.too_deep > 0) {
      --lane.too_deep;
      return;
    }
    if (lane.open.empty()) {
      ++odd_;  // begun before the trace, or never
      return;
    }
    const Open slice = lane.open.back();
    lane.open.pop_back();
    Event event = {.time_ns = record.time_ns,
                   .task = slice.task,
                   .thread = lane.id,
                   .kind = EventKind::phase_end,
                   .pool = kPool,
                   .detail = slice.detail};
    if (lane.open.empty()) {
      const SliceNotes& notes = records_.notes_[record.notes];
      const std::string_view outcome = records_.text(notes.outcome);
      event.kind = EventKind::task_finished;
      event.outcome = outcome == "error"       ? Outcome::error
                      : outcome == "cancelled" ? Outcome::cancelled
                                               : Outcome::ok;
      event.detail = trace::finished_detail(notes.cpu_ns,
                                            process.directory->intern(records_.text(notes.error)));
    }
    process.events.push_back(event);
  }

  std::uint64_t odd_ = 0;
  const SliceRecords& records_;
  const std::unordered_set<std::uint64_t>& tracks_;
  std::map<std::int64_t, Process> processes_;  // by pid
  std::vector<std::int64_t> order_;            // of pids, as they appear
  std::unordered_map<std::uint64_t, Origin> origins_;
};

std::unordered_set<std::uint64_t> SliceRecords::chosen_tracks() {
  std::unordered_set<std::uint64_t> tracks;
  for (const SliceRecord& record : records_) {
    if (tracks.contains(record.track) || !threads_.contains(record.track)) {
      continue;
    }
    if (tracks.size() >= kMostThreads) {
      left_out_threads_ = true;
      break;
    }
    tracks.insert(record.track);
  }
  return tracks;
}

std::string SliceRecords::what_is_missing(bool damaged) const {
  std::string words = damaged ? "a part of it, often its end, is missing or damaged" : "";
  if (left_out_threads_) {
    words += words.empty() ? "" : ", and ";
    words += "it has slices on more threads than the " + std::to_string(kMostThreads) +
             " that are read, and the others are left out";
  }
  return words;
}

void SliceRecords::tell(session::Session& session) {
  std::stable_sort(
      records_.begin(), records_.end(),
      [](const SliceRecord& a, const SliceRecord& b) { return a.time_ns < b.time_ns; });
  const auto tracks = chosen_tracks();
  Teller teller(*this, tracks);
  teller.walk();
  teller.hand_over_all(session);
  session.add_anomalies(odd_ + teller.odd());
}

}  // namespace poolscope::storage
