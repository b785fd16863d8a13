// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "program_run.h"

#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace poolscope::testing {

/// Small random numbers from the one that an operation was given.
class ProgramRun::Picker {
 public:
  explicit Picker(std::uint64_t seed) : state_(seed * 2 + 1) {}
  std::uint32_t operator()(std::uint32_t count) {
    state_ = state_ * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    return static_cast<std::uint32_t>(state_ >> 33) % count;
  }
  /// One that goes on for itself.
  Picker fork() { return Picker((*this)(1U << 30)); }

 private:
  std::uint64_t state_;
};

/// Lets pass only what a pool may throw at who uses it: that it is shut down, or has no thread.
template <typename Action>
void ProgramRun::guarded(Action action) {
  try {
    action();
  } catch (const std::system_error&) {
    expect(refusing_, "S11: no thread could be started, though none was refused");
  } catch (const TimeoutError&) {
    expect(false, "S31: TimeoutError from an operation without a time");
  } catch (const std::runtime_error& error) {
    expect(closing_, "S17: a pool that was not shut down refused a task");
    expect(std::string_view(error.what()) == "cannot schedule new futures after shutdown",
           "S17: another error than that of a pool that was shut down");
  }
}

}  // namespace poolscope::testing
