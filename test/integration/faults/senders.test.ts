/** Senders that are many, broken or hostile: each gets its answer, the others are served, every record is counted once. */
import net from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, send, until } from '../agent-fixtures.js';
import { expectAccounted, readBooks } from './books.js';
import { Rig, SHORT } from './rig.js';
import { encodeWindow } from './runtime.js';

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start();
});
afterEach(() => rig.close());

describe('runtimes', () => {
  it('500 at once, each on a connection of its own, are all taken and stored', async () => {
    await rig.agentProcess();
    const runtimes = Array.from({ length: 500 }, (_, i) => rig.runtime(`shop-${i % 20}`));
    for (const runtime of runtimes) runtime.window();
    const books = await rig.settled(60_000);
    expect(books.dropped).toEqual({});
    expect(Object.keys(books.byService)).toHaveLength(20);
    const { counts, refused } = await rig.status();
    expect(counts.received.batches).toBe(500);
    expect(refused).toEqual({});
  });
});

describe('hostile bodies', () => {
  const protobuf = { 'content-type': 'application/x-protobuf' };
  const packed = { ...protobuf, 'content-encoding': 'gzip' };

  it('malformed, oversized and zip bombs get a 4xx each, while the others are served', async () => {
    await rig.agentProcess();
    const member = gzipSync(Buffer.alloc(16 * 1024 * 1024));
    const bomb = Buffer.concat(Array.from({ length: 64 }, () => member));
    const cases: [Record<string, string>, Buffer, number][] = [
      [protobuf, Buffer.from('not OTLP'), 400],
      [packed, Buffer.from('not gzip'), 400],
      [packed, gzipSync(Buffer.from('not OTLP')), 400],
      [{ 'content-type': 'application/json' }, Buffer.from('{"resourceMetrics":['), 400],
      [{ 'content-type': 'text/plain' }, Buffer.from('x'), 415],
      [protobuf, Buffer.alloc(16 * 1024 * 1024 + 1), 413],
      [packed, bomb, 413],
    ];
    const runtimes = Array.from({ length: 10 }, (_, i) => rig.runtime(`shop-${i}`));
    const honest = setInterval(() => runtimes.forEach((runtime) => runtime.window()), 50);
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(
        cases.map(([headers, body]) => ask(rig.socketPath, { headers, body })),
      );
      expect(answers.map(({ status }) => status)).toEqual(cases.map(([, , status]) => status));
    }
    clearInterval(honest);
    expect((await rig.settled(60_000)).dropped).toEqual({});
    const { refused } = await rig.status();
    expect(refused).toEqual({ malformed_body: 12, unsupported_media_type: 3, body_too_large: 6 });
  });
});

describe('slowloris', () => {
  it('on the loopback port: 400 connections that never finish are cut off, everybody else is served', async () => {
    const bodyTimeoutMs = 2_000;
    const agent = await rig.agent({ otlpPort: 0 }, { ...SHORT, bodyTimeoutMs });
    const url = agent.otlpUrl as string;
    const port = Number(new URL(url).port);
    const heads = [
      'POST /v1/metrics HTTP/1.1\r\nhost: a\r\n',
      'POST /v1/metrics HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-protobuf\r\ncontent-length: 9999\r\n\r\nx',
    ];
    let open = 0;
    const sockets = Array.from({ length: 400 }, (_, i) => {
      const socket = net.connect(port, '127.0.0.1', () => {
        open += 1;
        socket.write(heads[i % 2] as string);
      });
      socket.on('error', () => undefined);
      socket.on('data', () => undefined);
      socket.on('close', () => (open -= 1));
      return socket;
    });
    const drip = setInterval(() => {
      // Half of them headers, half of them bodies: never whole.
      sockets.forEach(
        (socket, i) => socket.writable && socket.write(i % 2 === 0 ? 'x: y\r\n' : 'x'),
      );
    }, 100);
    try {
      await until(() => open === 400, 'all are connected');
      const runtime = rig.runtime('shop');
      runtime.window();
      const foreign = encodeWindow('foreign', 3);
      const answer = await send(url, foreign.body, 'foreign:1');
      expect(answer.status).toBe(200);
      await rig.handedOver();
      expect(open).toBeGreaterThan(0);
      await until(() => open === 0, 'they are cut off', 15_000);
      await until(
        async () => (await rig.status()).counts.spooled.batches === 0,
        'all is delivered',
      );
      expectAccounted(rig.recorded + foreign.records, await readBooks(rig.dataDir));
      expect(agent.status().refused['request_timeout']).toBeGreaterThan(0);
    } finally {
      clearInterval(drip);
      for (const socket of sockets) socket.destroy();
    }
  });
});
