// SPDX-License-Identifier: Apache-2.0
#include "random_program.h"

#include <random>
#include <sstream>

namespace poolscope::testing {
namespace {

constexpr std::array<std::string_view, kKinds> kNames = {
    "submit",
    "try_submit",
    "map",
    "map with buffer_size",
    "map, abandoned",
    "cancel",
    "set_max_workers",
    "pause",
    "resume",
    "wait",
    "as_completed",
    "result",
    "result with timeout",
    "add_done_callback",
    "system refuses a thread",
    "shutdown while others work",
    "submit in a task",
    "submit in a callback",
    "result(timeout) in a task",
    "set_max_workers in a task",
    "pause in a task",
    "cancel in a callback",
    "exception in a callback",
    "submit that blocked",
    "all workers meet",
    "shutdown(true)",
    "shutdown(true, true)",
    "shutdown(false)",
    "shutdown(false, true)",
    "shutdown in a task",
    "shutdown in a callback",
    "destructor alone",
    "destructor in a task",
};

struct Weight {
  Kind kind;
  unsigned weight;
};
constexpr std::array kWeights = {
    Weight{Kind::submit, 30},
    Weight{Kind::try_submit, 10},
    Weight{Kind::map, 3},
    Weight{Kind::map_buffered, 3},
    Weight{Kind::map_abandoned, 3},
    Weight{Kind::cancel, 8},
    Weight{Kind::set_max_workers, 6},
    Weight{Kind::pause, 4},
    Weight{Kind::resume, 4},
    Weight{Kind::wait, 4},
    Weight{Kind::as_completed, 3},
    Weight{Kind::result, 5},
    Weight{Kind::result_with_timeout, 5},
    Weight{Kind::add_done_callback, 8},
    Weight{Kind::refuse_a_thread, 1},
};

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) { program_.seed = seed; }

  Program generate() {
    program_.max_workers = 1 + pick(4);
    program_.discipline = static_cast<QueueDiscipline>(pick(4));
    program_.queue_capacity = pick(3) == 0 ? 1 + pick(6) : 0;
    program_.tiny_rings = pick(20) == 0;
    if (pick(2) == 0) {
      const std::size_t most = program_.queue_capacity != 0 ? program_.queue_capacity : 8;
      for (std::size_t i = 0; i < most; ++i) {
        program_.opening.push_back(static_cast<int>(pick(3)) - 1);
      }
    }
    const std::size_t threads = 3 + pick(2);
    for (std::size_t t = 0; t < threads; ++t) {
      auto& operations = program_.threads.emplace_back();
      const std::size_t count = 7 + pick(8);
      for (std::size_t i = 0; i < count; ++i) {
        operations.push_back({.kind = kind(), .random = static_cast<std::uint32_t>(random_())});
      }
    }
    if (pick(8) == 0) {
      auto& operations = program_.threads.front();
      operations[operations.size() - 1 - pick(3)].kind = Kind::early_shutdown;
    } else {
      program_.rendezvous = pick(2) == 0;
    }
    constexpr auto kFirst = static_cast<std::size_t>(Kind::shutdown);
    program_.end = static_cast<Kind>(kFirst + pick(kKinds - kFirst));
    return std::move(program_);
  }

 private:
  std::size_t pick(std::size_t count) { return random_() % count; }

  Kind kind() {
    unsigned sum = 0;
    for (const Weight& each : kWeights) {
      sum += each.weight;
    }
    std::size_t at = pick(sum);
    for (const Weight& each : kWeights) {
      if (at < each.weight) {
        return each.kind;
      }
      at -= each.weight;
    }
    return Kind::submit;
  }

  Program program_;
  std::mt19937_64 random_;
};

}  // namespace

std::string_view name_of(Kind kind) {
  return kNames[static_cast<std::size_t>(kind)];
}

Program random_program(std::uint64_t seed) {
  return Generator(seed).generate();
}

std::string to_text(const Program& program) {
  std::ostringstream text;
  text << "POOLSCOPE_SEED=" << program.seed << ": max_workers " << program.max_workers
       << ", discipline " << static_cast<int>(program.discipline) << ", queue_capacity "
       << program.queue_capacity << ", opening of " << program.opening.size();
  for (const auto& operations : program.threads) {
    text << "\n ";
    for (const Operation& each : operations) {
      text << ' ' << name_of(each.kind) << ';';
    }
  }
  text << "\n  end: " << name_of(program.end);
  return text.str();
}

}  // namespace poolscope::testing
