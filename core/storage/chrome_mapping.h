// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/storage/vocabulary.h"
#include "core/trace/event.h"

#include <string_view>

/// How Poolscope's events are told in Chrome's Trace Event Format: as slices and instants that any
/// viewer shows, each with what it lacks among its arguments, in the words of vocabulary.h where
/// there is one. Beside the events stands `otherData`, by which our reader knows its own.
namespace poolscope::storage::chrome {

// Keys of otherData.
inline constexpr std::string_view kMapping = "poolscope.mapping";
inline constexpr std::string_view kMappingValue = "1";
inline constexpr std::string_view kBegin = "poolscope.begin_ns";  ///< what `ts` 0 is, as a string

// Keys of arguments.
inline constexpr std::string_view kPool = "poolscope.pool";
inline constexpr std::string_view kOsId = "poolscope.os_id";  ///< of a process_name or thread_name

/// Whether a text belongs to an event of this kind, beside its error.
inline bool has_name(trace::EventKind kind) {
  return split_detail(kind, join_detail(kind, {1, 0})).name == 1;
}

/// Events that belong to one task: they are in an export if the task is.
constexpr bool is_of_task(trace::EventKind kind) {
  using trace::EventKind;
  return kind == EventKind::task_queued || kind == EventKind::task_started ||
         kind == EventKind::task_finished || kind == EventKind::phase_begin ||
         kind == EventKind::phase_end || kind == EventKind::result_delivered;
}

constexpr bool begins_slice(trace::EventKind kind) {
  using trace::EventKind;
  return kind == EventKind::task_started || kind == EventKind::phase_begin ||
         kind == EventKind::blocked_begin;
}

/// The kind that begins what `kind` ends; `kind` itself if it ends nothing.
constexpr trace::EventKind begin_of(trace::EventKind kind) {
  using trace::EventKind;
  switch (kind) {
    case EventKind::task_finished:
      return EventKind::task_started;
    case EventKind::phase_end:
      return EventKind::phase_begin;
    case EventKind::blocked_end:
      return EventKind::blocked_begin;
    default:
      return kind;
  }
}

}  // namespace poolscope::storage::chrome
