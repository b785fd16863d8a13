// SPDX-License-Identifier: Apache-2.0
// What the page does when it is told to: by mouse, touch, keyboard or clock.

const byId = (id) => document.getElementById(id);

class Page {
  constructor(session) {
    this.model = new Model(session);
    this.picture = new Picture(this.model);
    this.end = Math.max(1, session.duration);
    this.view = {begin: -this.end * 0.01, end: this.end * 1.02};
    this.now = this.end;
    this.playing = false;
    this.selected = -1;
    this.hovered = -1;
    this.pointer = null;  // where it is over the timeline
    byId("title").textContent = session.title || "Poolscope";
    document.title = `${session.title || "A thread pool"} – Poolscope`;
    this.chooseTheme();
    this.connect();
    this.paint();
  }

  chooseTheme() {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    this.theme = dark.matches ? "dark" : "light";
    const apply = () => {
      document.documentElement.dataset.theme = this.theme;
      byId("theme").textContent = this.theme === "dark" ? "Light" : "Dark";
      byId("theme").setAttribute("aria-label",
        this.theme === "dark" ? "Use light colours" : "Use dark colours");
      this.wish();
    };
    dark.addEventListener("change", () => { this.theme = dark.matches ? "dark" : "light"; apply(); });
    byId("theme").addEventListener("click", () => {
      this.theme = this.theme === "dark" ? "light" : "dark";
      apply();
    });
    apply();
  }

