// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <cstdint>
#include <random>

namespace poolscope::session {

/// What random tests of this process begin with: POOLSCOPE_SEED, or another one each time.
inline std::uint64_t seed() {
  bool given = false;
  const qulonglong value = qEnvironmentVariable("POOLSCOPE_SEED").toULongLong(&given);
  static const std::uint64_t chosen = given ? value : std::random_device{}();
  return chosen;
}

}  // namespace poolscope::session
