// SPDX-License-Identifier: Apache-2.0
#include "core/storage/vocabulary.h"

#include <array>
#include <charconv>
#include <limits>

namespace poolscope::storage {

namespace {

using trace::EventKind;

constexpr std::array<std::string_view, trace::kPhaseKinds> kPhaseTexts = {
    "other", "io_wait", "compute", "lock_wait", "sleep", "file_io", "command", "lock_held"};
constexpr std::array<std::string_view, 7> kBlockTexts = {
    "unknown", "result", "map", "wait", "as_completed", "full_queue", "shutdown"};
constexpr std::array<std::string_view, 7> kBlockNameTexts = {
    "blocked",          "blocked: result",       "blocked: map",
    "blocked: wait",    "blocked: as_completed", "blocked: full queue",
    "blocked: shutdown"};
constexpr std::array<std::string_view, 20> kKindTexts = {
    "event",          "task queued",   "task started",
    "task finished",  "phase begin",   "phase end",
    "worker started", "worker exited", "max_workers changed",
    "blocked begin",  "blocked end",   "result delivered",
    "paused",         "resumed",       "pool created",
    "pool shut down", "pool broken",   "marker",
    "events lost",    "awaits"};
constexpr std::array<std::string_view, kAnnotations> kAnnotationTexts = {"",
                                                                         "poolscope.kind",
                                                                         "poolscope.task",
                                                                         "poolscope.outcome",
                                                                         "poolscope.detail",
                                                                         "poolscope.name",
                                                                         "poolscope.thread",
                                                                         "poolscope.awaited",
                                                                         "outcome",
                                                                         "error",
                                                                         "cpu_ns",
                                                                         "poolscope.version",
                                                                         "poolscope.scenario_name",
                                                                         "poolscope.scenario_toml",
                                                                         "poolscope.setting",
                                                                         "poolscope.timed"};

template <std::size_t N>
std::string_view at(const std::array<std::string_view, N>& texts, std::size_t index) {
  return index < N ? texts[index] : std::string_view();
}

std::optional<std::uint16_t> number(std::string_view text) {
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return {};
  }
  return value;
}

template <std::size_t N>
std::optional<std::uint16_t> index_of(const std::array<std::string_view, N>& texts,
                                      std::string_view text) {
  for (std::size_t i = 0; i < N; ++i) {
    if (texts[i] == text) {
      return static_cast<std::uint16_t>(i);
    }
  }
  return {};
}

constexpr std::string_view kDefaultPool = "poolscope.default_pool.";
constexpr std::string_view kPool = "pool.";
constexpr std::string_view kPhase = "phase.";
constexpr std::string_view kBlocked = "blocked.";

}  // namespace

std::optional<trace::ThreadId> thread_of_track(std::uint64_t uuid, std::uint64_t base) {
  const std::uint64_t thread = uuid - base - kThreadTracks;
  if (uuid < base + kThreadTracks || thread > std::numeric_limits<trace::ThreadId>::max()) {
    return {};
  }
  return static_cast<trace::ThreadId>(thread);
}

std::string_view reserved_name(std::uint32_t iid) {
  if (iid == kUnnamedTask) {
    return "task";
  }
  if (iid == kResultName) {
    return "result";
  }
  if (iid >= kKindNames) {
    return at(kKindTexts, iid - kKindNames);
  }
  if (iid >= kBlockNames) {
    return at(kBlockNameTexts, iid - kBlockNames);
  }
  return iid >= kPhaseNames ? at(kPhaseTexts, iid - kPhaseNames) : std::string_view();
}

std::string category_text(Category category) {
  switch (category.kind) {
    case Category::Kind::mapping:
      return std::string(kMappingCategory);
    case Category::Kind::default_pool:
      return std::string(kDefaultPool) + std::to_string(category.value);
    case Category::Kind::pool:
      return std::string(kPool) + std::to_string(category.value);
    case Category::Kind::phase:
      return std::string(kPhase) + std::string(at(kPhaseTexts, category.value));
    case Category::Kind::block:
      return std::string(kBlocked) + std::string(at(kBlockTexts, category.value));
    case Category::Kind::other:
      break;
  }
  return {};
}

Category category_of(std::string_view text) {
  const auto with = [&](Category::Kind kind, std::optional<std::uint16_t> value) {
    return value ? Category{kind, *value} : Category{};
  };
  if (text == kMappingCategory) {
    return {Category::Kind::mapping, 0};
  }
  if (text.starts_with(kDefaultPool)) {
    return with(Category::Kind::default_pool, number(text.substr(kDefaultPool.size())));
  }
  if (text.starts_with(kPool)) {
    return with(Category::Kind::pool, number(text.substr(kPool.size())));
  }
  if (text.starts_with(kPhase)) {
    return with(Category::Kind::phase, index_of(kPhaseTexts, text.substr(kPhase.size())));
  }
  if (text.starts_with(kBlocked)) {
    return with(Category::Kind::block, index_of(kBlockTexts, text.substr(kBlocked.size())));
  }
  return {};
}

std::string_view annotation_text(Annotation annotation) {
  return at(kAnnotationTexts, static_cast<std::size_t>(annotation));
}

Annotation annotation_of(std::string_view text) {
  const auto index = index_of(kAnnotationTexts, text);
  return index ? static_cast<Annotation>(*index) : Annotation::none;
}

DetailParts split_detail(EventKind kind, std::uint64_t detail) {
  constexpr std::uint64_t kLow = 0xffff'ffff;
  switch (kind) {
    case EventKind::task_queued:
    case EventKind::worker_started:
    case EventKind::pool_broken:
    case EventKind::marker:
      return {static_cast<trace::NameId>(detail), detail & ~kLow};
    case EventKind::task_finished:
      return {trace::finished_error(detail), trace::finished_cpu_ns(detail)};
    case EventKind::phase_begin:
    case EventKind::phase_end:
      return {trace::phase_name(detail), detail & ~(kLow << 8)};
    case EventKind::pool_created:
      return {trace::pool_name(detail), detail & kLow};
    default:
      return {0, detail};
  }
}

std::uint64_t join_detail(EventKind kind, DetailParts parts) {
  switch (kind) {
    case EventKind::task_queued:
    case EventKind::worker_started:
    case EventKind::pool_broken:
    case EventKind::marker:
      return parts.rest | parts.name;
    case EventKind::task_finished:
      return trace::finished_detail(parts.rest, parts.name);
    case EventKind::phase_begin:
    case EventKind::phase_end:
      return parts.rest | (std::uint64_t{parts.name} << 8);
    case EventKind::pool_created:
      return parts.rest | (std::uint64_t{parts.name} << 32);
    default:
      return parts.rest;
  }
}

std::string_view bounded_text(std::string_view text) {
  if (text.size() <= kMaxTextBytes) {
    return text;
  }
  std::size_t size = kMaxTextBytes;
  // A UTF-8 character has at most three continuation bytes.
  for (int i = 0; i < 3 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U; ++i) {
    --size;
  }
  return text.substr(0, size);
}

}  // namespace poolscope::storage
