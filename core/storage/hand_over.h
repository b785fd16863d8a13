// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/session.h"
#include "core/trace/directory.h"
#include "core/trace/event.h"

#include <memory>
#include <vector>

namespace poolscope::storage {

/// Tells a session all events of one process, gathered in any order, as a process of its own; ties
/// keep their order. Threads: the session's one writer.
void hand_over(session::Session& session, const std::shared_ptr<const trace::Directory>& directory,
               std::vector<trace::Event> events);

}  // namespace poolscope::storage
