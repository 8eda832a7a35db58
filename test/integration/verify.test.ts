/** `retrace verify` prints what the server receives: no field more, none less. */
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutgoingTap } from '../../src/agent/outgoing-tap.js';
import { startAgent } from '../../src/agent/start-agent.js';
import type { Verified } from '../../src/cli/verify/render.js';
import { addPayload, emptyTally } from '../../src/cli/verify/tally.js';
import { decodeMetricsRequest } from '../../src/protocol/index.js';
import { ROOT, startNode } from '../helpers/child.js';
import {
  agentConfig,
  createAuthority,
  send,
  simpleBatch,
  tempDir,
  TestServer,
  until,
  writeCa,
} from './agent-fixtures.js';
import { encodeWindow } from './faults/runtime.js';
import { built } from './runtime-harness.js';

const CLI = join(ROOT, 'dist/src/cli/main.js');
let dir: string;
let clean: () => void;
beforeEach(() => {
  ({ dir, clean } = tempDir());
});
afterEach(() => clean());

describe.skipIf(!built)('retrace verify', () => {
  it('lists exactly what the server receives', async () => {
    const authority = await createAuthority();
    const server = new TestServer(await authority.issue(['localhost']));
    await server.start();
    const caFile = writeCa(dir, authority);
    const config = agentConfig(dir, { serverUrl: server.url, ingestKey: 'key-4711', caFile });
    const agent = await startAgent(config, { write: () => undefined, hostHealthMs: 300 });
    const child = startNode([CLI, 'verify', '--json', '--seconds', '4'], {
      RETRACE_AGENT_SOCKET: agent.socketPath,
    });
    await until(() => child.stderr().includes('watching the agent'), 'verify watches');
    const before = server.bodies.length;
    const window = encodeWindow('shop', 7);
    await send(agent.socketPath, Buffer.from(window.body), 'i-1:1');
    await send(agent.socketPath, simpleBatch(3, { service: 'other' }), 'i-2:1');
    await child.exit;
    const verified = JSON.parse(child.stdout()) as Verified;
    await until(() => agent.status().counts.spooled.batches === 0, 'all is sent');
    await agent.close();
    await server.stop();
    expect(before).toBeLessThan(server.bodies.length);
    expect(verified).toMatchObject({
      source: 'agent',
      missed: 0,
      destination: { address: `localhost:${server.port}` },
    });

    const services = server.bodies.map(
      (body) => decodeMetricsRequest(gunzipSync(body)).resourceMetrics[0]?.resource['service.name'],
    );
    // Host health goes on before and after: its batches are compared by their fields, those of the apps exactly.
    const ofApps = emptyTally();
    server.bodies.forEach((body, at) => {
      if (services[at] === 'shop' || services[at] === 'other') addPayload(ofApps, body);
    });
    const { sent } = verified;
    expect(ofApps.batches).toBe(2);
    for (const [name, metric] of Object.entries(ofApps.metrics))
      expect(sent.metrics[name]).toEqual(metric);
    for (const [name, field] of Object.entries(ofApps.attributes)) {
      expect(sent.attributes[name]?.values).toMatchObject(field.values);
    }
    expect(sent.resource['service.name']?.values).toMatchObject({ shop: 1, other: 1 });
    const all = emptyTally();
    for (const body of server.bodies) addPayload(all, body);
    for (const part of ['resource', 'metrics', 'attributes'] as const) {
      expect(Object.keys(all[part])).toEqual(expect.arrayContaining(Object.keys(sent[part])));
    }
    expect(child.stdout() + child.stderr()).not.toContain('key-4711');
  });

  it('without an agent listens in its place and takes nothing', async () => {
    const socketPath = join(dir, 'run', 'agent.sock');
    const child = startNode([CLI, 'verify', '--seconds', '3'], {
      RETRACE_AGENT_SOCKET: socketPath,
    });
    await until(() => child.stderr().includes('listening there'), 'verify listens');
    const reply = await send(socketPath, simpleBatch(3), 'i-1:1');
    expect([reply.status, reply.headers['retrace-peeked']]).toEqual([200, '1']);
    expect(await child.exit).toEqual({ code: 0, signal: null });
    const text = child.stdout();
    expect(text).toContain('to           nowhere: no server is configured');
    expect(text).toMatch(/service\.name {2}stated 1 times, 1 values\n {6}shop {2}×1/);
    expect(text).toMatch(/http\.route {2}stated 1 times, 1 values\n {6}\/orders\/:id {2}×1/);
    expect(text).toContain('http.server.request.duration');
  });
});

describe('the tap', () => {
  it('keeps nothing while nobody asks, and says what was missed', () => {
    let now = 0;
    const tap = new OutgoingTap(() => now);
    tap.add(Buffer.from('early'), 'metrics');
    expect(tap.read(undefined)).toEqual({ last: 1, missed: 0, payloads: [], signals: [] });
    tap.add(Buffer.from('a'), 'metrics');
    tap.add(Buffer.alloc(9 * 1024 * 1024), 'metrics');
    expect(tap.read(1)).toEqual({ last: 3, missed: 2, payloads: [], signals: [] });
    tap.add(Buffer.from('b'), 'metrics');
    expect(tap.read(3).payloads).toEqual([Buffer.from('b').toString('base64')]);
    now = 60_000;
    tap.add(Buffer.from('late'), 'metrics');
    expect(tap.read(4)).toEqual({ last: 5, missed: 1, payloads: [], signals: [] });
  });
});
