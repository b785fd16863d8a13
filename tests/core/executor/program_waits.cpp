// SPDX-License-Identifier: Apache-2.0
// How random programs wait for results, and what they expect of them.
#include "program_picker.h"
#include "program_run.h"

#include <chrono>
#include <limits>
#include <ranges>

namespace poolscope::testing {

void ProgramRun::read_result(const TaskRecord& record, const Future<Value>& future,
                             std::optional<std::chrono::microseconds> timeout) {
  try {
    const Value& value = timeout ? future.result(*timeout) : future.result();
    expect(value.number == record.number && !record.fails, "I9: the result of another task");
  } catch (const Failure& failure) {
    expect(failure.number() == record.number && record.fails, "I9: the error of another task");
  } catch (const CancelledError&) {
    expect(future.cancelled(), "I9: CancelledError of a future that is not cancelled");
  } catch (const TimeoutError&) {
    expect(timeout.has_value(), "S31: TimeoutError without a time");
  }
}

void ProgramRun::wait_for_some(Picker& pick) {
  const auto futures = pick_some(pick);
  const auto when = static_cast<ReturnWhen>(pick(3));
  const bool timed = pick(2) == 0;
  const auto result = timed
                          ? poolscope::wait(futures, std::chrono::microseconds(pick(3) * 50), when)
                          : poolscope::wait(futures, when);
  for (const auto& each : result.done) {
    expect(each.done(), "S45: a future that is not done is among the done");
  }
  if (!timed && when == ReturnWhen::all_completed) {
    expect(result.not_done.empty(), "S46: not all are done");
  } else if (!timed && when == ReturnWhen::first_completed && !futures.empty()) {
    expect(!result.done.empty(), "S46: none is done");
  }
}

void ProgramRun::as_some_complete(Picker& pick) {
  const auto futures = pick_some(pick);
  std::size_t seen = 0;
  const bool timed = pick(2) == 0;
  try {
    auto completed = timed ? as_completed(futures, std::chrono::microseconds(pick(3) * 50))
                           : as_completed(futures);
    for (const auto& each : completed) {
      expect(each.done(), "S50: as_completed() gave a future that is not done");
      ++seen;
    }
    expect(seen <= futures.size() && (seen == 0) == futures.empty(),
           "S50: as_completed() did not give each once");
  } catch (const TimeoutError&) {
    expect(timed, "S52: TimeoutError without a time");
  }
}

void ProgramRun::map(Kind kind, Picker& pick) {
  MapOptions options{.task = {.name = "map", .priority = static_cast<int>(pick(3)) - 1},
                     .continue_after_error = pick(2) == 0};
  if (pick(3) == 0) {
    options.timeout = std::chrono::microseconds(pick(3) * 50);
  }
  int length = static_cast<int>(pick(7));
  const int steps =
      kind == Kind::map ? length + 1 : static_cast<int>(pick(kind == Kind::map_buffered ? 8 : 3));
  if (kind == Kind::map_buffered) {
    options.buffer_size = 1 + pick(3);
    length = std::numeric_limits<int>::max();
  }
  const int failing = static_cast<int>(pick(20));
  auto results = pool_->map(
      options,
      [this, failing, life = Counted(living_)](int i) -> Value {
        ++record_.map_runs;
        if (i == failing) {
          throw Failure{i, life};
        }
        return {i, life};
      },
      std::views::iota(0, length));
  using Results = decltype(results);
  typename Results::Iterator it;
  bool begun = false;
  int expected = 0;
  for (int step = 0; step < steps; ++step, ++expected) {
    try {
      if (begun) {
        ++it;
      } else {
        it = results.begin();
        begun = true;
      }
      if (it == results.end()) {
        expect(expected == length, "S55: map() ended early");
        return;
      }
      expect((*it).number == expected, "S55: results of map() are not in the order of the input");
    } catch (const Failure& failure) {
      expect(failure.number() == expected && expected == failing, "S61: the error of another task");
      if (!options.continue_after_error) {
        return;
      }
    } catch (const TimeoutError&) {
      expect(options.timeout.has_value(), "S59: TimeoutError without a time");
      return;
    } catch (const CancelledError&) {
      expect(closing_, "S60: a task of map() was cancelled by nobody");
      if (!options.continue_after_error) {
        return;
      }
    }
  }
}

}  // namespace poolscope::testing
