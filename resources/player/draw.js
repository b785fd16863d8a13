// SPDX-License-Identifier: Apache-2.0
// The picture: a pure function of (model, view, moment).

const kHead = 168;
const kAxis = 28;
const kCallerRow = 44;
const kQueueRow = 56;
const kPhaseBright = new Set([0, 2, 7]);  // other, compute, lock_held
const kPhaseWords = ["other", "waited for I/O", "computed", "waited for a lock", "slept",
  "file I/O", "waited for a command", "held a lock"];

function palette() {
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue("--" + name).trim();
  const names = ["background", "surface", "raised", "lane", "line", "text", "dim", "faint",
    "accent", "ok", "warn", "bad", "badBar", "queue", "blocked", "onBright"];
  const colors = Object.fromEntries(names.map((name) => [name, color(name)]));
  colors.kinds = [0, 1, 2, 3, 4, 5].map((i) => color("kind" + i));
  colors.shades = colors.kinds.map((kind) => mixed(kind, colors.lane, 0.5));
  colors.badShade = mixed(colors.badBar, colors.lane, 0.5);
  return colors;
}

function mixed(a, b, share) {
  const parts = (color) => {
    const hex = color.length === 4 ? [...color.slice(1)].map((c) => c + c).join("") : color.slice(1);
    return [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16));
  };
  const other = parts(b);
  return "#" + parts(a).map((value, i) =>
    Math.round(value * share + other[i] * (1 - share)).toString(16).padStart(2, "0")).join("");
}

/** A canvas as large as it is shown, in CSS pixels. */
function context(canvas, height) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  if (height) canvas.style.height = height + "px";
  const tall = height || canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(tall * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(tall * ratio);
  }
  const c = canvas.getContext("2d");
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  return {c, width, height: tall};
}

/** Diagonal lines in `color`: a wait is not told by its colour alone. */
function hatch(c, color) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const t = tile.getContext("2d");
  t.strokeStyle = color;
  t.globalAlpha = 0.35;
  t.lineWidth = 2.2;
  t.beginPath();
  for (const x of [-8, 0, 8]) { t.moveTo(x, 8); t.lineTo(x + 8, 0); }
  t.stroke();
  return c.createPattern(tile, "repeat");
}

class Picture {
  constructor(model) {
    this.model = model;
    this.kindOf = new Map();
  }
  rowHeight() {
    const count = this.model.workers.length;
    return count <= 12 ? 44 : count <= 40 ? 26 : count <= 120 ? 14 : 7;
  }
  height() {
    return kAxis + this.model.callers.length * kCallerRow + kQueueRow +
      this.model.workers.length * this.rowHeight() + 6;
  }
  swatch(task) {
    const name = this.model.session.name[task];
    if (!this.kindOf.has(name)) this.kindOf.set(name, this.kindOf.size % 6);
    return this.kindOf.get(name);
  }
  /** What is at a place: {lane, caller, top, height}. */
  rowAt(y) {
    let top = kAxis;
    for (const lane of this.model.callers) {
      if (y >= top && y < top + kCallerRow) return {lane, caller: true, top, height: kCallerRow};
      top += kCallerRow;
    }
    top += kQueueRow;
    const height = this.rowHeight();
    const place = Math.floor((y - top) / height);
    return place >= 0 && place < this.model.workers.length
      ? {lane: this.model.workers[place], caller: false, top: top + place * height, height}
      : undefined;
  }

