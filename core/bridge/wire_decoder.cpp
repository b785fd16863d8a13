// SPDX-License-Identifier: Apache-2.0
#include "core/bridge/wire_decoder.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace poolscope::bridge {
namespace {

using trace::Event;
using trace::EventKind;

constexpr std::size_t kRecord = sizeof(Event);

tl::unexpected<Error> rubbish(std::string what) {
  return failure("a connection", "sent " + std::move(what) + ", which is no program's own client",
                 "it was closed; nothing of it is kept");
}

WireKind wire_kind(const Event& record) {
  return static_cast<WireKind>(record.kind);
}

bool has_text(const Event& record) {
  const WireKind kind = wire_kind(record);
  return kind == WireKind::hello || kind == WireKind::name || kind == WireKind::thread ||
         kind == WireKind::notice;
}

std::size_t text_length(const Event& record) {
  return static_cast<std::uint32_t>(record.detail);
}

/// `detail` with the ids of names in it replaced by `translate`.
template <typename Translate>
std::uint64_t translated(const Event& event, const Translate& translate) {
  const std::uint64_t detail = event.detail;
  switch (event.kind) {
    case EventKind::task_queued:
    case EventKind::marker:
    case EventKind::pool_broken:
      return translate(detail);
    case EventKind::task_finished:
      return trace::finished_detail(trace::finished_cpu_ns(detail),
                                    translate(trace::finished_error(detail)));
    case EventKind::phase_begin:
    case EventKind::phase_end:
      return trace::phase_detail(trace::phase_kind(detail), translate(trace::phase_name(detail)));
    case EventKind::worker_started:
      return trace::worker_detail(translate(trace::worker_name(detail)),
                                  trace::worker_index(detail));
    case EventKind::pool_created:
      return trace::pool_detail(trace::pool_max_workers(detail),
                                translate(trace::pool_name(detail)));
    default:
      return detail;
  }
}

}  // namespace

Result<void> WireDecoder::feed(std::span<const std::byte> bytes, std::uint64_t now_ns,
                               std::vector<Event>& out) {
  pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  std::size_t at = 0;
  const auto left = [&] { return pending_.size() - at; };
  Result<void> fine;
  while (fine) {
    if (heading_) {
      const std::size_t length = text_length(*heading_);
      const std::size_t filled = (length + kRecord - 1) / kRecord * kRecord;
      if (left() < filled) {
        break;
      }
      // As characters they are what they were as bytes.
      std::string text(length, '\0');
      std::memcpy(text.data(), pending_.data() + at, length);
      at += filled;
      fine = take_text(text);
      heading_.reset();
    } else {
      if (left() < kRecord) {
        break;
      }
      Event record;
      std::memcpy(&record, pending_.data() + at, kRecord);
      at += kRecord;
      fine = take(record, now_ns, out);
    }
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(at));
  return fine;
}

Result<void> WireDecoder::take(const Event& record, std::uint64_t now_ns, std::vector<Event>& out) {
  if (ids_ == nullptr && wire_kind(record) != WireKind::hello) {
    return rubbish("something before it said hello");
  }
  if (!has_text(record)) {
    if (wire_kind(record) == WireKind::bye) {
      bye_ = true;
      if (record.detail != 0) {
        return take_event(
            {.time_ns = record.time_ns, .kind = EventKind::lost, .detail = record.detail}, now_ns,
            out);
      }
      return {};
    }
    return take_event(record, now_ns, out);
  }
  if (record.detail >> 32 != kTextMagic || text_length(record) > kMostText) {
    return rubbish("a text of no possible length");
  }
  if (wire_kind(record) == WireKind::hello) {
    if (ids_ != nullptr) {
      return rubbish("a second hello");
    }
    if (record.pool != kWireVersion) {
      return failure("a program",
                     "speaks version " + std::to_string(record.pool) +
                         " of the bridge, this Poolscope version " + std::to_string(kWireVersion),
                     "use the client that came with this Poolscope");
    }
  }
  heading_ = record;
  return {};
}

Result<void> WireDecoder::take_text(const std::string& text) {
  const Event& record = *heading_;
  switch (wire_kind(record)) {
    case WireKind::hello:
      ids_ =
          on_hello_({static_cast<std::int64_t>(record.task), record.thread, record.time_ns, text});
      return ids_ != nullptr ? Result<void>() : rubbish("the number of another process");
    case WireKind::name:
      if (record.task == 0 || record.task > kMostNames) {
        return rubbish("a name with no possible number");
      }
      add_name(record.task, text);
      return {};
    case WireKind::notice:
      if (on_notice_ && ++notices_ <= kMostNotices) {
        on_notice_(text);
      }
      return {};
    default:
      if (record.task == 0 || record.task > kMostThreads) {
        return rubbish("a thread with no possible number");
      }
      add_thread(record.task, text, static_cast<std::int64_t>(record.time_ns));
      return {};
  }
}

void WireDecoder::add_name(std::uint64_t id, std::string_view text) {
  const auto index = static_cast<std::size_t>(id - 1);
  if (index >= ids_->names.size()) {
    ids_->names.resize(index + 1);
  }
  if (ids_->names[index] != 0 || ids_->text_bytes + text.size() > kMostTextBytes) {
    return;
  }
  ids_->text_bytes += text.size();
  ids_->names[index] = ids_->directory->intern(text);
}

void WireDecoder::add_thread(std::uint64_t id, std::string_view text, std::int64_t os_id) {
  const auto index = static_cast<std::size_t>(id - 1);
  if (index >= ids_->threads.size()) {
    ids_->threads.resize(index + 1);
  }
  if (ids_->threads[index] == 0) {
    ids_->threads[index] = ids_->directory->add_thread({std::string(text), os_id});
  }
}

trace::NameId WireDecoder::name(std::uint64_t id) const {
  return id != 0 && id <= ids_->names.size() ? ids_->names[static_cast<std::size_t>(id - 1)] : 0;
}

Result<void> WireDecoder::take_event(Event event, std::uint64_t now_ns, std::vector<Event>& out) {
  const auto kind = static_cast<std::uint8_t>(event.kind);
  if (kind == 0 || kind > static_cast<std::uint8_t>(trace::kLastEventKind) ||
      event.outcome > trace::Outcome::cancelled) {
    return rubbish("an event of no known kind");
  }
  if (event.time_ns > now_ns + kMostAheadNs) {
    return rubbish("an event of the future");
  }
  if (event.thread != 0) {
    if (event.thread > ids_->threads.size() || ids_->threads[event.thread - 1] == 0) {
      return rubbish("an event of a thread that it did not name");
    }
    event.thread = ids_->threads[event.thread - 1];
  }
  event.detail = translated(event, [this](std::uint64_t id) { return name(id); });
  out.push_back(event);
  return {};
}

}  // namespace poolscope::bridge
