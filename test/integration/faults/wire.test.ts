/** What a listener on the network sees: a recording wire between the agent and the server, and before the proxy. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestProxy } from '../agent-fixtures.js';
import { Rig } from './rig.js';
import { encodeWindow } from './runtime.js';
import { TcpRelay } from './tcp-relay.js';

const SERVICE = 'very-recognisable-service';
const HOST = 'collect.retrace.invalid';
let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start();
});
afterEach(() => rig.close());

/** Texts that must not be seen: signatures, names, the key, and what HTTP itself would say. */
function readable(): string[] {
  const texts = [
    'SELECT',
    'orders',
    '/orders/:id',
    'api.pay.example',
    SERVICE,
    'service.name',
    'db.query.text',
  ];
  return [
    ...texts,
    rig.server.running.ingestKey as string,
    'Bearer',
    '/v1/metrics',
    'retrace-batch',
  ];
}

function found(bytes: Buffer): string[] {
  return readable().filter((text) =>
    [
      text,
      Buffer.from(text).toString('base64').slice(0, -3),
      Buffer.from(text).toString('hex'),
    ].some((form) => bytes.includes(form)),
  );
}

/** Whether all bytes are records of TLS 1.0 framing and up (RFC 8446 §5.1); the last may be cut off. */
function isAllTls(bytes: Buffer): boolean {
  let at = 0;
  while (at + 5 <= bytes.length) {
    const type = bytes[at] as number;
    if (type < 20 || type > 23 || bytes[at + 1] !== 3) return false;
    at += 5 + bytes.readUInt16BE(at + 3);
  }
  return at > 0;
}

describe('on the way out', () => {
  it('the recorder does see plaintext where there is some', () => {
    const { body } = encodeWindow(SERVICE, 1);
    expect(found(Buffer.from(body))).toEqual(
      expect.arrayContaining(['SELECT', 'orders', SERVICE, 'service.name']),
    );
    expect(isAllTls(Buffer.from(body))).toBe(false);
  });

  it('between agent and server is nothing but TLS: no signature, no name, no key', async () => {
    const relay = await new TcpRelay(rig.front.port).start();
    await rig.agent({ serverUrl: `https://localhost:${relay.port}` });
    const runtime = rig.runtime(SERVICE);
    for (let i = 0; i < 10; i++) runtime.window({ queries: 40 });
    expect((await rig.settled()).byService).toEqual({ [SERVICE]: rig.recorded });
    await rig.stopAgents();
    await relay.close();
    const sent = Buffer.concat(relay.sent);
    // Ten windows went by: the recorder stood in the right place.
    expect(sent.length).toBeGreaterThan(5_000);
    expect(relay.connections).toBe(1);
    expect(isAllTls(sent)).toBe(true);
    expect(found(sent)).toEqual([]);
    expect(found(Buffer.concat(relay.received))).toEqual([]);
  });

  it('before a proxy there is its CONNECT request, and then nothing but TLS', async () => {
    await rig.front.stop();
    await rig.front.start(await rig.authority.issue([HOST]));
    const proxy = new TestProxy();
    await proxy.start();
    proxy.target.port = rig.front.port;
    const relay = await new TcpRelay(proxy.port).start();
    await rig.agent({ serverUrl: `https://${HOST}`, httpsProxy: `http://127.0.0.1:${relay.port}` });
    rig.runtime(SERVICE).window({ queries: 40 });
    await rig.settled();
    await rig.stopAgents();
    await relay.close();
    await proxy.stop();
    const sent = Buffer.concat(relay.sent);
    const head = sent.subarray(0, sent.indexOf('\r\n\r\n') + 4);
    expect(head.toString()).toBe(`CONNECT ${HOST}:443 HTTP/1.1\r\nHost: ${HOST}:443\r\n\r\n`);
    expect(isAllTls(sent.subarray(head.length))).toBe(true);
    expect(found(sent)).toEqual([]);
  });
});