  draw(canvas, view, now, selected, hovered) {
    const {c, width, height} = context(canvas, this.height());
    const colors = palette();
    this.c = c;
    this.colors = colors;
    this.now = now;
    this.view = view;
    this.scale = (width - kHead) / (view.end - view.begin);
    this.hatch = hatch(c, colors.background);
    c.fillStyle = colors.lane;
    c.fillRect(0, 0, width, height);
    c.textBaseline = "middle";
    this.grid(width, height);
    c.save();
    c.beginPath();
    c.rect(kHead, kAxis, width - kHead, height - kAxis);
    c.clip();
    let top = kAxis;
    for (const lane of this.model.callers) { this.caller(lane, top); top += kCallerRow; }
    this.queue(top, width);
    top += kQueueRow;
    for (const lane of this.model.workers) {
      this.worker(lane, top, this.rowHeight(), width, selected, hovered);
      top += this.rowHeight();
    }
    const x = this.x(now);
    if (now < this.model.duration) {
      c.fillStyle = colors.bad;
      c.fillRect(x, kAxis, 1.5, height);
    }
    c.restore();
    this.heads(width);
  }
  x(time) {
    return kHead + (time - this.view.begin) * this.scale;
  }
  grid(width, height) {
    const {c, colors, view} = this;
    const step = roundStep((view.end - view.begin) / Math.max(1, (width - kHead) / 110));
    c.fillStyle = colors.surface;
    c.fillRect(0, 0, width, kAxis);
    c.font = "11px Inter, system-ui, sans-serif";
    c.textAlign = "left";
    for (let t = Math.ceil(view.begin / step) * step; t <= view.end; t += step) {
      const x = Math.round(this.x(t));
      c.fillStyle = colors.line;
      c.fillRect(x, kAxis - 6, 1, height);
      c.fillStyle = colors.dim;
      c.fillText(timeText(t, step), x + 4, kAxis / 2);
    }
    for (const [at, text] of this.model.session.markers) {
      if (at < view.begin || at > Math.min(view.end, this.now)) continue;
      c.fillStyle = colors.accent;
      c.fillRect(this.x(at), 0, 1.5, height);
      c.fillText(text.slice(0, 40), this.x(at) + 5, kAxis / 2);
    }
  }
  caller(lane, top) {
    const {c, colors, now} = this;
    const s = this.model.session;
    for (const wait of s.waits) {
      if (wait.lane !== lane || wait.begin > now) continue;
      const left = this.x(wait.begin);
      const right = this.x(Math.min(wait.end, now));
      c.fillStyle = colors.blocked;
      c.fillRect(left, top + 13, Math.max(1, right - left), kCallerRow - 26);
      if (right - left > 90) {
        c.fillStyle = colors.text;
        const from = Math.max(left, kHead) + 5;
        if (right - from > 80) {
          c.fillText(wait.awaited ? `waits for task ${wait.awaited}` : "waits", from,
            top + kCallerRow / 2);
        }
      }
    }
    let last = -9;
    for (let i = 0; i < s.tasks; ++i) {
      if (s.receiver[i] === lane && s.delivered[i] <= now) {
        const x = Math.round(this.x(s.delivered[i]));
        if (x > last) { c.fillStyle = colors.ok; c.fillRect(last = x, top + 8, 2, kCallerRow - 16); }
      }
    }
    last = -9;
    for (let i = 0; i < s.tasks; ++i) {
      if (s.caller[i] === lane && s.queued[i] <= now) {
        const x = Math.round(this.x(s.queued[i]));
        if (x > last) {
          c.fillStyle = colors.accent;
          c.fillRect(last = x, top + kCallerRow - 12, 2, 6);
        }
      }
    }
  }
  queue(top, width) {
    const {c, colors, model, now} = this;
    const room = kQueueRow - 14;
    c.fillStyle = colors.queue;
    c.beginPath();
    c.moveTo(kHead, top + kQueueRow - 4);
    const end = Math.min(width, this.x(now));
    for (let x = kHead; x < end; x += 2) {
      const time = this.view.begin + (x - kHead) / this.scale;
      const depth = time < 0 ? 0 : model.depth(time);
      const y = top + kQueueRow - 4 - room * depth / Math.max(1, model.peakDepth);
      c.lineTo(x, y);
      c.lineTo(x + 2, y);
    }
    c.lineTo(end, top + kQueueRow - 4);
    c.fill();
  }
  worker(lane, top, height, width, selected, hovered) {
    const {c, colors, model, now, view} = this;
    const s = model.session;
    const inset = height > 20 ? 4 : 1;
    const y = top + inset;
    const tall = height - 2 * inset;
    const run = model.runs[lane];
    let k = Math.max(0, countUpTo(model.begins[lane], view.begin) - 1);
    let column = -1;
    let busy = 0;
    let failed = false;
    let swatch = 0;
    const flush = () => {
      if (column < 0) return;
      const share = Math.min(1, Math.max(busy, 1 / tall));
      c.fillStyle = failed ? colors.badBar : colors.kinds[swatch];
      c.fillRect(column, y + tall * (1 - share), 1, tall * share);
      column = -1;
      busy = 0;
      failed = false;
    };
    const until = Math.min(view.end, now);
    for (; k < run.length; ++k) {
      const task = run[k];
      const begin = s.started[task];
      if (begin > until) break;
      const over = isNaN(s.finished[task]) || s.finished[task] > now ? now : s.finished[task];
      const left = this.x(begin);
      const right = this.x(over);
      if (right < kHead) continue;
      if (right - left < 1.5) {  // too narrow for a bar: what a pixel column holds, together
        const at = Math.floor(left);
        if (at !== column) { flush(); column = at; swatch = this.swatch(task); }
        busy += right - left;
        failed = failed || (s.state[task] === State.failed && s.finished[task] <= now);
        continue;
      }
      flush();
      this.bar(task, left, right, y, tall, width, task === selected, task === hovered);
    }
    flush();
  }
  bar(task, left, right, y, tall, width, isSelected, isHovered) {
    const {c, colors, now} = this;
    const s = this.model.session;
    const isFailed = s.state[task] === State.failed && s.finished[task] <= now;
    const swatch = this.swatch(task);
    const bright = isFailed ? colors.badBar : colors.kinds[swatch];
    const shade = isFailed ? colors.badShade : colors.shades[swatch];
    const from = Math.max(left, kHead - 8);
    const to = Math.min(right, width + 8);
    c.save();
    c.beginPath();
    if (to - from > 10 && c.roundRect) c.roundRect(from, y, to - from - 1, tall, 4);
    else c.rect(from, y, Math.max(1, to - from - (to - from > 3 ? 1 : 0)), tall);
    c.fillStyle = bright;
    c.fill();
    c.clip();
    let labelOn = bright;
    for (let p = s.firstPhase[task]; p < s.firstPhase[task + 1]; ++p) {
      if (kPhaseBright.has(s.phase.kind[p]) || s.phase.begin[p] > now) continue;
      const a = Math.max(this.x(s.phase.begin[p]), from);
      const b = Math.min(this.x(Math.min(s.phase.end[p], now)), to);
      if (b <= a) continue;
      c.fillStyle = shade;
      c.fillRect(a, y, b - a, tall);
      if (s.phase.kind[p] === 3) {  // a lock: sunk
        c.fillStyle = colors.lane;
        c.fillRect(a, y, b - a, tall * 0.62);
      } else {
        c.fillStyle = this.hatch;
        c.fillRect(a, y, b - a, tall);
      }
      if (a <= from + 6) labelOn = shade;
    }
    if (tall >= 12 && to - from > 26) {
      c.font = "500 11.5px Inter, system-ui, sans-serif";
      c.fillStyle = labelOn === bright ? colors.onBright : colors.text;
      const whole = (isFailed ? "× " : "") + `${this.model.nameOf(task)} ${s.id[task]}`;
      const short = String(s.id[task]);
      const room = to - Math.max(from, kHead) - 10;
      const text = c.measureText(whole).width <= room ? whole
        : c.measureText(short).width <= room ? short : "";
      c.fillText(text, Math.max(from, kHead) + 5, y + tall / 2);
    }
    c.restore();
    if (isSelected || isHovered) {
      c.strokeStyle = isSelected ? colors.text : colors.accent;
      c.lineWidth = 2;
      c.strokeRect(from, y, to - from - 1, tall);
    }
  }
  heads(width) {
    const {c, colors, model, now} = this;
    const s = model.session;
    c.textAlign = "left";
    const head = (top, height, name, words, dot) => {
      c.fillStyle = colors.surface;
      c.fillRect(0, top, kHead, height);
      c.fillStyle = colors.line;
      c.fillRect(0, top + height - 1, width, height > 10 ? 1 : 0);
      if (height < 12) return;
      c.fillStyle = dot;
      c.beginPath();
      c.arc(16, top + height / 2, 4, 0, 7);
      c.fill();
      c.fillStyle = colors.text;
      c.font = "600 12px 'JetBrains Mono', ui-monospace, monospace";
      const two = height > 30;
      c.fillText(name, 28, top + height / 2 - (two ? 7 : 0), kHead - 34);
      if (two) {
        c.fillStyle = colors.dim;
        c.font = "11px Inter, system-ui, sans-serif";
        c.fillText(words, 28, top + height / 2 + 9, kHead - 34);
      }
    };
    let top = kAxis;
    for (const lane of model.callers) {
      const wait = s.waits.find((w) => w.lane === lane && w.begin <= now && w.end > now);
      head(top, kCallerRow, s.lanes[lane].name,
        wait ? (wait.awaited ? `blocked: task ${wait.awaited}` : "blocked") : "running",
        wait ? colors.warn : colors.ok);
      top += kCallerRow;
    }
    head(top, kQueueRow, "Queue", `${model.depth(now)} waiting, peak ${model.peakDepth}`,
      colors.accent);
    top += kQueueRow;
    for (const lane of model.workers) {
      const task = model.taskAt(lane, now);
      const runs = task >= 0 && !(s.finished[task] <= now);
      head(top, this.rowHeight(), s.lanes[lane].name, runs ? `runs task ${s.id[task]}` : "idle",
        runs ? colors.kinds[this.swatch(task)] : colors.faint);
      top += this.rowHeight();
    }
  }
}

