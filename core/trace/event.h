// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>

namespace poolscope::trace {

using NameId = std::uint32_t;    ///< an interned text of the Directory; 0: none
using ThreadId = std::uint32_t;  ///< 1, 2, ... per tracer; 0: none
using PoolId = std::uint16_t;    ///< 1, 2, ... per tracer; 0: none

/// What happened. Beside each kind: what `task`, `thread` and `detail` of its Event mean. The
/// numbers are part of the wire format and of recordings and never change; from 128 on they are the
/// bridge's own.
enum class EventKind : std::uint8_t {
  task_queued = 1,  ///< thread: who submitted; detail: name of the task
  task_started,     ///< thread: its worker; detail: 0
  task_finished,    ///< thread: its worker (who cancelled, if cancelled while queued); detail:
                    ///< finished_detail()
  phase_begin,      ///< task: in which; detail: phase_detail()
  phase_end,        ///< as its phase_begin
  worker_started,   ///< thread: the worker; detail: worker_detail()
  worker_exited,  ///< thread: the worker; detail: 1 if it retired because max_workers fell, else 0
  max_workers_changed,  ///< detail: max_workers_detail()
  blocked_begin,        ///< thread waits; task: the one it runs itself (0: none); detail:
                        ///< blocked_detail()
  blocked_end,          ///< as its blocked_begin
  result_delivered,     ///< thread: who got it; task: whose result
  paused,               ///< the pool picks no task from here on
  resumed,
  pool_created,    ///< detail: pool_detail()
  pool_shut_down,  ///< intake has stopped
  pool_broken,     ///< detail: name id of the reason
  marker,          ///< detail: name id of the text
  lost,            ///< thread: whose events; detail: how many were dropped before this one
  awaits,          ///< thread has been blocked for a while; task: one of the several it waits for;
                   ///< detail: awaits_detail()
};
inline constexpr EventKind kLastEventKind = EventKind::awaits;

enum class Outcome : std::uint8_t { ok, error, cancelled };

/// What a task does in a stretch of its run time. Numbers are part of recordings.
enum class PhaseKind : std::uint8_t {
  other = 0,
  io_wait = 1,    ///< waits for the network
  compute = 2,    ///< on the CPU
  lock_wait = 3,  ///< waits for a lock, the interpreter's included
  sleep = 4,      ///< waits for a time
  file_io = 5,    ///< reads or writes a file
  command = 6,    ///< waits for another program
  lock_held = 7,  ///< works while it holds a lock
};
inline constexpr std::size_t kPhaseKinds = 8;

/// Why a thread is blocked. Numbers are part of recordings.
enum class BlockReason : std::uint8_t {
  unknown = 0,
  result,        ///< Future::result() or exception()
  map,           ///< the next result of map()
  wait,          ///< wait()
  as_completed,  ///< the next of as_completed()
  full_queue,    ///< submit() on a bounded queue
  shutdown,      ///< shutdown(wait)
};

/// One thing that happened, the same in memory, in a ring and on the bridge's wire (little-endian,
/// 4 x u64).
struct Event {
  std::uint64_t time_ns = 0;  ///< CLOCK_MONOTONIC
  std::uint64_t task = 0;     ///< 1, 2, ... per tracer; 0: none
  ThreadId thread = 0;
  EventKind kind = EventKind::marker;
  Outcome outcome = Outcome::ok;
  PoolId pool = 0;
  std::uint64_t detail = 0;  ///< by kind

