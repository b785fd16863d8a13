// SPDX-License-Identifier: Apache-2.0
#include "core/session/lane_events.h"
#include "core/session/stored_snapshot.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace poolscope::session {
namespace {

using trace::Event;
using trace::EventKind;

/// One stream of events in time order.
class Stream {
 public:
  enum class Kind { log, submits, lane, deliveries };

  using Forgotten = std::function<bool(Row)>;

  Stream(Kind kind, const ProcessData& process, std::span<const Pool> pools, const LaneData* lane,
         Forgotten forgotten)
      : forgotten_(std::move(forgotten)),
        kind_(kind),
        process_(&process),
        pools_(pools),
        lane_(lane) {
    if (kind == Kind::lane) {
      told_ = std::make_unique<LaneEvents>(*lane, process.tasks, pools);
    }
    advance();
  }

  bool done() const { return done_; }
  const Event& event() const { return event_; }
  void advance() {
    switch (kind_) {
      case Kind::log:
        done_ = next_ >= process_->log.size();
        if (!done_) {
          event_ = process_->log[next_++];
        }
        return;
      case Kind::submits:
        skip_forgotten(lane_->submits);
        done_ = next_ >= lane_->submits.size();
        if (!done_) {
          const Row row = lane_->submits[next_++];
          tell(row, EventKind::task_queued, process_->tasks.queued(row));
          event_.detail = process_->tasks.origin(row)->name;
        }
        return;
      case Kind::deliveries:
        skip_forgotten(lane_->deliveries);
        done_ = next_ >= lane_->deliveries.size();
        if (!done_) {
          const Row row = lane_->deliveries[next_++];
          tell(row, EventKind::result_delivered, process_->tasks.delivered(row));
        }
        return;
      case Kind::lane:
        done_ = !told_->next(event_);
    }
  }

  /// For a heap whose top is the earliest. At the same time the log comes first (a worker starts
  /// before its tasks), then what was queued, what ran, what was delivered.
  friend bool operator<(const Stream& a, const Stream& b) {
    if (a.event_.time_ns != b.event_.time_ns) {
      return a.event_.time_ns > b.event_.time_ns;
    }
    return a.kind_ > b.kind_;
  }

 private:
  void skip_forgotten(const PackedVector<Row>& rows) {
    while (next_ < rows.size() && forgotten_(rows[next_])) {
      ++next_;
    }
  }
  void tell(Row row, EventKind kind, TimeNs time) {
    const std::uint32_t pool = process_->tasks.origin(row)->pool;
    event_ = {.time_ns = static_cast<std::uint64_t>(time),
              .task = process_->tasks.id_of(row),
              .thread = lane_->thread,
              .kind = kind,
              .pool = pool == kNone32 ? trace::PoolId{0} : pools_[pool].id};
  }

  Forgotten forgotten_;
  Kind kind_;
  const ProcessData* process_;
  std::span<const Pool> pools_;
  const LaneData* lane_;
  std::unique_ptr<LaneEvents> told_;
  Event event_ = {};
  std::size_t next_ = 0;
  bool done_ = false;
};

}  // namespace

void StoredSnapshot::replay(std::uint32_t number, trace::Sink& sink) const {
  constexpr std::size_t kBatch = 4096;
  if (number >= state_.processes.size()) {
    return;
  }
  const ProcessData& process = *state_.processes[number];
  std::vector<Stream> streams;
  const auto forgotten = [&](Row row) { return is_forgotten(process, row); };
  // A result may have been delivered long after its task was over.
  const auto delivery_forgotten = [&](Row row) {
    return forgotten(row) &&
           (process.tasks.forgotten(row) || process.tasks.delivered(row) < complete_from());
  };
  const auto add = [&](Stream::Kind kind, const LaneData* lane) {
    const bool deliveries = kind == Stream::Kind::deliveries;
    Stream stream(kind, process, pools(), lane,
                  deliveries ? Stream::Forgotten(delivery_forgotten) : forgotten);
    if (!stream.done()) {
      streams.push_back(std::move(stream));
    }
  };
  add(Stream::Kind::log, nullptr);
  for (std::size_t i = 0; i < state_.lane_data.size(); ++i) {
    const LaneData* lane = state_.lane_data[i].get();
    if (lane->process == number) {
      add(Stream::Kind::submits, lane);
      add(Stream::Kind::lane, lane);
      add(Stream::Kind::deliveries, lane);
    }
  }
  std::make_heap(streams.begin(), streams.end());
  std::vector<Event> batch;
  while (!streams.empty()) {
    std::pop_heap(streams.begin(), streams.end());
    Stream& earliest = streams.back();
    batch.push_back(earliest.event());
    earliest.advance();
    if (earliest.done()) {
      streams.pop_back();
    } else {
      std::push_heap(streams.begin(), streams.end());
    }
    if (batch.size() == kBatch || streams.empty()) {
      sink.consume(batch);
      batch.clear();
    }
  }
}

}  // namespace poolscope::session
