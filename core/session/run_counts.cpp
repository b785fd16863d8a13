// SPDX-License-Identifier: Apache-2.0
#include "core/session/run_counts.h"

#include <algorithm>
#include <array>
#include <span>

namespace poolscope::session {
namespace {

using Verdict = SummaryTree::Verdict;

/// What precedes a block's figures: when its runs ended, and how far it is to those of the ends.
struct BlockHead {
  TimeNs earliest_end = kForever;
  TimeNs latest_end = 0;
  std::size_t start_bytes = 0;

  void widen(TimeNs earliest, TimeNs latest) {
    earliest_end = std::min(earliest_end, earliest);
    latest_end = std::max(latest_end, latest);
  }
  static BlockHead read(SummaryReader& reader) {
    BlockHead head;
    if (const std::uint64_t span = reader.take(); span > 0) {
      head.earliest_end = static_cast<TimeNs>(reader.take());
      head.latest_end = head.earliest_end + static_cast<TimeNs>(span - 1);
    }
    head.start_bytes = static_cast<std::size_t>(reader.take());
    return head;
  }
  void write(SummaryWriter& writer) const {
    const bool any = earliest_end <= latest_end;
    writer.put(any ? static_cast<std::uint64_t>(latest_end - earliest_end) + 1 : 0);
    if (any) {
      writer.put(static_cast<std::uint64_t>(earliest_end));
    }
    writer.put(start_bytes);
  }
};

void read_starts(SummaryReader& reader, TaskTally& tally) {
  tally.started += reader.take();
  tally.waits.read(reader);
  tally.kinds.read(KindTally::started, reader);
}

void read_ends(SummaryReader& reader, TaskTally& tally) {
  tally.finished += reader.take();
  tally.failed += reader.take();
  tally.runs.read(reader);
  tally.kinds.read(KindTally::finished, reader);
  tally.kinds.read(KindTally::failed, reader);
}

void write_block(BlockHead head, const TaskTally& tally, SummaryWriter& writer) {
  SummaryWriter starts;
  starts.put(tally.started);
  tally.waits.write(starts);
  tally.kinds.write(KindTally::started, starts);
  head.start_bytes = starts.bytes().size();
  head.write(writer);
  writer.append(starts.bytes());
  writer.put(tally.finished);
  writer.put(tally.failed);
  tally.runs.write(writer);
  tally.kinds.write(KindTally::finished, writer);
  tally.kinds.write(KindTally::failed, writer);
}

/// When the task of a run was queued; kAbsent if that is not known.
TimeNs queued_of(const LaneData& lane, const TaskTable& tasks, Row row, std::size_t run) {
  return tasks.forgotten(row) ? lane.queued_before.get(run) : tasks.queued(row);
}

/// Runs that stand one behind the other, read at once.
class RunBlock {
 public:
  RunBlock(const LaneData& lane, const TaskTable& tasks, std::size_t first, std::size_t last)
      : count_(last - first),
        ended_(last <= lane.runs.closed() ? count_ : count_ - 1) {
    lane.runs.read(first, std::span(spans_).first(count_));
    lane.run_rows.read(first, std::span(rows_).first(count_));
    lane.run_results.read(first, std::span(results_).first(count_));
    for (std::size_t i = 0; i < count_; ++i) {
      names_[i] = tasks.name(row(i));
      queued_[i] = queued_of(lane, tasks, row(i), first + i);
    }
  }

  std::size_t size() const { return count_; }
  Span span(std::size_t i) const { return spans_[i]; }
  Row row(std::size_t i) const { return static_cast<Row>(rows_[i]); }
  trace::NameId name(std::size_t i) const { return names_[i]; }
  TimeNs queued(std::size_t i) const { return queued_[i]; }
  RunResult result(std::size_t i) const {
    return RunResult::unpack(results_[i] == PackedColumn::kAbsent
                                 ? RunResult::kEndedWell
                                 : static_cast<std::uint32_t>(results_[i]));
  }
  /// By an event.
  bool ended(std::size_t i) const { return i < ended_ && result(i).ended; }

