// SPDX-License-Identifier: Apache-2.0
#include "invariants.h"

#include "event_checker.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

namespace poolscope::testing {
namespace {

using trace::Event;
using trace::EventKind;
using trace::Outcome;

/// Compares what the events tell with what the program knows.
class Checker {
 public:
  explicit Checker(const Record& record) : record_(record), events_(record) {}

  std::string check() {
    expect(record_.wrong.empty(), record_.wrong);
    if (record_.lost != 0 || record_.program.tiny_rings) {
      check_losses();
      return wrong_;
    }
    const std::string wrong = events_.check();
    expect(wrong.empty(), wrong);
    check_opening();
    check_futures();
    check_counters();
    return wrong_;
  }

 private:
  void expect(bool holds, const std::string& text) {
    if (!holds && wrong_.empty()) {
      wrong_ = text;
    }
  }

  /// I6, and I5 for fifo: the order of what was queued while the only worker was paused.
  void check_opening() {
    const QueueDiscipline discipline = record_.program.discipline;
    if (discipline == QueueDiscipline::work_stealing) {
      return;  // promises none to submits from outside
    }
    std::vector<std::tuple<int, long, std::size_t>> expected;  // sorts as the discipline does
    long number = 0;
    for (const TaskRecord& each : record_.tasks) {
      if (!each.opening || each.future.cancelled()) {
        continue;
      }
      ++number;
      expected.emplace_back(discipline == QueueDiscipline::priority ? -each.priority : 0,
                            discipline == QueueDiscipline::lifo ? -number : number,
                            life_of(each).start_place);
    }
    std::sort(expected.begin(), expected.end());
    for (std::size_t i = 1; i < expected.size(); ++i) {
      expect(std::get<2>(expected[i - 1]) < std::get<2>(expected[i]),
             discipline == QueueDiscipline::fifo ? "I5: not the first in was the first out"
                                                 : "I6: not the order of lifo or priority");
    }
  }

  Life& life_of(const TaskRecord& task) {
    return events_.life(detail::FutureAccess::state(task.future).task_id());
  }

  /// I9.
  void check_futures() {
    for (const TaskRecord& each : record_.tasks) {
      if (!each.accepted) {
        expect(each.runs == 0, "I9: a task that was refused ran");
        continue;
      }
      if (!each.future.done()) {
        expect(false, "I9: a future is not done");
        continue;
      }
      expect(each.callbacks_called == each.callbacks_added,
             "I9: a callback was not called exactly once");
      const bool cancelled = each.future.cancelled();
      expect(each.runs == (cancelled ? 0 : 1), "I9: a task ran not exactly once");
      const bool failed = !cancelled && each.future.exception() != nullptr;
      expect(cancelled || failed == each.fails, "I9: neither the value nor the error of its task");
      if (!cancelled && !failed) {
        expect(each.future.result().number == each.number, "I9: the value of another task");
      }
      expect(life_of(each).outcome == (cancelled ? Outcome::cancelled
                                       : failed  ? Outcome::error
                                                 : Outcome::ok),
             "I9: the event tells another outcome than the future");
      expect(life_of(each).submitter == each.submitter, "I11: queued on another thread's ring");
    }
  }

  /// I11 where nothing was lost: the events count what the program counts.
  void check_counters() {
    std::uint64_t queued = 0;
    std::uint64_t map_started = 0;
    for (const Life& each : events_.lives()) {
      queued += each.queued && !each.of_map ? 1 : 0;
      map_started += each.start_place != 0 && each.of_map ? 1 : 0;
    }
    const auto accepted = std::count_if(record_.tasks.begin(), record_.tasks.end(),
                                        [](const TaskRecord& each) { return each.accepted; });
    expect(queued == static_cast<std::uint64_t>(accepted),
           "I11: not as many task_queued as tasks were accepted");
    expect(map_started == record_.map_runs, "I11: not as many task_started as calls of map()");
    expect(record_.program.queue_capacity != 0 || record_.overfull_submits == 0,
           "P6: an unbounded queue was overfull");
  }

  /// I11 where rings were full: what is missing is counted, ring by ring.
  void check_losses() {
    std::map<trace::ThreadId, std::uint64_t> lost;
    std::map<trace::ThreadId, std::uint64_t> queued;
    std::uint64_t lost_in_all = 0;
    for (const Event& event : record_.events) {
      if (event.kind == EventKind::lost) {
        lost[event.thread] += event.detail;
        lost_in_all += event.detail;
      }
      queued[event.thread] +=
          event.kind == EventKind::task_queued && event.detail != record_.map_name ? 1 : 0;
    }
    expect(lost_in_all == record_.lost, "I11: the events tell of other losses than the tracer");
    std::map<trace::ThreadId, std::uint64_t> accepted;
    for (const TaskRecord& each : record_.tasks) {
      accepted[each.submitter] += each.accepted ? 1 : 0;
      expect(!each.accepted || each.future.done(), "I9: a future is not done");
    }
    for (const auto& [thread, count] : accepted) {
      expect(thread == 0 || (queued[thread] <= count && queued[thread] + lost[thread] >= count),
             "I11: events of a ring are missing and not counted as lost");
    }
  }

  const Record& record_;
  EventChecker events_;
  std::string wrong_;
};

}  // namespace

std::string broken_invariant(const Record& record) {
  return Checker(record).check();
}

}  // namespace poolscope::testing
