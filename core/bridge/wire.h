// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/event.h"

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace poolscope::bridge {

// What a program and Poolscope say to each other over a local stream socket. From the program:
// records of 32 bytes, the same as trace::Event, little-endian. Kinds up to 127 are events, with
// ids of names and threads that the program gives; those from 128 on explain the ids. To the
// program: records of the same size, ControlRecord. The first record of a connection is `hello`.

/// Of what stands here; a program that speaks another one is refused.
inline constexpr std::uint16_t kWireVersion = 1;
/// High 32 bits of `detail` of a record that is followed by a text; the low ones are its length in
/// bytes. The text is UTF-8, filled with zeros to whole records.
inline constexpr std::uint32_t kTextMagic = 0x506f6f6c;
inline constexpr std::uint32_t kMostText = 1024;
/// Names and threads of a process with higher numbers are refused; a client keeps them to itself.
inline constexpr std::size_t kMostNames = std::size_t{1} << 20;
inline constexpr std::size_t kMostThreads = std::size_t{1} << 18;

enum class WireKind : std::uint8_t {
  hello = 128,  ///< time: when the process began; task: pid; thread: its parent's; pool: version;
                ///< text: its command
  name,         ///< task: id, 1, 2, ...; text. Known again after a fork or a reconnection
  thread,       ///< task: id, 1, 2, ...; time: the thread's number in the system; text: its name
  bye,     ///< the process ends, or goes on unwatched; detail: events dropped that no `lost` told
  notice,  ///< text: what of this process cannot be seen, and why; for the user
};

enum class ControlOp : std::uint64_t {
  set_max_workers = 1,  ///< value: 1 to 4096
  pause,
  resume,
};

struct ControlRecord {
  ControlOp op = ControlOp::resume;
  std::uint64_t pool = 0;
  std::uint64_t value = 0;
  std::uint64_t reserved = 0;
};
static_assert(sizeof(ControlRecord) == 32 && std::is_trivially_copyable_v<ControlRecord>);

}  // namespace poolscope::bridge