 private:
  std::size_t count_;
  std::size_t ended_;
  std::array<Span, SummaryTree::kLeaf> spans_;
  std::array<PackedColumn::Value, SummaryTree::kLeaf> rows_;
  std::array<PackedColumn::Value, SummaryTree::kLeaf> results_;
  std::array<trace::NameId, SummaryTree::kLeaf> names_;
  std::array<TimeNs, SummaryTree::kLeaf> queued_;
};

void count_start(const RunBlock& runs, std::size_t i, TaskTally& tally) {
  ++tally.started;
  tally.kinds.add(runs.name(i), KindTally::started);
  if (const TimeNs queued = runs.queued(i); queued != PackedColumn::kAbsent) {
    tally.waits.add(std::max<TimeNs>(runs.span(i).begin - queued, 0));
  }
}

/// Of one that has ended.
void count_end(const RunBlock& runs, std::size_t i, TaskTally& tally) {
  const trace::NameId name = runs.name(i);
  ++tally.finished;
  tally.kinds.add(name, KindTally::finished);
  if (runs.result(i).failed()) {
    ++tally.failed;
    tally.kinds.add(name, KindTally::failed);
  }
  tally.runs.add(runs.span(i).end - runs.span(i).begin);
}

}  // namespace

std::optional<TimeNs> queue_wait(const LaneData& lane, const TaskTable& tasks, std::size_t run) {
  const TimeNs queued = queued_of(lane, tasks, lane.run_rows[run], run);
  return queued == PackedColumn::kAbsent
             ? std::nullopt
             : std::optional(std::max<TimeNs>(lane.runs.begin_of(run) - queued, 0));
}

void count_start(const LaneData& lane, const TaskTable& tasks, std::size_t run, TaskTally& tally) {
  count_start(RunBlock(lane, tasks, run, run + 1), 0, tally);
}

void count_end(const LaneData& lane, const TaskTable& tasks, std::size_t run, TaskTally& tally) {
  const RunBlock runs(lane, tasks, run, run + 1);
  if (runs.ended(0)) {
    count_end(runs, 0, tally);
  }
}

void seal_runs(LaneData& lane, const TaskTable& tasks) {
  TaskTally tally;
  const auto leaf = [&](std::size_t first, std::size_t last, SummaryWriter& writer) {
    BlockHead head;
    tally.clear();
    const RunBlock runs(lane, tasks, first, last);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      count_start(runs, i, tally);
      if (runs.ended(i)) {
        count_end(runs, i, tally);
        head.widen(runs.span(i).end, runs.span(i).end);
      }
    }
    write_block(head, tally, writer);
  };
  const auto join = [&](std::span<const std::uint8_t* const> parts, SummaryWriter& writer) {
    BlockHead head;
    tally.clear();
    for (const std::uint8_t* part : parts) {
      SummaryReader reader(part);
      const BlockHead of_part = BlockHead::read(reader);
      head.widen(of_part.earliest_end, of_part.latest_end);
      read_starts(reader, tally);
      read_ends(reader, tally);
    }
    write_block(head, tally, writer);
  };
  lane.summaries.seal(lane.runs.closed(), leaf, join);
}

StartedNames started_names(SummaryReader block) {
  BlockHead::read(block);
  const std::uint64_t runs = block.take();
  DurationTally::read_brief(block);
  const std::uint64_t distinct = block.take();
  return {runs, distinct, block};
}

BlockBrief block_brief(SummaryReader block) {
  const BlockHead head = BlockHead::read(block);
  SummaryReader starts = block;
  starts.take();
  block.skip(head.start_bytes);
  block.take();
  block.take();
  return {.earliest_end = head.earliest_end,
          .latest_end = head.latest_end,
          .waits = DurationTally::read_brief(starts),
          .runs = DurationTally::read_brief(block)};
}

void count_starts(const LaneData& lane, const TaskTable& tasks, std::size_t first, std::size_t last,
                  TaskTally& tally) {
  const auto whole = [&](SummaryReader reader, bool /*closest*/) {
    BlockHead::read(reader);
    read_starts(reader, tally);
    return Verdict::taken;
  };
  const auto rest = [&](std::size_t from, std::size_t to) {
    const RunBlock runs(lane, tasks, from, to);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      count_start(runs, i, tally);
    }
  };
  lane.summaries.visit(first, last, whole, rest, lane.blurred);
}

void count_ends(const LaneData& lane, const TaskTable& tasks, TimeNs begin, TimeNs end,
                TaskTally& tally) {
  if (begin >= end) {
    return;
  }
  // Runs end in the order in which they begin, unless they overlap: then any may have.
  std::size_t first = lane.runs.overlaps() ? 0 : lane.runs.ended_before(begin);
  std::size_t last = lane.runs.overlaps() ? std::min(lane.runs.first_from(end), lane.runs.closed())
                                          : lane.runs.ended_before(end);
  // Where runs are blurred, which of them ended by then is known to a block: the block decides.
  first = first < lane.blurred ? first - std::min(first, SummaryTree::kLeaf) : first;
  last = last < lane.blurred ? std::min(last + SummaryTree::kLeaf, lane.blurred) : last;
  const auto whole = [&](SummaryReader reader, bool closest) {
    const BlockHead head = BlockHead::read(reader);
    if (head.latest_end < begin || head.earliest_end >= end) {
      return Verdict::not_concerned;
    }
    if (closest && head.earliest_end < begin) {
      return Verdict::not_concerned;
    }
    if (!closest && (head.earliest_end < begin || head.latest_end >= end)) {
      return Verdict::look_closer;
    }
    reader.skip(head.start_bytes);
    read_ends(reader, tally);
    return Verdict::taken;
  };
  const auto rest = [&](std::size_t from, std::size_t to) {
    const RunBlock runs(lane, tasks, from, to);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const TimeNs ended = runs.span(i).end;
      if (ended >= begin && ended < end && runs.ended(i)) {
        count_end(runs, i, tally);
      }
    }
  };
  lane.summaries.visit(first, last, whole, rest, lane.blurred);
}

}  // namespace poolscope::session
