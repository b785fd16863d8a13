// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/event.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// How Poolscope's events are told in Perfetto's words: the names, tracks and categories that our
/// writer gives and our reader knows again. The frequent kinds are slices and instants with flows;
/// the rest are instants whose annotation `poolscope.kind` and its like say all of the event.
namespace poolscope::storage {

/// A name of this category among a sequence's interned data says that the sequence speaks our
/// vocabulary.
inline constexpr std::string_view kMappingCategory = "poolscope.mapping.1";

// Every text written is cut to this many bytes, so that a packet never outgrows its block.
inline constexpr std::size_t kMaxTextBytes = 16 * 1024;

// --- tracks ---
// Process p owns the uuids from p << 48 on. Threads come first: an uuid below 128 is one byte in
// each event.
inline constexpr std::uint64_t kProcessTrack = 1;
inline constexpr std::uint64_t kNotesTrack =
    2;  ///< markers, pauses, what a recording says of itself
inline constexpr std::uint64_t kThreadTracks = 3;  ///< + thread id
inline constexpr std::uint64_t kCounterTracks = std::uint64_t{1}
                                                << 40;  ///< + 4 * pool id + counter
inline constexpr unsigned kProcessShift = 48;
enum class CounterTrack : std::uint8_t { queue_depth = 0, max_workers = 1, throughput = 2 };

constexpr std::uint64_t track_base(std::uint32_t process) {
  return std::uint64_t{process} << kProcessShift;
}
/// The thread whose track `uuid` is, in the process with base `base`.
std::optional<trace::ThreadId> thread_of_track(std::uint64_t uuid, std::uint64_t base);

/// What stands for the tid of a thread whose own is not known: above all real ones, ascending with
/// the thread's id.
constexpr std::int64_t invented_tid(trace::ThreadId thread) {
  return std::int64_t{1'000'000'000} + thread;
}

// --- names of events: interned ids that mean the same in every block ---
inline constexpr std::uint32_t kUnnamedTask = 1;  ///< "task", for a task without a name
inline constexpr std::uint32_t kResultName = 2;
inline constexpr std::uint32_t kPhaseNames = 3;   ///< + PhaseKind, for a phase without a name
inline constexpr std::uint32_t kBlockNames = 11;  ///< + BlockReason
inline constexpr std::uint32_t kKindNames = 18;   ///< + EventKind
inline constexpr std::uint32_t kFirstFreeName = 40;
/// The text of an interned id below kFirstFreeName; empty for one without a meaning.
std::string_view reserved_name(std::uint32_t iid);

// --- categories ---
inline constexpr std::uint32_t kMappingCategoryId = 1;
inline constexpr std::uint32_t kDefaultPoolCategoryId = 2;
inline constexpr std::uint32_t kPhaseCategories = 3;   ///< + PhaseKind
inline constexpr std::uint32_t kBlockCategories = 11;  ///< + BlockReason
inline constexpr std::uint32_t kPoolCategories = 32;   ///< + pool id
struct Category {
  enum class Kind : std::uint8_t { other, mapping, default_pool, pool, phase, block };
  Kind kind = Kind::other;
  std::uint16_t value = 0;
};
std::string category_text(Category category);
Category category_of(std::string_view text);

// --- annotations ---
enum class Annotation : std::uint8_t {
  none,
  kind,  ///< the EventKind, in numbers; 0: written for other viewers only
  task,
  result,  ///< the Outcome of an event that is not an ordinary end of a task
  detail,  ///< without its name
  name,    ///< the text that a name id in `detail` stands for
  thread,
  awaited,  ///< the task that a blocked thread waits for
  outcome,  ///< of a finished task: "error" or "cancelled"
  error,
  cpu_ns,
  version,
  scenario_name,
  scenario_toml,  ///< long ones in several parts, in order
  setting,        ///< + "." + key
  timed,          ///< 1: a blocked thread waits for a time at most
};
inline constexpr std::size_t kAnnotations = 16;
std::string_view annotation_text(Annotation annotation);
Annotation annotation_of(std::string_view text);
inline constexpr std::string_view kSettingPrefix = "poolscope.setting.";

// --- an event's detail in two parts, because name ids differ from directory to directory ---
struct DetailParts {
  trace::NameId name = 0;
  std::uint64_t rest = 0;
};
DetailParts split_detail(trace::EventKind kind, std::uint64_t detail);
std::uint64_t join_detail(trace::EventKind kind, DetailParts parts);

/// At most kMaxTextBytes of `text`, not cut inside a UTF-8 character.
std::string_view bounded_text(std::string_view text);

}  // namespace poolscope::storage
