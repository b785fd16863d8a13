// SPDX-License-Identifier: Apache-2.0
#include "core/base/sleep_watch.h"

namespace poolscope {

std::string SleepWatch::look(std::uint64_t boot_ns, std::uint64_t monotonic_ns) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const auto apart = static_cast<std::int64_t>(boot_ns - monotonic_ns);
  if (apart < apart_ + kSecond) {
    return {};
  }
  const std::int64_t slept = (apart - apart_) / kSecond;
  apart_ = apart;
  const std::int64_t hours = slept / 3600;
  const std::int64_t minutes = slept / 60 % 60;
  std::string text = "the computer slept for ";
  if (hours > 0) {
    return text + std::to_string(hours) + " h " + std::to_string(minutes) + " min";
  }
  return text + (minutes > 0 ? std::to_string(minutes) + " min " : "") +
         std::to_string(slept % 60) + " s";
}

}  // namespace poolscope
