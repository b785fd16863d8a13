// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/simulation.h"
#include "core/workload/scenario.h"

#include <optional>

namespace poolscope::experiment {

/// Which task a pool picks, where tasks wait for others of their own pool: then it matters, and
/// that there is room for them. Nothing if a simulation does not know that.
std::optional<PickOrder> pick_order(const workload::PoolSettings& pool);

}  // namespace poolscope::experiment