/** How much of each stretch the workers were busy, and what is in sight. */
function drawOverview(canvas, model, view, now) {
  const {c, width, height} = context(canvas);
  const colors = palette();
  const end = model.duration || 1;
  c.clearRect(0, 0, width, height);
  const columns = Math.floor(width / 4);
  const counts = [];
  for (let i = 0; i < columns; ++i) {
    counts.push(countUpTo(model.finishedTimes, end * (i + 1) / columns) -
      countUpTo(model.finishedTimes, end * i / columns));
  }
  const most = Math.max(1, ...counts);
  counts.forEach((count, i) => {
    c.fillStyle = end * i / columns <= now ? colors.kinds[0] : colors.line;
    const tall = (height - 10) * count / most;
    c.fillRect(i * 4, height - 4 - tall, 3, tall);
  });
  const left = Math.max(0, view.begin / end * width);
  const right = Math.min(width, view.end / end * width);
  c.strokeStyle = colors.accent;
  c.lineWidth = 2;
  c.strokeRect(left + 1, 2, Math.max(4, right - left - 2), height - 4);
  c.fillStyle = colors.bad;
  if (now < model.duration) c.fillRect(now / end * width, 0, 1.5, height);
}

function drawChart(canvas, model, view, now) {
  const {c, width, height} = context(canvas);
  const colors = palette();
  const span = view.end - view.begin;
  const window = Math.min(1e9, roundStep(span / 12));
  const left = 44;
  const bottom = height - 18;
  const points = [];
  const end = Math.min(view.end, now);
  for (let x = left; x <= width; x += 3) {
    const time = view.begin + (x - left) / (width - left) * span;
    if (time < 0 || time > end) continue;
    points.push([x, model.rate(time, window)]);
  }
  const most = Math.max(1, ...points.map(([, rate]) => rate));
  const step = roundStep(most / 3);
  const top = Math.ceil(most / step) * step;
  const y = (rate) => bottom - (bottom - 10) * rate / top;
  c.clearRect(0, 0, width, height);
  c.font = "11px Inter, system-ui, sans-serif";
  c.textBaseline = "middle";
  for (let rate = 0; rate <= top + step / 2; rate += step) {
    c.fillStyle = colors.line;
    c.fillRect(left, Math.round(y(rate)), width, 1);
    c.fillStyle = colors.dim;
    c.textAlign = "right";
    c.fillText(rate >= 1e6 ? rate / 1e6 + " M" : rate >= 1e4 ? rate / 1e3 + " k" : rate, left - 8,
      y(rate));
  }
  if (points.length > 1) {
    c.beginPath();
    points.forEach(([x, rate], i) => i ? c.lineTo(x, y(rate)) : c.moveTo(x, y(rate)));
    c.strokeStyle = colors.accent;
    c.lineWidth = 2;
    c.stroke();
    c.lineTo(points[points.length - 1][0], bottom);
    c.lineTo(points[0][0], bottom);
    c.globalAlpha = 0.15;
    c.fillStyle = colors.accent;
    c.fill();
    c.globalAlpha = 1;
  }
  return window;
}
