// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "core/storage/export.h"
#include "core/storage/text_file.h"

#include <functional>

namespace poolscope::storage {

/// Whether any of a task's life, from its first known time to its last, lies in [begin, end); one
/// that has not ended lives on.
bool touches(const session::Task& task, session::TimeNs begin, session::TimeNs end);

/// Hands all events of a snapshot on, process by process, each in time order, with progress told.
/// False if it was stopped, as told or by a `take` that says false.
bool for_each_event(const session::Snapshot& snapshot, const ExportOptions& options,
                    const std::function<bool(std::uint32_t process, const trace::Event&)>& take);

/// Hands on each task that touches the options' stretch, once, process by process in the order of
/// their first known times. Tasks of which only the name is left (Task::forgotten) are not among
/// them. Cost: some microseconds a task; memory does not grow with them. False as above.
bool for_each_task(const session::Snapshot& snapshot, const ExportOptions& options,
                   const std::function<bool(const session::Task&)>& take);

/// The end of an export: finishes `file`, or says why it did not come to be.
Result<void> conclude(TextFile& file, bool whole, const ExportOptions& options);

}  // namespace poolscope::storage
