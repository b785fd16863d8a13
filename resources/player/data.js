// SPDX-License-Identifier: Apache-2.0
// The session as HtmlWriter packed it: zlib around a JSON document and columns of numbers.

async function unpack(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Unsigned numbers of seven bits a byte, the least significant first. */
class Column {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }
  next() {
    let value = 0;
    let scale = 1;
    let byte = 0;
    do {
      byte = this.bytes[this.at++];
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte & 128);
    return value;
  }
  /** Signed ones are folded: 0, -1, 1, -2, ... */
  signed() {
    const value = this.next();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  }
  /** One more than what is meant; 0 is absent. */
  optional() {
    return this.next() - 1;
  }
}

/** Times are ns since the session's begin, NaN where something has not happened. */
function readSession(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const headSize = view.getUint32(0, true);
  const session = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headSize)));
  let at = 4 + headSize;
  const columns = {};
  for (const [name, size] of session.columns) {
    columns[name] = new Column(bytes.subarray(at, at + size));
    at += size;
  }
  const n = session.tasks;
  const times = () => new Float64Array(n).fill(NaN);
  Object.assign(session, {
    id: times(), queued: times(), started: times(), finished: times(), delivered: times(),
    cpu: times(), name: new Uint32Array(n), error: new Uint32Array(n), state: new Uint8Array(n),
    worker: new Int32Array(n), caller: new Int32Array(n), receiver: new Int32Array(n),
    firstPhase: new Uint32Array(n + 1),
  });
  const phases = {kind: [], name: [], begin: [], end: []};
  let id = 0;
  let last = 0;
  for (let i = 0; i < n; ++i) {
    id += columns.id.signed();
    session.id[i] = id;
    session.state[i] = columns.state.next();
    session.name[i] = columns.name.next();
    session.error[i] = columns.error.next();
    session.worker[i] = columns.worker.optional();
    session.caller[i] = columns.caller.optional();
    session.receiver[i] = columns.receiver.optional();
    // Each time counts from the one before it that is known.
    for (const part of ["queued", "started", "finished", "delivered"]) {
      const folded = columns[part].optional();
      if (folded >= 0) {
        const step = folded % 2 ? -(folded + 1) / 2 : folded / 2;
        const base = part === "queued" || isNaN(session.latest) ? last : session.latest;
        session.latest = base + step;
        session[part][i] = session.latest;
        if (part === "queued") last = session.latest;
      }
    }
    session.latest = NaN;
    const cpu = columns.cpu.optional();
    if (cpu >= 0) session.cpu[i] = cpu;
    let end = session.started[i];
    for (let left = columns.phases.next(); left > 0; --left) {
      phases.kind.push(columns.phaseKind.next());
      phases.name.push(columns.phaseName.next());
      const begin = end + columns.phaseBegin.signed();
      const length = columns.phaseLength.optional();
      end = length < 0 ? Infinity : begin + length;
      phases.begin.push(begin);
      phases.end.push(end);
      end = length < 0 ? begin : end;
    }
    session.firstPhase[i + 1] = phases.kind.length;
  }
  session.phase = phases;
  session.waits = [];
  for (let left = session.waitCount, begin = 0; left > 0; --left) {
    const lane = columns.waitLane.next();
    begin += columns.waitBegin.signed();
    const length = columns.waitLength.optional();
    session.waits.push({lane, begin, end: length < 0 ? Infinity : begin + length,
      awaited: columns.waitTask.next()});
  }
  return session;
}
