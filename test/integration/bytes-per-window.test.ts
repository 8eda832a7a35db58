/**
 * What an app sends depends on how many endpoints, statements and peers it has, not on how often they are called:
 * windows of 10 s at 10 and at 10,000 requests per second, through recorder, ring, pipeline, socket and agent to a
 * recording TLS server. Records are made by hand (this machine serves no 10,000 real requests per second); all else is
 * the real thing.
 */
import { performance } from 'node:perf_hooks';
import { expect, it } from 'vitest';
import { Pipeline } from '../../src/aggregate/pipeline.js';
import { startAgent } from '../../src/agent/start-agent.js';
import { createRecorder } from '../../src/record/recorder.js';
import { ringBytes } from '../../src/ring/layout.js';
import { RingWriter } from '../../src/ring/writer.js';
import type { DictionaryEntry } from '../../src/signature/dictionary.js';
import { SignatureTable } from '../../src/signature/intern.js';
import { openStatements } from '../../src/signature/statements.js';
import { SocketSender } from '../../src/transport/socket-sender.js';
import {
  agentConfig,
  createAuthority,
  tempDir,
  TestServer,
  until,
  writeCa,
} from './agent-fixtures.js';

const WINDOWS = 3;
const WINDOW_SECONDS = 10;
const ENDPOINTS = 20;

/** Bytes of bodies that the server received for one window, mean of WINDOWS. */
async function bytesPerWindow(requestsPerSecond: number): Promise<number> {
  const { dir, clean } = tempDir();
  const authority = await createAuthority();
  const server = new TestServer(await authority.issue(['localhost']));
  await server.start();
  const access = { serverUrl: server.url, ingestKey: 'key', caFile: writeCa(dir, authority) };
  const agent = await startAgent(agentConfig(dir, access), {
    write: () => undefined,
    hostHealthMs: 3_600_000,
  });
  const ring = new SharedArrayBuffer(ringBytes(16_384));
  const entries: DictionaryEntry[] = [];
  const signatures = new SignatureTable({
    openStatements,
    onEntry: (entry) => entries.push(entry),
  });
  const recorder = createRecorder(new RingWriter(ring), signatures);
  const sender: { current?: SocketSender } = {};
  const pipeline = new Pipeline({
    ring,
    receive: () => entries.shift(),
    send: (instanceId, sequence, body, signal) => {
      sender.current ??= new SocketSender(agent.socketPath, instanceId);
      return sender.current.send(sequence, body, signal);
    },
    options: {
      serviceName: 'shop',
      serviceVersion: undefined,
      serviceNamespace: undefined,
      environment: undefined,
      sdkVersion: '0.0.0',
      agentSocket: agent.socketPath,
      windowSeconds: WINDOW_SECONDS,
      maxSeries: 4000,
      backlogMaxBytes: 8 * 1024 * 1024,
      logLevel: 'none',
      mainThread: true,
      timeOriginMs: performance.timeOrigin,
    },
  });
  const source = recorder.databaseSource('postgresql', 'shop', 'db', 5432);
  const perWindow = requestsPerSecond * WINDOW_SECONDS;
  for (let window = 1; window <= WINDOWS; window++) {
    for (let i = 0; i < perWindow; i++) {
      const scope = recorder.openRequest('GET');
      const endpoint = i % ENDPOINTS;
      scope.route = `/orders/${'abcdefghijklmnopqrst'.charAt(endpoint)}/:id`;
      // Log-uniform over two decades, 0.5 to 50 ms: the same spread whatever the rate.
      const us = 500 * 100 ** (((i * 7919) % 1009) / 1009);
      (scope as { startUs: number }).startUs -= us;
      const text = `SELECT * FROM orders_${endpoint} WHERE id = ${i}`;
      const query = recorder.querySignature(text, 'postgresql');
      recorder.recordQuery(scope, recorder.nowUs() - us / 2, query, source, undefined);
      recorder.closeRequest(scope, '/x', 200, undefined);
      if (i % 2000 === 1999) pipeline.drain();
    }
    pipeline.drain();
    pipeline.cutWindow();
    await until(() => agent.status().counts.committed.records === 2 * perWindow * window, 'sent');
  }
  sender.current?.close();
  await agent.close();
  await server.stop();
  clean();
  expect(server.records()).toBe(2 * perWindow * WINDOWS);
  return server.bodies.reduce((sum, body) => sum + body.length, 0) / WINDOWS;
}

it('sends about the same bytes at 10 and at 10,000 requests per second', async () => {
  const slow = await bytesPerWindow(10);
  const fast = await bytesPerWindow(10_000);
  console.info(
    `bytes per 10 s window: ${Math.round(slow)} at 10/s, ${Math.round(fast)} at 10,000/s`,
  );
  // A thousand times the requests fill every bucket of the histograms and make their counts longer, and that is all.
  expect(fast / slow).toBeLessThan(4);
  expect(fast).toBeLessThan(64 * 1024);
}, 120_000);
