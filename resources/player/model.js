// SPDX-License-Identifier: Apache-2.0
// What can be asked of a session: what runs where, how many wait, figures of a stretch.

const State = {queued: 0, running: 1, finished: 2, failed: 3, cancelled: 4, endLost: 5};
const stateWords = ["queued", "running", "finished", "failed", "cancelled",
  "over: its end was lost"];

/** How many of the sorted `values` are at most `limit`. */
function countUpTo(values, limit) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sortedTimes(values) {
  return Float64Array.from(values.filter((value) => !isNaN(value))).sort();
}

class Model {
  constructor(session) {
    this.session = session;
    this.duration = session.duration;
    const left = new Float64Array(session.tasks).fill(NaN);
    this.runs = session.lanes.map(() => []);  // tasks by lane, in the order of their begin
    for (let i = 0; i < session.tasks; ++i) {
      const started = session.started[i];
      left[i] = isNaN(started) ? session.finished[i] : started;
      if (!isNaN(started) && session.worker[i] >= 0) this.runs[session.worker[i]].push(i);
    }
    for (const run of this.runs) run.sort((a, b) => session.started[a] - session.started[b]);
    this.begins = this.runs.map((run) => Float64Array.from(run, (i) => session.started[i]));
    this.queuedTimes = sortedTimes(session.queued);
    this.leftTimes = sortedTimes(left.map((time, i) => isNaN(session.queued[i]) ? NaN : time));
    const ended = (i) => !isNaN(session.started[i]) && session.state[i] !== State.cancelled &&
      session.state[i] !== State.endLost;
    this.finishedTimes = sortedTimes(session.finished.map((time, i) => ended(i) ? time : NaN));
    this.events = sortedTimes([...session.queued, ...session.started, ...session.finished,
      ...session.delivered]);
    this.workers = session.lanes.map((lane, i) => i).filter((i) => session.lanes[i].worker);
    const calls = new Set([...session.caller, ...session.receiver,
      ...session.waits.map((wait) => wait.lane)]);
    this.callers = session.lanes.map((lane, i) => i)
      .filter((i) => !session.lanes[i].worker && calls.has(i));
    this.workers.sort((a, b) => session.lanes[a].index - session.lanes[b].index || a - b);
    this.byId = new Map();
    for (let i = 0; i < session.tasks; ++i) this.byId.set(session.id[i], i);
    this.peakDepth = 0;
    for (const time of this.queuedTimes) {
      this.peakDepth = Math.max(this.peakDepth, this.depth(time));
    }
  }
  depth(time) {
    return countUpTo(this.queuedTimes, time) - countUpTo(this.leftTimes, time);
  }
  /** The task that ran on `lane` at `time`, or -1. */
  taskAt(lane, time, slack = 0) {
    const place = countUpTo(this.begins[lane], time + slack) - 1;
    for (let k = place; k >= 0 && k > place - 8; --k) {
      const task = this.runs[lane][k];
      const end = this.session.finished[task];
      if (isNaN(end) || end + slack >= time) return task;
    }
    return -1;
  }
  maxWorkers(time) {
    let now = 0;
    for (const [at, count] of this.session.steps) if (at <= time) now = count;
    return now;
  }
  rate(time, window) {
    const from = Math.max(0, time - window);
    const count = countUpTo(this.finishedTimes, time) - countUpTo(this.finishedTimes, from);
    return time > from ? count / ((time - from) / 1e9) : 0;
  }
  caption(now) {
    let text = "";
    for (const [at, words] of this.session.markers) if (at <= now && at > now - 5e9) text = words;
    return text;
  }
  nameOf(task) {
    return this.session.names[this.session.name[task]] || "task";
  }
  /** Figures of [begin, end], as far as they have happened by `now`. */
  figures(begin, end, now) {
    const s = this.session;
    const until = Math.min(end, now);
    const kinds = new Map();
    const workers = s.lanes.map(() => ({finished: 0, busy: 0}));
    const waits = [];
    let finished = 0;
    let failed = 0;
    for (let i = 0; i < s.tasks; ++i) {
      const from = s.started[i];
      if (isNaN(from) || from > until) continue;
      const over = isNaN(s.finished[i]) ? Infinity : s.finished[i];
      const lane = s.worker[i];
      const busy = Math.min(over, until) - Math.max(from, begin);
      if (lane >= 0 && busy > 0) workers[lane].busy += busy;
      const startsHere = from >= begin;
      const endsHere = over >= begin && over <= until && s.state[i] !== State.endLost;
      if (!startsHere && !endsHere) continue;
      let kind = kinds.get(s.name[i]);
      if (!kind) kinds.set(s.name[i], kind = {finished: 0, failed: 0, run: 0, wait: 0, waits: 0});
      if (startsHere && !isNaN(s.queued[i])) {
        waits.push(from - s.queued[i]);
        kind.wait += from - s.queued[i];
        ++kind.waits;
      }
      if (endsHere) {
        ++finished;
        ++kind.finished;
        kind.run += over - from;
        if (lane >= 0) ++workers[lane].finished;
        if (s.state[i] === State.failed) { ++failed; ++kind.failed; }
      }
    }
    waits.sort((a, b) => a - b);
    let existed = 0;
    let busy = 0;
    for (const lane of this.workers) {
      const there = Math.min(until, s.lanes[lane].exited ?? Infinity) -
        Math.max(begin, s.lanes[lane].started);
      workers[lane].existed = Math.max(0, there);
      existed += workers[lane].existed;
      busy += workers[lane].busy;
    }
    const seconds = (until - begin) / 1e9;
    return {finished, failed, kinds, workers, throughput: seconds > 0 ? finished / seconds : 0,
      utilization: existed > 0 ? Math.min(1, busy / existed) : 0,
      p50: quantile(waits, 0.5), p99: quantile(waits, 0.99), maxWorkers: this.maxWorkers(until)};
  }
}

/** Hyndman and Fan's type 7, as numpy's default; undefined of nothing. */
function quantile(sorted, p) {
  if (sorted.length === 0) return undefined;
  const h = (sorted.length - 1) * p;
  const below = Math.floor(h);
  const next = sorted[Math.min(below + 1, sorted.length - 1)];
  return sorted[below] + (h - below) * (next - sorted[below]);
}

function durationText(ns) {
  if (ns === undefined || isNaN(ns)) return "–";
  const size = Math.abs(ns) * 1.0005;  // 999.96 µs are written as 1.00 ms
  const [unit, factor] = size < 1e3 ? ["ns", 1] : size < 1e6 ? ["µs", 1e3]
    : size < 1e9 ? ["ms", 1e6] : ["s", 1e9];
  const value = ns / factor;
  const digits = unit === "ns" || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`;
}

/** A moment, to the digits that a step of `step` ns needs. */
function timeText(ns, step) {
  const [unit, factor] = step >= 1e8 ? ["s", 1e9] : step >= 1e5 ? ["ms", 1e6]
    : step >= 1e2 ? ["µs", 1e3] : ["ns", 1];
  const digits = Math.max(0, Math.ceil(-Math.log10(step / factor) - 1e-9));
  return `${(ns / factor).toFixed(digits)} ${unit}`;
}

function roundStep(wanted) {
  const power = 10 ** Math.floor(Math.log10(Math.max(wanted, 1)));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= wanted * 0.999) ?? 10);
}
