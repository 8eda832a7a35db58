/**
 * Load generator: keeps keep-alive connections busy, one request at a time on each. Own and small because a general
 * one (autocannon) needs as much CPU per request as the smallest app, and would be what is measured.
 *
 * Order { targets: [{ port, paths }], slices, sliceMs } drives the targets in turns, one slice each, A B B A A B …, so
 * that whatever else happens to the machine happens to all of them. Answer: { requests, errors, elapsedMs, p50Us,
 * p99Us } per target.
 */
import { connect } from 'node:net';

const CONNECTIONS = 16;
const LENGTH = /\r\ncontent-length: (\d+)/i;

/** Bytes of the answer at the start of `text`, 0 when it is not whole yet. Knows length and chunked bodies. */
function answerBytes(text) {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return 0;
  const length = LENGTH.exec(text);
  const end = length ? head + 4 + Number(length[1]) : text.indexOf('\r\n0\r\n\r\n', head) + 7;
  return end > 6 && text.length >= end ? end : 0;
}

/** One app under load, with its connections. */
class Target {
  latencies = [];
  errors = 0;
  elapsedMs = 0;
  #next = 0;
  #busy = 0;
  #end = 0;
  #done = () => undefined;
  #sends = [];
  #sockets = [];

  constructor({ port, paths }) {
    this.port = port;
    this.heads = paths.map((path) =>
      Buffer.from(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`),
    );
  }

  async open(connections, pauseMs) {
    for (let index = 0; index < connections; index++) {
      this.#sends.push(await this.#connect(pauseMs));
    }
  }

  #connect(pauseMs) {
    const socket = connect(this.port, '127.0.0.1');
    this.#sockets.push(socket);
    socket.setNoDelay(true);
    let begun = 0;
    let text = '';
    const send = () => {
      begun = performance.now();
      socket.write(this.heads[this.#next++ % this.heads.length]);
    };
    socket.on('data', (chunk) => {
      text += chunk.latin1Slice();
      const bytes = answerBytes(text);
      if (bytes === 0) return;
      if (!text.startsWith('HTTP/1.1 200')) this.errors++;
      text = text.slice(bytes);
      const now = performance.now();
      this.latencies.push(now - begun);
      if (now >= this.#end) {
        if (--this.#busy === 0) this.#done();
      } else if (pauseMs > 0) setTimeout(send, pauseMs);
      else send();
    });
    socket.on('error', () => this.errors++);
    return new Promise((resolve) => socket.on('connect', () => resolve(send)));
  }

  /** Load for `ms`, until the last answer is in. */
  slice(ms) {
    const begun = performance.now();
    this.#end = begun + ms;
    this.#busy = this.#sends.length;
    return new Promise((resolve) => {
      this.#done = () => {
        this.elapsedMs += performance.now() - begun;
        resolve();
      };
      for (const send of this.#sends) send();
    });
  }

  close() {
    for (const socket of this.#sockets) socket.destroy();
  }

  result() {
    const sorted = Float64Array.from(this.latencies).sort();
    const at = (q) => Math.round((sorted[Math.floor(sorted.length * q)] ?? 0) * 1000);
    return {
      requests: sorted.length,
      errors: this.errors,
      elapsedMs: this.elapsedMs,
      p50Us: at(0.5),
      p99Us: at(0.99),
    };
  }
}

export async function drive({ targets, slices, sliceMs, connections = CONNECTIONS, pauseMs = 0 }) {
  const all = targets.map((target) => new Target(target));
  for (const target of all) await target.open(connections, pauseMs);
  for (let slice = 0; slice < slices; slice++) {
    for (const target of slice % 2 === 0 ? all : all.toReversed()) await target.slice(sliceMs);
  }
  for (const target of all) target.close();
  return all.map((target) => target.result());
}
