// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace poolscope::bridge {

// A program that has our client in it, and that nobody watches, offers itself: it has a socket for
// datagrams, called by the number of its process, in a folder that only the user can read
// ($XDG_RUNTIME_DIR/poolscope, else /tmp/poolscope-UID). Who wants its events sends the address of
// its own socket there (1 to 107 bytes), and the program connects to that. Threads: any.

/// Where programs of this user offer themselves; it need not exist.
std::filesystem::path offers_folder();

/// Where the process `pid` offers itself, if it does.
std::filesystem::path offer_of(std::int64_t pid);

/// The processes that offer themselves now, the lowest number first.
std::vector<std::int64_t> offering();

/// Asks the program at `offer` to connect to the server at `socket`. It does so at once if it has
/// threads in a pool, else with its first one. An Error names `offer` and what is the matter.
Result<void> invite(const std::filesystem::path& offer, const std::filesystem::path& socket);

}  // namespace poolscope::bridge
