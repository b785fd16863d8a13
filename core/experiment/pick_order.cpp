// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/pick_order.h"

namespace poolscope::experiment {

std::optional<PickOrder> pick_order(const workload::PoolSettings& pool) {
  if (pool.queue_capacity > 0) {
    return std::nullopt;
  }
  switch (pool.queue_discipline) {
    case workload::Discipline::fifo:
      return PickOrder::fifo;
    case workload::Discipline::lifo:
      return PickOrder::lifo;
    case workload::Discipline::work_stealing:
      return PickOrder::work_stealing;
    case workload::Discipline::priority:
      break;
  }
  return std::nullopt;
}

}  // namespace poolscope::experiment
