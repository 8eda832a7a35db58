import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BodyBudget } from '../../../src/agent/receiver/body-budget.js';
import { readBody } from '../../../src/agent/receiver/read-body.js';
import { SocketSender } from '../../../src/transport/socket-sender.js';

let folder: string;
let path: string;
let server: Server | undefined;
let sender: SocketSender;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'retrace-sender-'));
  path = join(folder, 'agent.sock');
  sender = new SocketSender(path, 'instance');
});
afterEach(async () => {
  sender.close();
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(0) : server.close(resolve)));
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function listen(
  answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void,
): Promise<void> {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, response, Buffer.concat(chunks)));
  });
  await new Promise<void>((resolve) => server!.listen(path, resolve));
}

describe('socket sender', () => {
  it('posts OTLP protobuf, gzipped where it pays, under its batch key', async () => {
    const seen: unknown[] = [];
    await listen((request, response, body) => {
      const packed = request.headers['content-encoding'] === 'gzip';
      seen.push([
        request.method,
        request.url,
        request.headers['content-type'],
        request.headers['retrace-batch'],
        packed,
        (packed ? gunzipSync(body) : body).length,
      ]);
      response.end();
    });
    expect(await sender.send(1, new Uint8Array(10))).toBe('delivered');
    expect(await sender.send(2, new Uint8Array(5000))).toBe('delivered');
    expect(await sender.send(3, new Uint8Array(200_000))).toBe('delivered');
    const type = 'application/x-protobuf';
    expect(seen).toEqual([
      ['POST', '/v1/metrics', type, 'instance:1', false, 10],
      ['POST', '/v1/metrics', type, 'instance:2', true, 5000],
      ['POST', '/v1/metrics', type, 'instance:3', true, 200_000],
    ]);
  });

  it('gives way between pieces of a large body, and the agent reads it as one', async () => {
    const random = randomBytes(300_000);
    let pauses = 0;
    const paced = new SocketSender(path, 'instance', {
      begin: () => undefined,
      pause: () => (pauses += 1),
    });
    let read: Buffer | undefined;
    server = createServer((request, response) => {
      void readBody(request, new BodyBudget(1 << 20), 5_000).then(({ bytes }) => {
        read = bytes;
        response.end();
      });
    });
    await new Promise<void>((resolve) => server!.listen(path, resolve));
    expect(await paced.send(1, random)).toBe('delivered');
    paced.close();
    expect(pauses).toBe(5);
    expect(read?.equals(random)).toBe(true);
  });

  it.each([
    [200, {}, 'delivered'],
    [200, { 'retrace-peeked': '1' }, 'peeked'],
    [202, {}, 'delivered'],
    [400, {}, 'rejected'],
    [413, {}, 'rejected'],
    [404, {}, 'failed'],
    [429, {}, 'failed'],
    [503, {}, 'failed'],
    [302, {}, 'failed'],
  ] as const)('takes %i %j for %s', async (status, headers, result) => {
    await listen((_request, response) => {
      response.writeHead(status, headers);
      response.end('text that nobody reads');
    });
    expect(await sender.send(1, new Uint8Array(10))).toBe(result);
  });

  it('fails without a socket, and when the answer breaks off', async () => {
    expect(await sender.send(1, new Uint8Array(10))).toBe('failed');
    await listen((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half');
      setImmediate(() => response.destroy());
    });
    expect(await sender.send(1, new Uint8Array(10))).toBe('failed');
  });

  it('tries a second time, once, when a kept connection turns out to be closed', async () => {
    let requests = 0;
    await listen((request, response) => {
      requests++;
      if (requests === 2) request.socket.destroy();
      else response.end();
    });
    expect(await sender.send(1, new Uint8Array(10))).toBe('delivered');
    expect(await sender.send(2, new Uint8Array(10))).toBe('delivered');
    expect(requests).toBe(3);
  });

  it('gives a silent agent five seconds', async () => {
    await listen(() => undefined);
    const start = performance.now();
    expect(await sender.send(1, new Uint8Array(10))).toBe('failed');
    expect(performance.now() - start).toBeGreaterThan(4900);
    expect(performance.now() - start).toBeLessThan(8000);
  });
});
