// SPDX-License-Identifier: Apache-2.0
#include "core/storage/chrome_slices.h"

#include <algorithm>
#include <string>
#include <tuple>

namespace poolscope::storage {

namespace {

/// How far back the slice around a moment is looked for.
constexpr std::size_t kMostSteps = 4096;
constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

}  // namespace

std::uint64_t ChromeSlices::track(std::int64_t pid, std::int64_t tid) {
  const auto [found, is_new] = tracks_[pid].emplace(tid, threads_.size() + 1);
  if (is_new) {
    threads_.push_back({pid, tid, {}});
  }
  return found->second;
}

void ChromeSlices::set_thread_name(std::uint64_t track, std::string_view name) {
  threads_[track - 1].name = name;
}

std::uint32_t ChromeSlices::note_id(const SliceNotes& notes) {
  if (notes.empty()) {
    return 0;
  }
  notes_.push_back(notes);
  return static_cast<std::uint32_t>(notes_.size() - 1);
}

void ChromeSlices::add_begin(std::uint64_t track, std::int64_t time_ns, std::uint32_t name) {
  edges_.push_back({track, time_ns, name, 0, true});
}

void ChromeSlices::add_end(std::uint64_t track, std::int64_t time_ns, const SliceNotes& notes) {
  edges_.push_back({track, time_ns, 0, note_id(notes), false});
}

void ChromeSlices::add_slice(std::uint64_t track, std::int64_t time_ns, std::int64_t duration_ns,
                             std::uint32_t name, const SliceNotes& notes) {
  slices_.push_back({track, time_ns, time_ns + duration_ns, name, note_id(notes)});
}

void ChromeSlices::add_flow(std::uint64_t track, std::int64_t time_ns, std::uint64_t id,
                            FlowKind kind, bool enclosing) {
  flows_.push_back({track, time_ns, id, kind, enclosing || kind == FlowKind::step});
}

/// Begins and ends become slices: a stack for each thread, in time order, then as in the file.
void ChromeSlices::pair_edges() {
  std::stable_sort(edges_.begin(), edges_.end(), [](const Edge& a, const Edge& b) {
    return std::tie(a.track, a.time_ns) < std::tie(b.track, b.time_ns);
  });
  std::vector<std::size_t> open;  // places in slices_
  std::uint64_t track = 0;
  for (const Edge& edge : edges_) {
    if (edge.track != track) {
      open.clear();
      track = edge.track;
    }
    if (edge.begin) {
      open.push_back(slices_.size());
      slices_.push_back({edge.track, edge.time_ns, kOpen, edge.name, 0});
    } else if (!open.empty()) {
      slices_[open.back()].end = edge.time_ns;
      slices_[open.back()].notes = edge.notes;
      open.pop_back();
    } else {
      ++odd_;
    }
  }
  edges_ = {};
  // Around before within.
  std::stable_sort(slices_.begin(), slices_.end(), [](const Slice& a, const Slice& b) {
    return std::tie(a.track, a.begin, b.end) < std::tie(b.track, b.begin, a.end);
  });
}

/// The session's clock has no times before 0.
void ChromeSlices::settle_times() {
  std::int64_t least = 0;
  for (const Slice& slice : slices_) {
    least = std::min(least, slice.begin);
  }
  for (const Flow& flow : flows_) {
    least = std::min(least, flow.time_ns);
  }
  for (Slice& slice : slices_) {
    slice.begin -= least;
    slice.end -= slice.end == kOpen ? 0 : least;
  }
  for (Flow& flow : flows_) {
    flow.time_ns -= least;
  }
}

void ChromeSlices::tell_threads(SliceRecords& records) {
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    records.set_thread(i + 1, threads_[i].pid, threads_[i].tid, threads_[i].name);
  }
}