  friend bool operator==(const Event&, const Event&) = default;
};
static_assert(sizeof(Event) == 32 && std::is_trivially_copyable_v<Event>);
static_assert(std::endian::native == std::endian::little, "the wire is little-endian");

// `detail` of task_finished: low 44 bits CPU time in ns (0: not measured; saturates at 4.8 h), high
// 20 bits the name id of the error text (0: none; ids above 2^20 - 1 do not fit and are told as 0).
inline constexpr unsigned kCpuTimeBits = 44;
inline constexpr std::uint64_t kCpuTimeMax = (std::uint64_t{1} << kCpuTimeBits) - 1;
inline constexpr NameId kErrorNameMax = (1U << 20) - 1;
constexpr std::uint64_t finished_detail(std::uint64_t cpu_ns, NameId error) {
  return (cpu_ns < kCpuTimeMax ? cpu_ns : kCpuTimeMax) |
         (std::uint64_t{error <= kErrorNameMax ? error : 0} << kCpuTimeBits);
}
constexpr std::uint64_t finished_cpu_ns(std::uint64_t detail) {
  return detail & kCpuTimeMax;
}
constexpr NameId finished_error(std::uint64_t detail) {
  return static_cast<NameId>(detail >> kCpuTimeBits);
}

// `detail` of phase_begin and phase_end: low 8 bits the PhaseKind, above them the name id.
constexpr std::uint64_t phase_detail(PhaseKind kind, NameId name) {
  return static_cast<std::uint64_t>(kind) | (std::uint64_t{name} << 8);
}
constexpr PhaseKind phase_kind(std::uint64_t detail) {
  return (detail & 0xff) < kPhaseKinds ? static_cast<PhaseKind>(detail & 0xff) : PhaseKind::other;
}
constexpr NameId phase_name(std::uint64_t detail) {
  return static_cast<NameId>(detail >> 8);
}

// `detail` of worker_started: low 32 bits the name id of the worker's name, high 32 bits its index
// in the pool.
constexpr std::uint64_t worker_detail(NameId name, std::uint32_t index) {
  return name | (std::uint64_t{index} << 32);
}
constexpr NameId worker_name(std::uint64_t detail) {
  return static_cast<NameId>(detail);
}
constexpr std::uint32_t worker_index(std::uint64_t detail) {
  return static_cast<std::uint32_t>(detail >> 32);
}

// `detail` of max_workers_changed: low 32 bits the new number, high 32 bits the old one (0: not
// known).
constexpr std::uint64_t max_workers_detail(std::uint32_t now, std::uint32_t before) {
  return now | (std::uint64_t{before} << 32);
}
constexpr std::uint32_t max_workers_now(std::uint64_t detail) {
  return static_cast<std::uint32_t>(detail);
}
constexpr std::uint32_t max_workers_before(std::uint64_t detail) {
  return static_cast<std::uint32_t>(detail >> 32);
}

// `detail` of pool_created: low 32 bits max_workers, high 32 bits the name id of the pool's name.
constexpr std::uint64_t pool_detail(std::uint32_t max_workers, NameId name) {
  return max_workers | (std::uint64_t{name} << 32);
}
constexpr std::uint32_t pool_max_workers(std::uint64_t detail) {
  return static_cast<std::uint32_t>(detail);
}
constexpr NameId pool_name(std::uint64_t detail) {
  return static_cast<NameId>(detail >> 32);
}

// `detail` of blocked_begin and blocked_end: low 56 bits the awaited task (0: several, or none),
// above them 7 bits why, and the highest bit whether the wait has a timeout, so that it ends by
// itself.
inline constexpr std::uint64_t kBlockedTimed = std::uint64_t{1} << 63;
constexpr std::uint64_t blocked_detail(BlockReason reason, std::uint64_t awaited,
                                       bool timed = false) {
  return (awaited & ((std::uint64_t{1} << 56) - 1)) | (static_cast<std::uint64_t>(reason) << 56) |
         (timed ? kBlockedTimed : 0);
}
constexpr std::uint64_t blocked_awaited(std::uint64_t detail) {
  return detail & ((std::uint64_t{1} << 56) - 1);
}
constexpr BlockReason blocked_reason(std::uint64_t detail) {
  const std::uint64_t reason = (detail & ~kBlockedTimed) >> 56;
  return reason <= 6 ? static_cast<BlockReason>(reason) : BlockReason::unknown;
}
constexpr bool blocked_timed(std::uint64_t detail) {
  return (detail & kBlockedTimed) != 0;
}

// `detail` of awaits: low 32 bits how many such events name the tasks of this wait; above them
// whether it ends with any of these (1) or needs each (0; tasks beyond those named may be needed,
// too).
constexpr std::uint64_t awaits_detail(bool any, std::uint32_t count) {
  return count | (std::uint64_t{any} << 32);
}
constexpr bool awaits_any(std::uint64_t detail) {
  return (detail >> 32) != 0;
}
constexpr std::uint32_t awaits_count(std::uint64_t detail) {
  return static_cast<std::uint32_t>(detail);
}

/// Takes events in batches: the session, a recording. An empty batch says that all rings have just
/// been drained and nothing more came: publish what you hold. Threads: consume() is called by the
/// collector only. It must not wait for a worker or for the window. Order: in time order within a
/// thread, nearly so across threads (an event stamped just before its thread was preempted comes
/// late).
struct Sink {
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;
  virtual void consume(std::span<const Event> events) = 0;
};

}  // namespace poolscope::trace