  connect() {
    const canvas = byId("timeline");
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        this.pan((event.deltaX || event.deltaY) / canvas.clientWidth);
      } else {
        this.zoom(Math.exp(-event.deltaY * 0.002), this.timeAt(event.offsetX));
      }
    }, {passive: false});
    const pointers = new Map();
    let moved = false;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, event.offsetX);
      moved = false;
    });
    canvas.addEventListener("pointermove", (event) => {
      this.pointer = [event.offsetX, event.offsetY];
      if (!pointers.has(event.pointerId)) {
        const before = this.hovered;
        this.point();
        if (this.hovered !== before) this.wish();
        return;
      }
      const before = [...pointers.values()];
      const step = event.offsetX - pointers.get(event.pointerId);
      pointers.set(event.pointerId, event.offsetX);
      const after = [...pointers.values()];
      moved = moved || Math.abs(step) > 1;
      if (after.length === 2) {
        const apart = (places) => Math.max(20, Math.abs(places[0] - places[1]));
        this.zoom(apart(after) / apart(before), this.timeAt((after[0] + after[1]) / 2));
      } else {
        this.pan(-step / (canvas.clientWidth - kHead));
      }
    });
    const release = (event) => {
      if (pointers.delete(event.pointerId) && !moved && event.type === "pointerup") {
        this.select(this.taskAt(event.offsetX, event.offsetY));
      }
    };
    canvas.addEventListener("pointerup", release);
    canvas.addEventListener("pointercancel", release);
    canvas.addEventListener("pointerleave", () => {
      this.pointer = null;
      this.wish();
    });
    canvas.addEventListener("keydown", (event) => this.key(event));
    byId("play").addEventListener("click", () => this.toggle());
    byId("fit").addEventListener("click", () => this.fit());
    byId("zoomIn").addEventListener("click", () => this.zoom(1.5));
    byId("zoomOut").addEventListener("click", () => this.zoom(1 / 1.5));
    byId("position").addEventListener("input", () => {
      this.pause();
      this.goTo(byId("position").value / 10000 * this.end);
    });
    const overview = byId("overview");
    const look = (event) => {
      if (event.buttons === 0) return;
      const middle = event.offsetX / overview.clientWidth * this.end;
      const half = (this.view.end - this.view.begin) / 2;
      this.show(middle - half, middle + half);
    };
    overview.addEventListener("pointerdown", look);
    overview.addEventListener("pointermove", look);
    addEventListener("resize", () => this.wish());
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const actions = {
      w: () => this.zoom(1.4), "+": () => this.zoom(1.4), s: () => this.zoom(1 / 1.4),
      "-": () => this.zoom(1 / 1.4), a: () => this.pan(-0.15), d: () => this.pan(0.15),
      f: () => this.fit(), " ": () => this.toggle(), ",": () => this.step(false),
      ".": () => this.step(true), Escape: () => this.select(-1),
      Home: () => { this.pause(); this.goTo(0); }, End: () => { this.pause(); this.goTo(this.end); },
      ArrowLeft: () => this.walk(-1, 0), ArrowRight: () => this.walk(1, 0),
      ArrowUp: () => this.walk(0, -1), ArrowDown: () => this.walk(0, 1),
    };
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (action) {
      event.preventDefault();
      action();
    }
  }

  timeAt(x) {
    const room = byId("timeline").clientWidth - kHead;
    return this.view.begin + (x - kHead) / room * (this.view.end - this.view.begin);
  }
  taskAt(x, y) {
    const row = x > kHead ? this.picture.rowAt(y) : undefined;
    if (!row || row.caller) return -1;
    const time = this.timeAt(x);
    const slack = (this.view.end - this.view.begin) / byId("timeline").clientWidth * 2;
    const task = time > this.now + slack ? -1 : this.model.taskAt(row.lane, time, slack);
    return task >= 0 && this.model.session.started[task] <= this.now ? task : -1;
  }
  show(begin, end) {
    const least = 20;
    const length = Math.min(Math.max(end - begin, least), this.end * 4);
    const middle = Math.min(Math.max((begin + end) / 2, 0), this.end);
    this.view = {begin: middle - length / 2, end: middle + length / 2};
    this.wish();
  }
  zoom(factor, anchor = (this.view.begin + this.view.end) / 2) {
    const length = this.view.end - this.view.begin;
    const wanted = Math.min(Math.max(length / factor, 20), this.end * 4);
    const share = (anchor - this.view.begin) / length;
    const begin = anchor - wanted * share;
    this.show(begin, begin + wanted);
  }
  pan(share) {
    const step = (this.view.end - this.view.begin) * share;
    this.show(this.view.begin + step, this.view.end + step);
  }
  fit() {
    this.view = {begin: -this.end * 0.01, end: this.end * 1.02};
    this.wish();
  }

  goTo(time) {
    this.now = Math.min(Math.max(time, 0), this.end);
    if (this.now < this.view.begin || this.now > this.view.end) {
      const length = this.view.end - this.view.begin;
      this.show(this.now - length * 0.8, this.now + length * 0.2);
    }
    this.wish();
  }
  step(forward) {
    this.pause();
    const events = this.model.events;
    const place = countUpTo(events, this.now);
    let next = place;
    if (!forward) {
      next = place - 1;
      while (next >= 0 && events[next] >= this.now) --next;
    }
    if (next >= 0 && next < events.length) this.goTo(events[next]);
  }
  toggle() {
    if (this.playing) {
      this.pause();
      return;
    }
    if (this.now >= this.end) this.goTo(0);
    this.playing = true;
    this.wallBefore = undefined;
    byId("play").textContent = "Pause";
    this.wish();
  }
  pause() {
    this.playing = false;
    byId("play").textContent = "Play";
  }
  advance(wall) {
    if (this.playing && this.wallBefore !== undefined) {
      this.goTo(this.now + (wall - this.wallBefore) * 1e6 * Number(byId("speed").value));
      if (this.now >= this.end) this.pause();
    }
    this.wallBefore = wall;
  }

  /** Tells of the task below the pointer. With each picture: time and view move, too. */
  point() {
    this.hovered = this.pointer ? this.taskAt(...this.pointer) : -1;
    const tip = byId("tip");
    tip.hidden = this.hovered < 0;
    if (this.hovered >= 0) {
      const [x, y] = this.pointer;
      tip.replaceChildren(...this.describe(this.hovered, "strong"));
      const stage = byId("timeline");
      tip.style.left = Math.min(x + 14, stage.clientWidth - tip.offsetWidth - 8) + "px";
      tip.style.top = (y + 18 + tip.offsetHeight > stage.clientHeight
        ? Math.max(0, y - tip.offsetHeight - 12) : y + 18) + "px";
    }
  }
  select(task) {
    this.selected = task;
    byId("taskTitle").textContent = task < 0 ? "No task selected"
      : `${this.model.nameOf(task)} ${this.model.session.id[task]}`;
    byId("task").replaceChildren(...(task < 0 ? [] : this.describe(task)));
    this.wish();
  }
  /** To the task beside the selected one, or the one that runs at the same time on another lane. */
  walk(along, across) {
    const {model} = this;
    const s = model.session;
    if (this.selected < 0) {
      const first = model.workers.find((lane) => model.runs[lane].length > 0);
      if (first === undefined) return;
      const task = model.taskAt(first, Math.min(this.now, (this.view.begin + this.view.end) / 2));
      this.select(task >= 0 ? task : model.runs[first][0]);
    } else {
      const lane = s.worker[this.selected];
      if (along) {
        const next = model.runs[lane][model.runs[lane].indexOf(this.selected) + along];
        if (next !== undefined) this.select(next);
      } else {
        const other = model.workers[model.workers.indexOf(lane) + across];
        const task = other === undefined ? -1 : model.taskAt(other, s.started[this.selected]);
        if (task >= 0) this.select(task);
        else if (other !== undefined && model.runs[other].length) this.select(model.runs[other][0]);
      }
    }
    const begin = s.started[this.selected];
    const end = isNaN(s.finished[this.selected]) ? begin : s.finished[this.selected];
    if (begin > this.now) this.goTo(Math.max(begin, end));
    if (end < this.view.begin || begin > this.view.end) {
      const half = (this.view.end - this.view.begin) / 2;
      this.show(begin - half, begin + half);
    }
  }
  describe(task, titleTag) {
    const s = this.model.session;
    const part = (tag, text, look) => {
      const element = document.createElement(tag);
      element.textContent = text;
      if (look) element.className = look;
      return element;
    };
    const rows = document.createElement("dl");
    rows.className = "rows";
    const row = (name, value) => rows.append(part("dt", name), part("dd", value));
    const known = (time) => !isNaN(time) && time <= this.now;
    const running = !known(s.finished[task]);
    row("state", running ? "running" : stateWords[s.state[task]]);
    row("waited in the queue", durationText(s.started[task] - s.queued[task]));
    const lost = s.state[task] === State.endLost && !running;
    row(lost ? "ran at most" : "ran",
      durationText((running ? this.now : s.finished[task]) - s.started[task]));
    if (!isNaN(s.cpu[task])) row("CPU time", durationText(s.cpu[task]));
    const phases = new Map();
    for (let p = s.firstPhase[task]; p < s.firstPhase[task + 1]; ++p) {
      const end = Math.min(s.phase.end[p], this.now);
      const kind = kPhaseWords[s.phase.kind[p]] ?? "other";
      if (end > s.phase.begin[p]) {
        phases.set(kind, (phases.get(kind) ?? 0) + end - s.phase.begin[p]);
      }
    }
    for (const [kind, length] of phases) row(kind, durationText(length));
    if (known(s.delivered[task]) && !lost) {
      row("until delivered", durationText(s.delivered[task] - s.finished[task]));
    }
    row("worker", s.lanes[s.worker[task]]?.name ?? "–");
    row("started at", timeText(s.started[task], 1e5));
    const all = [rows];
    if (titleTag) all.unshift(part(titleTag, `${this.model.nameOf(task)} ${s.id[task]}`));
    if (!running && s.error[task]) all.push(part("p", s.errors[s.error[task]], "badText"));
    return all;
  }

  /** Paints before the next refresh, however often it is asked. */
  wish() {
    if (!this.wished) {
      this.wished = true;
      requestAnimationFrame((wall) => {
        this.wished = false;
        this.advance(wall);
        this.paint();
        if (this.playing) this.wish();
      });
    }
  }
  paint() {
    const {model, view, now} = this;
    this.point();
    this.picture.draw(byId("timeline"), view, now, this.selected, this.hovered);
    drawOverview(byId("overview"), model, view, now);
    const window = drawChart(byId("chart"), model, view, now);
    byId("window").textContent = `tasks/s over ${durationText(window)}`;
    const length = view.end - view.begin;
    const step = roundStep(length / 1000);
    byId("clock").textContent = timeText(now, Math.min(step, 1e6));
    byId("position").value = Math.round(now / this.end * 10000);
    byId("position").setAttribute("aria-valuetext", timeText(now, step));
    byId("range").textContent = `${timeText(Math.max(0, view.begin), step)} to ` +
      timeText(Math.min(this.end, view.end), step);
    const caption = model.caption(now);
    byId("caption").hidden = caption === "" || now >= this.end;
    byId("caption").textContent = caption;
    const stamp = performance.now();
    if (!this.playing || stamp - (this.toldAt ?? -1e9) > 200) {
      this.toldAt = stamp;
      this.tell();
    }
  }
  tell() {
    const f = this.model.figures(Math.max(0, this.view.begin), this.view.end, this.now);
    const figure = (value, unit, name, look) => {
      const group = document.createElement("div");
      const term = document.createElement("dt");
      const data = document.createElement("dd");
      term.textContent = name;
      data.textContent = value;
      data.className = look ?? "";
      data.id = "figure-" + name.replaceAll(" ", "-");
      if (unit) {
        const small = document.createElement("small");
        small.textContent = unit;
        data.append(small);
      }
      group.append(term, data);
      return group;
    };
    const rate = f.throughput;
    byId("figures").replaceChildren(
      figure(rate.toLocaleString("en", {maximumFractionDigits: rate >= 100 ? 0 : 1}), "tasks/s",
        "throughput"),
      figure(f.maxWorkers || "–", "", "max_workers", "accent"),
      figure(Math.round(f.utilization * 100), "%", "utilization"),
      figure(durationText(f.p50), "", "queue wait p50"),
      figure(durationText(f.p99), "", "queue wait p99"),
      figure(f.finished.toLocaleString("en"), "", "finished", "ok"),
      figure(f.failed.toLocaleString("en"), "", "failed", f.failed ? "bad" : ""));
    const body = (id, rows) => byId(id).tBodies[0].replaceChildren(...rows.map((cells) => {
      const row = document.createElement("tr");
      for (const cell of cells) {
        const data = document.createElement("td");
        data.append(...[cell].flat());
        row.append(data);
      }
      return row;
    }));
    const colors = palette();
    const swatch = (name) => {
      const box = document.createElement("span");
      box.className = "swatch";
      box.style.background = colors.kinds[this.picture.kindOf.get(name) ?? 0];
      return box;
    };
    const most = [...f.kinds].sort((a, b) => b[1].finished - a[1].finished).slice(0, 20);
    body("kinds", most.map(([name, kind]) => [
      [swatch(name), this.model.session.names[name] || "without a name"], String(kind.finished),
      String(kind.failed), kind.finished ? durationText(kind.run / kind.finished) : "–",
      kind.waits ? durationText(kind.wait / kind.waits) : "–"]));
    body("workers", this.model.workers.slice(0, 64).map((lane) => {
      const worker = f.workers[lane];
      return [this.model.session.lanes[lane].name, String(worker.finished),
        worker.existed ? Math.round(100 * Math.min(1, worker.busy / worker.existed)) + " %" : "–"];
    }));
    byId("timeline").setAttribute("aria-label", `Timeline of the thread pool, ` +
      `${byId("range").textContent}: ${f.finished} tasks finished, ${f.failed} failed`);
  }
}

(async () => {
  try {
    globalThis.page = new Page(readSession(await unpack(byId("session").textContent.trim())));
  } catch (error) {
    byId("trouble").hidden = false;
    byId("trouble").textContent = typeof DecompressionStream === "undefined"
      ? "This browser is too old to unpack the session: open the page in a newer one."
      : `The session in this page cannot be read: ${error.message}`;
  }
})();