/// The slice in which a flow ends; kNone if there is none.
std::size_t ChromeSlices::slice_of(const Flow& flow) const {
  const auto place = [&](std::int64_t time) {
    return std::partition_point(slices_.begin(), slices_.end(), [&](const Slice& slice) {
      return std::tie(slice.track, slice.begin) < std::tie(flow.track, time);
    });
  };
  if (!flow.enclosing) {
    const auto next = place(flow.time_ns);
    return next != slices_.end() && next->track == flow.track
               ? static_cast<std::size_t>(next - slices_.begin())
               : kNone;
  }
  auto slice = place(flow.time_ns + 1);
  for (std::size_t steps = 0; slice != slices_.begin() && steps < kMostSteps; ++steps) {
    --slice;
    if (slice->track != flow.track) {
      return kNone;
    }
    if (slice->end > flow.time_ns || slice->begin == flow.time_ns) {
      // The outermost of those that begin together: it is the task.
      return static_cast<std::size_t>(place(slice->begin) - slices_.begin());
    }
  }
  return kNone;
}

/// What begins a flow comes first: at the same time it is before what the flow leads to.
void ChromeSlices::bind_flows(SliceRecords& records) {
  for (const Flow& flow : flows_) {
    if (flow.kind == FlowKind::start) {
      records.add({.time_ns = static_cast<std::uint64_t>(flow.time_ns), .track = flow.track},
                  {{flow.id, false}}, {});
      continue;
    }
    if (const std::size_t slice = slice_of(flow); slice != kNone) {
      bound_[slice].push_back({flow.id, flow.kind == FlowKind::end});
    }
  }
}

void ChromeSlices::tell_begin(SliceRecords& records, std::uint64_t track, const Slice& slice,
                              std::size_t index) {
  const auto bound = bound_.find(index);
  records.add({.time_ns = static_cast<std::uint64_t>(slice.begin),
               .track = track,
               .name = slice.name,
               .type = SliceRecord::Type::begin},
              bound == bound_.end() ? std::vector<SliceRecords::Flow>() : bound->second, {});
}

void ChromeSlices::tell_end(SliceRecords& records, std::uint64_t track, const Slice& slice) {
  if (slice.end != kOpen) {
    records.add({.time_ns = static_cast<std::uint64_t>(slice.end),
                 .track = track,
                 .type = SliceRecord::Type::end},
                {}, notes_[slice.notes]);
  }
}

/// The slices of one thread, those from `first` on and before `last`.
void ChromeSlices::nest(SliceRecords& records, std::size_t first, std::size_t last) {
  struct Row {
    std::uint64_t track = 0;
    std::vector<Slice> open = {};
  };
  std::vector<Row> rows;
  const std::uint64_t thread = slices_[first].track;
  const auto finish = [&](Row& row, std::int64_t time) {
    while (!row.open.empty() && row.open.back().end <= time) {
      tell_end(records, row.track, row.open.back());
      row.open.pop_back();
    }
  };
  for (std::size_t i = first; i < last; ++i) {
    Slice slice = slices_[i];
    auto row = std::find_if(rows.begin(), rows.end(), [&](Row& candidate) {
      finish(candidate, slice.begin);
      return candidate.open.empty() || slice.end <= candidate.open.back().end;
    });
    if (row == rows.end() && rows.size() < kMostRows) {
      std::uint64_t track_id = thread;
      if (!rows.empty()) {
        const Thread& of = threads_[thread - 1];
        track_id = threads_.size() + 1;
        const std::string name =
            thread_title(of.name, of.tid) + " (" + std::to_string(rows.size() + 1) + ")";
        const std::int64_t pid = of.pid;
        // No thread's id is negative, and each row needs one of its own.
        const auto tid = -static_cast<std::int64_t>(track_id);
        threads_.push_back({pid, tid, name});
        records.set_thread(track_id, pid, tid, name);
      }
      row = rows.insert(rows.end(), Row{track_id, {}});
    } else if (row == rows.end()) {
      row = rows.begin();
      slice.end = row->open.back().end;
    }
    odd_ += row == rows.begin() && slice.end == slices_[i].end ? 0U : 1U;
    tell_begin(records, row->track, slice, i);
    row->open.push_back(slice);
  }
  for (Row& row : rows) {
    finish(row, kOpen);
  }
}

void ChromeSlices::tell(SliceRecords& records) {
  tell_threads(records);
  pair_edges();
  settle_times();
  bind_flows(records);
  for (std::size_t first = 0; first < slices_.size();) {
    std::size_t last = first;
    while (last < slices_.size() && slices_[last].track == slices_[first].track) {
      ++last;
    }
    nest(records, first, last);
    first = last;
  }
  slices_ = {};
}

}  // namespace poolscope::storage
